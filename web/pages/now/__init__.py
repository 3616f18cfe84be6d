"""*Now*: lines, calls in progress, alerts that nobody has confirmed; one call's steps as they happen; hanging up."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from fastapi import Form, Header, HTTPException, Query
from fastapi.responses import Response

from accounts.rights import Right
from db.errors import DatabaseError
from ivr.in_progress.call_now import CallNow
from ivr.in_progress.elsewhere import call_elsewhere
from ivr.in_progress.hang_ups import ask_by_hand
from ivr.record.call_records import CallRecord, show_call
from web.live.audience import audience_of
from web.live.plain import ALARM, CALL, FAR, of_call, of_standing, of_told
from web.live.standing import others_running, standing
from web.live.stream import EventStream
from web.page import N_, Page
from web.pages.calls.details import value
from web.pages.now.steps import steps_of
from web.pages.now.words import words
from web.visit import Visit, Visiting

PAGE = Page("now", N_("Now"), "/now", Right.NOW, N_("The line"))
LIVE = Page("live", N_("What goes on"), "/live", Right.SELF)

LONGEST_REASON = 200
_EMPTY_CALL = ["id", "number", "dialled", "direction", "stage", "company", "party", "title", "step", "words", "engine"]
_EMPTY_ALARM = ["id", "ward", "bed", "kind", "state", "role", "target", "attempts"]
BLANK_CALL = {**dict.fromkeys(_EMPTY_CALL, ""), "language": "", "since": 0, "began": 0}
BLANK_ALARM = {**dict.fromkeys(_EMPTY_ALARM, ""), "whom": {}, "since": 0, "emergency": False}
"""Rows without anything in them, for the browser to fill."""


@PAGE.get("/now")
def shows(visit: Visiting) -> Response:
    """How things stand. What changes after that comes by `/live`."""
    return visit.render("now/now.html", now=visit.now.timestamp(), words=words(visit), **_stands(visit))


@PAGE.get("/now/calls/{call_id}", right=Right.CALLS)
def shows_call(visit: Visiting, call_id: str) -> Response:
    """What happens in one call; asked again for the part that grows."""
    return _call(visit, call_id)


@PAGE.post("/now/calls/{call_id}/hang-up", right=Right.HANG_UP)
def hangs_up(visit: Visiting, call_id: str, reason: Annotated[str, Form(max_length=LONGEST_REASON)] = "") -> Response:
    """End it; why is noted in the call and in the audit."""
    reason = reason.strip()
    hand, engine = visit.hand(reason), visit.site.door.engine.now()
    call = engine.calls.get(call_id)
    if call is None and _far(visit, call_id) is None:
        return _call(visit, call_id, 409)
    if not reason:
        return _call(visit, call_id, 422, visit._("Say why: it is noted with the call."))
    if call is None:  # its engine finds it within a second
        asked = visit.site.database.run_now(ask_by_hand, call_id, _others(visit), hand)
        return visit.go("/now") if asked else _call(visit, call_id, 409)
    told = {"number": call.number, "stage": call.stage.value}
    visit.site.database.run_now(lambda session: hand.note(session, "hang_up", "call", call_id, **told))
    if not visit.site.door.engine.hang_up(call_id, visit.visitor.name, reason):
        return _call(visit, call_id, 409)
    return visit.go("/now")


@LIVE.get("/live")
def tells(
    visit: Visiting,
    last: Annotated[str, Query(max_length=100)] = "",
    last_event_id: Annotated[str, Header(max_length=100)] = "",
) -> Response:
    """What goes on, as it happens, as far as the visitor may know of it."""
    watchers = visit.site.watchers
    if watchers is None:
        raise HTTPException(503)
    if visit.request.method == "HEAD":  # whether one may listen
        return Response(media_type=EventStream.media_type)
    audience, who = audience_of(visit.visitor), str(visit.visitor.session_id)
    return EventStream(watchers, audience, who, last_event_id or last)


def _stands(visit: Visit) -> dict[str, Any]:
    """How things stand, for one visitor. While the database is away that of the engine is better than nothing."""
    told = visit.site.door.engine.now()
    items = dict(of_told(told))
    away = False
    try:
        items |= of_standing(visit.site.database.run_now(standing, visit.now, told.engine.name))
    except DatabaseError:
        away = True
    audience = audience_of(visit.visitor)
    seen = {name: item.value for name, item in items.items() if item is not None and audience.hears(item.topic)}
    calls = sorted((one for name, one in seen.items() if name.startswith((CALL, FAR))), key=lambda call: call["began"])
    alarms = sorted((one for name, one in seen.items() if name.startswith(ALARM)), key=lambda one: one["since"])
    return {
        "items": seen,
        "calls": calls,
        "alarms": alarms,
        "away": away,
        "several": len(seen["engines"]["of"]) > 1 if "engines" in seen else False,
        "at": lambda seconds: visit.paper.clock(datetime.fromtimestamp(seconds, visit.site.zone)),
        "named": lambda alarm: _named(alarm["whom"], visit.language) or alarm["ward"],
        "blank_call": BLANK_CALL,
        "blank_alarm": BLANK_ALARM,
    }


def _named(names: Mapping[str, str], language: str) -> str:
    """A name in the visitor's language, else in one that there is."""
    return next((names[one] for one in (language, "en", "zh", "") if names.get(one)), "")


def _call(visit: Visit, call_id: str, status: int = 200, wrong: str = "") -> Response:
    here = of_told(visit.site.door.engine.now()).get(f"{CALL}{call_id}")
    far = _far(visit, call_id) if here is None else None
    told = here.value if here is not None else of_call(far, far.engine) if far is not None else None
    record = _record(visit, call_id)
    if told is None and record is None:
        raise HTTPException(404)
    template = "now/steps.html" if visit.partial and status == 200 else "now/call.html"
    return visit.render(
        template,
        status,
        now=visit.now.timestamp(),
        call_id=call_id,
        call=told,
        far=far is not None,
        record=record,
        elsewhere=told is None and record is not None and record.ended_at is None,
        steps=[] if record is None else steps_of(record, visit),
        words=words(visit),
        cause=lambda word: value("cause", word, visit),
        wrong=wrong,
        gone=status == 409,
        longest=LONGEST_REASON,
    )


def _others(visit: Visit) -> list[str]:
    """The engines that run beside this one."""
    own = visit.site.door.engine.now().engine.name
    return visit.site.database.run_now(others_running, visit.now, own)


def _far(visit: Visit, call_id: str) -> CallNow | None:
    """A call in progress on another engine."""
    return visit.site.database.run_now(call_elsewhere, call_id, _others(visit))


def _record(visit: Visit, call_id: str) -> CallRecord | None:
    """What is written of it: of a call that has just begun, nothing yet."""
    record = visit.site.database.run_now(show_call, call_id)
    return record if record is not None and record.call_id == call_id else None
