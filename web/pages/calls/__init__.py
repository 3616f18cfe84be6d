"""*Calls*: any call is found, read step by step, heard; a search is taken away as a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from fastapi import HTTPException
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session

from accounts.audit import Hand
from accounts.rights import Right
from ivr.record.call_records import CallRecord, one_call
from ivr.record.cursor import Cursor
from ivr.record.search import Found, Wanted, search, walk, words
from ivr.record.story import story
from ivr.recordings.rows import recordings_of
from ivr.words import words_in
from web.export import Cell, Form, Sheet, download
from web.page import N_, Page
from web.pages.calls.details import in_words
from web.pages.calls.labels import CAUSES, EVENTS, HOW, ROLES, SEGMENTS
from web.pages.calls.query import read
from web.pages.calls.said import texts_of
from web.pages.calls.timeline import timeline
from web.sound import ID, file_of, play
from web.visit import Visit, Visiting

PAGE = Page("calls", N_("Calls"), "/calls", Right.CALLS, N_("The line"))
AT_ONCE = 1_000
TAKEN = 50_000
"""Calls that one file holds at most."""
COLUMNS = (
    N_("Call"),
    N_("Began"),
    N_("Direction"),
    N_("From"),
    N_("To"),
    N_("Flow"),
    N_("Language"),
    N_("Seconds"),
    N_("Waited"),
    N_("Talked"),
    N_("Outcome"),
    N_("Cause"),
    N_("Ended by"),
)


@PAGE.get("/calls")
def finds(visit: Visiting) -> Response:
    """A page of calls that fit."""
    query = read(visit.request.query_params, visit.site.zone)
    if len(query.written) < len(visit.request.query_params):  # without what the form left empty it is a link to copy
        return RedirectResponse(query.address(query.cursor), 303)
    run = visit.site.database.run_now
    found = run(search, query.wanted, query.cursor)
    return visit.render(
        "calls/list.html",
        query=query,
        found=found,
        chosen={name: _choices(visit, query.written.get(name, ""), there) for name, there in run(words).items()},
        causes=CAUSES,
        taken=TAKEN,
    )


@PAGE.get("/calls/file")
def takes_away(visit: Visiting) -> Response:
    """All calls that fit, as a file; that somebody took them is noted."""
    if not visit.may(Right.EXPORT):
        raise HTTPException(403)
    query = read(visit.request.query_params, visit.site.zone, ("form",))
    form = visit.request.query_params.get("form", "")
    if form not in list(Form):
        raise HTTPException(422)
    visit.site.database.run_now(_note_taking, query.written, visit.hand())
    found = walk(partial(_look, visit, query.wanted), TAKEN)
    name = f"{visit._('Calls')} {visit.now.astimezone(visit.site.zone):%Y-%m-%d %H%M}"
    return download(Sheet(name, [visit._(column) for column in COLUMNS], _cells(visit, found)), Form(form))


@PAGE.get("/calls/{call}")
def shows(visit: Visiting, call: str) -> Response:
    """One call: who took part, what was said and keyed, what was recorded."""
    run = visit.site.database.run_now
    record = run(one_call, call) if ID.fullmatch(call) else None
    if record is None:
        raise HTTPException(404)
    recordings = run(recordings_of, call)
    return visit.render(
        "calls/one.html",
        call=record,
        steps=[in_words(told, visit) for told in story(record, texts_of(visit.site.database, record.edition))],
        line=timeline(record, visit.now),
        legs={leg.number: leg for leg in record.legs},
        recordings=[(one, file_of(visit.site.callers_dir, one) is not None) for one in recordings],
        may_listen=visit.may(Right.LISTEN),
        roles=ROLES,
        segments=SEGMENTS,
        causes=CAUSES,
        events=EVENTS,
        how=HOW,
    )


@PAGE.get("/calls/recordings/{recording}", right=Right.LISTEN)
def plays(visit: Visiting, recording: str) -> Response:
    """What a caller said."""
    return play(visit, recording)


def _look(visit: Visit, wanted: Wanted, cursor: Cursor | None) -> Found:
    return visit.site.database.run_now(search, wanted, cursor, AT_ONCE)


def _note_taking(session: Session, written: dict[str, str], hand: Hand) -> None:
    hand.note(session, "export", "calls", "", **written)


def _choices(visit: Visit, chosen: str, there: Sequence[str]) -> list[tuple[str, str]]:
    """What can be chosen, and what is chosen though there is no such call."""
    values = there if not chosen or chosen in there else (*there, chosen)
    outcome = words_in(visit.language)
    return [(value, visit._(CAUSES[value]) if value in CAUSES else outcome(value)) for value in values]


def _cells(visit: Visit, calls: Iterator[CallRecord]) -> Iterator[Sequence[Cell]]:
    for call in calls:
        seconds = (
            None
            if call.answered_at is None or call.ended_at is None
            else round((call.ended_at - call.answered_at).total_seconds(), 1)
        )
        yield (
            call.call_id,
            call.began_at.astimezone(visit.site.zone),
            call.direction,
            call.caller,
            call.dialled,
            call.flow,
            call.language,
            seconds,
            None if call.waited is None else round(call.waited, 1),
            None if call.talked is None else round(call.talked, 1),
            call.outcome,
            call.cause,
            call.ended_by,
        )
