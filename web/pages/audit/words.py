"""What the audit notes, in words: actions, what they are done to, through what, and the names of details.

The audit keeps the short English words, so that a search finds the same in each language; an unknown one shows itself.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from web.account_words import ROLES
from web.page import N_

ACTIONS: Mapping[str, str] = {
    "acknowledge": N_("acknowledged"),
    "add": N_("added"),
    "back in line": N_("put back in line"),
    "block": N_("blocked"),
    "book": N_("booked"),
    "call": N_("called in"),
    "call again": N_("had it called again"),
    "cancel": N_("cancelled"),
    "change": N_("changed"),
    "close": N_("closed"),
    "delete": N_("deleted"),
    "delete recording": N_("deleted a recording"),
    "done": N_("marked as done"),
    "drop": N_("dropped"),
    "export": N_("took away as a file"),
    "give password": N_("gave the password, the second factor is awaited"),
    "hang_up": N_("hung up"),
    "import": N_("imported"),
    "link": N_("made a link to hear it"),
    "listen": N_("listened to"),
    "lock": N_("locked"),
    "log in": N_("logged in"),
    "log out": N_("logged out"),
    "look at": N_("looked at"),
    "make": N_("made"),
    "mark": N_("marked as heard"),
    "missed": N_("marked as missed"),
    "new PIN": N_("gave a new PIN"),
    "note": N_("wrote a note"),
    "open": N_("opened"),
    "order": N_("ordered"),
    "originate": N_("had a call made"),
    "password": N_("set a new password"),
    "publish": N_("published"),
    "record": N_("put in a recording"),
    "remove": N_("removed"),
    "remove second factor": N_("removed the second factor"),
    "rename": N_("changed name or language"),
    "renew recovery codes": N_("renewed the recovery codes"),
    "revoke": N_("revoked"),
    "role": N_("changed the role"),
    "roll back": N_("put an earlier edition live again"),
    "send again": N_("sent again"),
    "set up second factor": N_("set up the second factor"),
    "store": N_("stored"),
    "switch on": N_("switched on again"),
    "take": N_("had it taken"),
    "telephones": N_("changed the telephones"),
    "tell": N_("handed in"),
    "top_up": N_("topped up"),
    "unblock": N_("unblocked"),
    "unlock": N_("unlocked"),
    "unmark": N_("marked as not heard"),
    "upgrade": N_("upgraded"),
    "wards": N_("changed the wards"),
    "wrong code": N_("gave a wrong code"),
    "wrong password": N_("gave a wrong password"),
}
NOUNS: Mapping[str, str] = {
    "audit": N_("audit"),
    "booking": N_("booking"),
    "call": N_("call"),
    "calls": N_("list of calls"),
    "card": N_("card"),
    "charges": N_("charges"),
    "database": N_("database"),
    "delivery": N_("delivery of a webhook"),
    "demo hospital": N_("demo hospital"),
    "department": N_("department"),
    "duty": N_("duty"),
    "edition": N_("edition"),
    "event": N_("event"),
    "exam room": N_("examination room"),
    "examination": N_("examination"),
    "key": N_("key of the API"),
    "message": N_("HL7 message"),
    "notice": N_("notice"),
    "number": N_("number"),
    "recording": N_("recording"),
    "rota": N_("rota"),
    "set aside": N_("entry set aside"),
    "tariff": N_("price list"),
    "text": N_("text"),
    "user": N_("user"),
    "ward": N_("ward"),
    "webhook": N_("webhook"),
}
HOWS: Mapping[str, str] = {
    "page": N_("console"),
    "api": N_("API"),
    "command": N_("command line"),
    "service": N_("the service itself"),
}
DETAILS: Mapping[str, str] = {
    "after": N_("after"),
    "amount": N_("amount"),
    "answer": N_("answer"),
    "aside": N_("set aside"),
    "before": N_("before"),
    "began": N_("began"),
    "by": N_("by whom"),
    "by_notice": N_("by notice"),
    "call": N_("call"),
    "capacity": N_("places"),
    "card": N_("card"),
    "deliveries": N_("messages"),
    "date": N_("date"),
    "engine": N_("engine"),
    "expires": N_("expires"),
    "fee": N_("fee"),
    "files_of": N_("files of edition"),
    "kind": N_("kind"),
    "language": N_("language"),
    "lines": N_("lines"),
    "mended": N_("mended"),
    "movement": N_("entry of the account"),
    "name": N_("name"),
    "new": N_("new"),
    "number": N_("number"),
    "own": N_("own mark"),
    "past": N_("days back"),
    "places": N_("places"),
    "refund": N_("refund"),
    "rights": N_("rights"),
    "role": N_("role"),
    "search": N_("search"),
    "room": N_("room"),
    "sessions": N_("sessions"),
    "shown": N_("name for people"),
    "stage": N_("stage"),
    "state": N_("state"),
    "until": N_("until"),
    "verdict": N_("verdict"),
    "wards": N_("wards"),
    "was": N_("was"),
    "what": N_("what"),
    "why": N_("why"),
}

_ROLES: Mapping[str, str] = {role.value: told for role, told in ROLES.items()}

Translate = Callable[[str], str]


def word(table: Mapping[str, str], kept: str, translate: Translate) -> str:
    """What the audit keeps, in the language of the page; a word that is in no table as it stands."""
    return translate(table[kept]) if kept in table else kept


def role(kept: str, translate: Translate) -> str:
    """A role by its name; what is none shows itself."""
    return word(_ROLES, kept, translate)


def details(kept: Mapping[str, object], translate: Translate) -> str:
    """Details in a line."""
    told = {name: value for name, value in kept.items() if value not in ("", None, [])}
    return "; ".join(f"{word(DETAILS, name, translate)}: {_value(name, told[name], translate)}" for name in told)


def _value(name: str, value: object, translate: Translate) -> str:
    if isinstance(value, bool):
        return translate(N_("yes")) if value else translate(N_("no"))
    if not isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    return role(value, translate) if name in ("role", "before") else value
