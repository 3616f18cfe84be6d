"""What calls, alerts and workers do, in words: the same for the page as it is made here and as it changes there."""

from __future__ import annotations

from collections.abc import Mapping

from web.page import N_
from web.pages.notices.shown import title_of
from web.pages.notices.words import TITLES
from web.visit import Visit

STAGES = {
    "arriving": N_("arriving"),
    "dialling": N_("being dialled"),
    "ringing": N_("ringing"),
    "intro": N_("greeting"),
    "listening": N_("listening"),
    "menu": N_("in a menu"),
    "input": N_("keying in"),
    "asking": N_("looked up"),
    "recording": N_("being recorded"),
    "connecting": N_("being put through"),
    "talking": N_("talking"),
    "held": N_("on hold"),
    "queue": N_("in the queue"),
    "ending": N_("ending"),
}
KINDS = {
    "talking": "good",
    "ringing": "busy",
    "dialling": "busy",
    "connecting": "busy",
    "queue": "warn",
    "held": "warn",
}
"""Stage -> how its badge looks."""
COMPANY = {
    "caller": N_("the caller"),
    "called": N_("whom we called"),
    "desk": N_("the desk"),
    "agent": N_("an agent"),
    "expert": N_("an expert"),
    "queue": N_("the queue"),
    "room": N_("a room"),
    "mailbox": N_("a mailbox"),
}
ALARMS = {
    "in_air": N_("being called"),
    "waiting": N_("waits for the next call"),
    "failed": N_("nobody confirmed"),
    "expired": N_("out of time"),
}
ROLES = {
    "station": N_("nurses' station"),
    "head_nurse": N_("head nurse"),
    "duty_manager": N_("manager on duty"),
    "last_resort": N_("last resort"),
    "patient": N_("patient"),
    "person": N_("person"),
    "number": N_("number"),
    "listener": N_("who had confirmed"),
}
HEALTH = {
    "starting": N_("starting"),
    "ready": N_("ready"),
    "leaving": N_("leaving"),
    "dead": N_("dead"),
}
MESSAGES = {"accepted": N_("accepted"), "ignored": N_("of no concern"), "rejected": N_("refused")}
DIRECTIONS = {"in": N_("calls in"), "out": N_("called by us")}


def words(visit: Visit) -> Mapping[str, Mapping[str, str]]:
    """All of them in the visitor's language."""
    tables = {
        "stages": STAGES,
        "company": COMPANY,
        "alarms": ALARMS,
        "roles": ROLES,
        "health": HEALTH,
        "messages": MESSAGES,
        "directions": DIRECTIONS,
    }
    told = {name: {key: visit._(word) for key, word in table.items()} for name, table in tables.items()}
    more = {
        "withheld": visit._("withheld"),
        "bed": visit._("bed"),
        "emergency": visit._("emergency"),
        "fails": visit._("does not answer"),
        "answers": visit._("answers"),
        "unused": visit._("not used yet"),
        "never": visit._("none yet"),
        "runs": visit._("runs"),
        "silent": visit._("silent"),
        "unconfirmed": visit._("Unconfirmed alerts"),
    }
    return {**told, "kinds": KINDS, "more": more, "rules": _rules(visit)}


def _rules(visit: Visit) -> Mapping[str, str]:
    """Rule of notices -> its title."""
    rules = visit.site.door.notice_rules()
    return {name: title_of(name, rules, visit.paper.of("notices")) for name in {*TITLES, *rules.rules}}
