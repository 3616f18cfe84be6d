"""Publishing with a reason, the history, and taking back. What takes long goes on beside the request."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import Form, HTTPException
from fastapi.responses import Response

from accounts.rights import Right
from editions import store
from editions.bundle import Bundle
from editions.difference import changes
from editions.engines import engines
from editions.explained import explained
from editions.press import Press, Tell
from editions.publish_drafts import publish_drafts
from editions.rollback import roll_back
from editions.store import EditionDamaged, EditionRecord
from editions.workshop import questions
from web.pages.flows.beside import DiffLine, difference
from web.pages.flows.page import PAGE, ask, desk_of, laid
from web.visit import Visit, Visiting

SHOWN = 200
"""Editions in the history."""
LINES = 3_000
"""Of a difference that are shown."""


@PAGE.get("/flows/publish")
def review(visit: Visiting) -> Response:
    """What the visitor's drafts change on the line, and what is wrong with it."""
    over = laid(visit)
    found = ask(visit, questions.check, over.bundle, visit.site.zone) if over.drafted else ()
    return visit.render(
        "flows/publish.html",
        over=over,
        changed=changes(over.before, over.bundle),
        lines=difference(over.before, over.bundle)[:LINES],
        mistakes=[one for one in found if not one.warning],
        warnings=[one for one in found if one.warning],
        longest=store.LONGEST_REASON,
        edits=visit.may(Right.FLOWS_EDIT),
        explained=lambda code: explained(code, visit.language),
    )


@PAGE.post("/flows/publish", right=Right.FLOWS_EDIT)
def publish(
    visit: Visiting,
    why: Annotated[str, Form(max_length=2_000)] = "",
    over: Annotated[bool, Form()] = False,
    silent: Annotated[bool, Form()] = False,
) -> Response:
    """Begin to publish the visitor's drafts. `silent`: without waiting for the sound of new texts."""
    press, who = _press(visit, "publish", why), visit.visitor.name
    return _begun(visit, lambda tell: publish_drafts(press, who, why, over=over, sound=not silent, tell=tell))


@PAGE.post("/flows/roll-back", right=Right.FLOWS_EDIT)
def back(
    visit: Visiting, number: Annotated[int, Form(ge=1)], why: Annotated[str, Form(max_length=2_000)] = ""
) -> Response:
    """Begin to put an earlier edition live again."""
    press, who = _press(visit, "roll back", why), visit.visitor.name
    return _begun(visit, lambda tell: roll_back(press, number, who, why, tell=tell))


@PAGE.get("/flows/publishing/{id}")
def progress(visit: Visiting, id: str) -> Response:
    """How far it is, and what came of it."""
    found = desk_of(visit).publications.find(id)
    if found is None or found.who != visit.visitor.name:
        raise HTTPException(404)
    template = "flows/progress.html" if visit.partial else "flows/publishing.html"
    serving = []
    if found.over and (record := getattr(found.came, "record", None)) is not None:
        running = (one for one in visit.site.database.run_now(engines) if one.runs(visit.now))
        serving = [(one, one.serves(record)) for one in running]
    return visit.render(template, job=found, came=type(found.came).__name__, serving=serving)


@PAGE.get("/flows/history")
def history(visit: Visiting) -> Response:
    """Every edition, newest first."""
    every = visit.site.database.run_now(store.history, SHOWN)
    return visit.render("flows/history.html", every=every, edits=visit.may(Right.FLOWS_EDIT))


@PAGE.get("/flows/edition/{number}")
def edition(visit: Visiting, number: int) -> Response:
    """An edition: what it changed, and its way back."""
    after = _files(visit, number)
    if after is None:
        raise HTTPException(404)
    before = _files(visit, number - 1)
    live = visit.site.database.run_now(store.newest)
    lines: list[DiffLine] = []
    if before is not None:
        lines = difference(before[1], after[1], f"edition-{number - 1}", f"edition-{number}")[:LINES]
    return visit.render(
        "flows/edition.html",
        record=after[0],
        files=sorted(after[1].files),
        lines=lines,
        first=before is None,
        live=live,
        longest=store.LONGEST_REASON,
        edits=visit.may(Right.FLOWS_EDIT),
    )


def _files(visit: Visit, number: int) -> tuple[EditionRecord, Bundle] | None:
    stored = visit.site.database.run_now(store.fetch, number)
    if stored is None:
        return None
    try:
        return stored.record, stored.bundle()
    except EditionDamaged:
        return stored.record, Bundle({})


def _press(visit: Visit, action: str, why: str) -> Press:
    """Publishing that is written down in the audit, in its own transaction."""
    return desk_of(visit).press.by(visit.hand(why), action)


def _begun(visit: Visit, work: Callable[[Tell], object]) -> Response:
    made = desk_of(visit).publications.begin(visit.visitor.name, work)
    if made is None:
        raise HTTPException(429)
    return visit.go(f"/flows/publishing/{made.id}")
