"""HL7: what the hospital's systems sent, what became of it and why; one as it came; a refused one sent again."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated

from fastapi import HTTPException, Path, Query
from fastapi.responses import Response
from markupsafe import Markup, escape

from accounts.rights import Right
from notify.hl7.answers import codes_in
from notify.hl7.shown import shown
from notify.mllp import received
from notify.mllp.received import Asked, MessageRecord, Outcome
from notify.notices.fate import Fate
from web.fields import Below, Day, Words, begins, link
from web.page import N_, Page
from web.pages.hl7.reasons import reason
from web.visit import Visit, Visiting

PAGE = Page("hl7", N_("HL7 messages"), "/hl7", Right.HL7, group=N_("System"))

Number = Annotated[int, Path(ge=1, le=2**31 - 1)]

OUTCOMES: Mapping[str, str] = {
    "": N_("all"),
    Outcome.REFUSED: N_("refused"),
    Outcome.ACCEPTED: N_("accepted"),
    Outcome.QUIET: N_("accepted, and called nobody"),
    Outcome.IGNORED: N_("noted, of no interest"),
}
STATES: Mapping[str, tuple[str, str]] = {
    "accepted": (N_("accepted"), "good"),
    "ignored": (N_("noted, of no interest"), ""),
    "rejected": (N_("refused"), "bad"),
}
FATES: Mapping[Fate, str] = {
    Fate.PLANNED: N_("notices follow"),
    Fate.NOBODY: N_("no rule takes it: nobody is called"),
    Fate.SILENT: N_("it is meant to call nobody"),
    Fate.STALE: N_("too old when it came: nobody is called"),
    Fate.SAME_VISIT: N_("known already: nobody is called"),
    Fate.TAKEN_BACK: N_("taken back later"),
    Fate.REVISED: N_("took back or corrected earlier ones"),
    Fate.EARLY: N_("what it takes back has not come yet"),
    Fate.UNMATCHED: N_("what it takes back is not known"),
}


_SIGNS = (
    *("NUL", "SOH", "STX", "ETX", "EOT", "ENQ", "ACK", "BEL", "BS", "HT", "LF", "VT", "FF", "CR", "SO", "SI"),
    *("DLE", "DC1", "DC2", "DC3", "DC4", "NAK", "SYN", "ETB", "CAN", "EM", "SUB", "ESC", "FS", "GS", "RS", "US"),
    *("SP", "DEL"),
)
"""Names of control characters, in the order of their signs in Unicode: few fonts have those."""


def spelt(text: str) -> Markup:
    """What `shown` gives, its signs spelt out and set apart from what is text."""
    return Markup(re.sub("[\u2400-\u2421]", lambda sign: f"<i>{_SIGNS[ord(sign[0]) - 0x2400]}</i>", str(escape(text))))


@PAGE.get("/hl7")
def messages(
    visit: Visiting,
    outcome: Annotated[Outcome | None, Query()] = None,
    type_: Annotated[str, Query(alias="type", max_length=200)] = "",
    control: Words = "",
    since: Day = None,
    until: Day = None,
    before: Below = None,
) -> Response:
    """The list."""
    zone = visit.site.zone
    asked = Asked(begins(since, zone), begins(until, zone, 1), type_.strip(), control.strip(), outcome)
    found = visit.site.database.run_now(received.search, asked, before)
    given = {"outcome": outcome or "", "type": type_, "control": control, "since": since, "until": until}
    return visit.render(
        "hl7/list.html",
        found=found,
        followed=visit.site.database.run_now(received.followed_all, found.messages),
        fates=FATES,
        sees_notices=visit.may(Right.NOTICES),
        given=given,
        outcomes=OUTCOMES,
        states=STATES,
        reason=lambda sentence: reason(sentence, visit._),
        first=link("/hl7", **given) if before is not None else "",
        next=link("/hl7", **given, before=found.before) if found.before else "",
    )


@PAGE.get("/hl7/{number}")
def message(
    visit: Visiting, number: Number, sent: Annotated[int | None, Query(alias="again", ge=1, le=2**31 - 1)] = None
) -> Response:
    """One message, without its bytes; after somebody sent a message again, what came of that."""
    return _shown(visit, _message(visit, number), _message(visit, sent) if sent is not None else None)


@PAGE.get("/hl7/{number}/raw", right=Right.HL7_RAW)
def raw(visit: Visiting, number: Number) -> Response:
    """A message as it came. That somebody looked is noted: it holds a patient's name."""
    found = visit.site.database.run_now(received.look_at, number, visit.hand())
    if found is None or found.raw is None:
        raise HTTPException(404)
    text = spelt(shown(found.raw, found.encoding))
    return visit.render("hl7/raw.html", message=found, why=reason(found.reason, visit._), text=text)


@PAGE.post("/hl7/{number}/again", right=Right.HL7_RAW)
def again(visit: Visiting, number: Number) -> Response:
    """A refused message comes once more, as if anew."""
    found = _message(visit, number)
    if not found.refused or found.raw is None or not found.whole:
        raise HTTPException(404)
    answer = visit.site.door.receive_hl7(found.raw, found.peer)
    code = next(iter(codes_in(answer)), "")
    visit.site.database.run_now(received.note_again, number, visit.hand(), code)
    came = visit.site.database.run_now(received.newest_of, found.sender, found.control_id, visit.now)
    return visit.go(f"/hl7/{came if came is not None else number}?again={number}")


def _message(visit: Visit, number: int) -> MessageRecord:
    found = visit.site.database.run_now(received.show_message, number)
    if found is None:
        raise HTTPException(404)
    return found


def _shown(visit: Visit, found: MessageRecord, again: MessageRecord | None) -> Response:
    came = visit.site.database.run_now(received.followed, found.id)
    return visit.render(
        "hl7/message.html",
        message=found,
        again=again,
        came=came,
        fate=FATES[came.fate] if came is not None and came.fate is not None else "",
        states=STATES,
        reason=lambda sentence: reason(sentence, visit._),
        sees_raw=visit.may(Right.HL7_RAW),
        sees_notices=visit.may(Right.NOTICES),
    )
