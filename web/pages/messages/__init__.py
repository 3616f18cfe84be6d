"""*Messages left*: what callers said when nobody was there; somebody hears it, takes care of it, notes what he did."""

from __future__ import annotations

from typing import Annotated

from fastapi import Form, HTTPException, Query
from fastapi.responses import Response

from accounts.rights import Right
from ivr.record.cursor import Cursor, WrongCursor
from ivr.recordings import messages
from ivr.recordings.messages import NOTE, CannotDelete, State
from ivr.recordings.rows import one_recording
from web.page import N_, Page
from web.sound import ID, file_of, play
from web.visit import Visit, Visiting

PAGE = Page("messages", N_("Messages left"), "/messages", Right.MESSAGES, N_("The line"))
STATES = {State.NEW: N_("New"), State.HEARD: N_("Taken care of"), State.ALL: N_("All")}


@PAGE.get("/messages")
def lists(visit: Visiting, state: State = State.NEW, at: Annotated[str, Query(max_length=128)] = "") -> Response:
    """Messages in one state, the newest first."""
    return _page(visit, state, at)


@PAGE.get("/messages/{id}/sound")
def plays(visit: Visiting, id: str) -> Response:
    """What the caller said."""
    return play(visit, id)


@PAGE.post("/messages/{id}/heard")
def marks(
    visit: Visiting, id: str, heard: Annotated[bool, Form()], state: Annotated[State, Form()] = State.NEW
) -> Response:
    """Somebody has taken care of it, or not after all."""
    _there(id, visit.site.database.run_now(messages.mark, id, heard, visit.hand()))
    return visit.go(f"/messages?state={state}")


@PAGE.post("/messages/{id}/note")
def notes(
    visit: Visiting,
    id: str,
    note: Annotated[str, Form(max_length=NOTE)] = "",
    state: Annotated[State, Form()] = State.NEW,
) -> Response:
    """What is noted about it from now on."""
    _there(id, visit.site.database.run_now(messages.write_note, id, note, visit.hand()))
    return visit.go(f"/messages?state={state}#m{id}")


@PAGE.post("/messages/{id}/delete", right=Right.MESSAGES_DELETE)
def deletes(
    visit: Visiting,
    id: str,
    reason: Annotated[str, Form(max_length=500)] = "",
    state: Annotated[State, Form()] = State.NEW,
) -> Response:
    """It is no more, the sound too."""
    if not reason.strip():
        raise HTTPException(422)
    folder, hand = visit.site.callers_dir, visit.hand(reason.strip())
    found = visit.site.database.run_now(one_recording, id)
    if folder is None or found is None or file_of(folder, found) is None:  # it may lie on another machine
        raise HTTPException(404)
    try:
        _there(id, visit.site.database.run_now(messages.delete, id, folder, hand))
    except CannotDelete:
        return _page(visit, state, "", cannot=True)
    return visit.go(f"/messages?state={state}")


def _page(visit: Visit, state: State, at: str, cannot: bool = False) -> Response:
    try:
        cursor = Cursor.read(at) if at else None
    except WrongCursor:
        raise HTTPException(422) from None
    found = visit.site.database.run_now(messages.list_messages, state, cursor)
    return visit.render(
        "messages/list.html",
        409 if cannot else 200,
        found=found,
        state=state,
        states=STATES,
        here={one.id for one in found.messages if file_of(visit.site.callers_dir, one) is not None},
        cannot=cannot,
        most=NOTE,
        may_delete=visit.may(Right.MESSAGES_DELETE),
        may_see_calls=visit.may(Right.CALLS),
    )


def _there(id: str, done: bool) -> None:
    if not done or not ID.fullmatch(id):
        raise HTTPException(404)
