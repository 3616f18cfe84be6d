"""The editor: a file with the checker's mistakes, kept as a draft while somebody types."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Form, HTTPException
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field

from accounts.rights import Right
from editions import drafts
from editions.drafts import DraftHead, Kept, NotKept, WrittenElsewhere
from editions.explained import explained
from editions.kind import kind_of
from editions.kinds import FLOWS, KINDS
from editions.workshop import questions
from editions.workshop.complete import complete
from editions.workshop.questions import Told
from editions.workshop.workshop import Busy, WorkshopError
from web.errors import EngineAway
from web.pages.flows.page import LARGE, PAGE, desk_of, laid
from web.visit import Visit, Visiting


class Typed(BaseModel):
    """What stands in the editor now."""

    file: str = Field(max_length=200)
    text: str
    base: int = Field(ge=0)
    version: int = Field(ge=0)


class Caret(BaseModel):
    """Where somebody types."""

    file: str = Field(max_length=200)
    text: str
    line: int
    col: int


@PAGE.get("/flows/file/{file:path}")
def editor(visit: Visiting, file: str, line: int = 0) -> Response:
    """One file."""
    over = laid(visit)
    if file not in over.bundle.files and file not in over.before.files:
        raise HTTPException(404)
    draft = visit.site.database.run_now(drafts.draft_of, visit.visitor.name, file)
    live = over.live.number if over.live is not None else 0
    kind = kind_of(file, KINDS)
    return visit.render(
        "flows/editor.html",
        file=file,
        flow=file.removesuffix(".yaml") if kind is FLOWS else "",
        kind=kind.name if kind is not None else "",
        text=over.bundle.files.get(file, b"").decode("utf-8", "replace"),
        gone=file not in over.bundle.files,
        drafted=file in over.drafted,
        behind=next((one for one in over.behind if one.file == file), None),
        version=draft.version if draft is not None else 0,
        base=draft.head.base if draft is not None and file in over.drafted else live,
        live=over.live,
        others=visit.site.database.run_now(drafts.others, visit.visitor.name, file),
        edits=visit.may(Right.FLOWS_EDIT),
        line=line,
    )


@PAGE.post("/flows/draft", right=Right.FLOWS_EDIT, max_body_size=LARGE)
def keep(visit: Visiting, typed: Typed) -> Response:
    """What was typed is kept, whatever is wrong with it."""
    return _answer(visit, _kept(visit, typed.file, typed.text, typed.base, typed.version))


@PAGE.post("/flows/save", right=Right.FLOWS_EDIT, max_body_size=LARGE)
def save(
    visit: Visiting,
    file: Annotated[str, Form(max_length=200)],
    text: Annotated[str, Form()],
    base: Annotated[int, Form(ge=0)],
    version: Annotated[int, Form(ge=0)],
) -> Response:
    """The same for a browser that runs no scripts. Forms end lines in their own way (HTML, 4.10.21.4)."""
    came = _kept(visit, file, text.replace("\r\n", "\n"), base, version)
    if isinstance(came, WrittenElsewhere):
        raise HTTPException(409)
    if isinstance(came, NotKept):
        raise HTTPException(422)
    return visit.go(f"/flows/file/{file}")


@PAGE.post("/flows/check")
def check(visit: Visiting) -> Response:
    """Everything that is wrong with the visitor's drafts over what is live."""
    who = visit.visitor.name
    try:
        found = desk_of(visit).workshop.ask(who, questions.check, laid(visit).bundle, visit.site.zone)
    except Busy:
        return JSONResponse({"busy": True})
    except WorkshopError as wrong:
        raise EngineAway(str(wrong)) from wrong
    return JSONResponse({"mistakes": [as_data(one, visit.language) for one in found]})


@PAGE.post("/flows/complete", right=Right.FLOWS_EDIT, max_body_size=LARGE)
def completes(visit: Visiting, caret: Caret) -> Response:
    """What can stand there."""
    try:
        ask = desk_of(visit).workshop.ask
        key = f"{visit.visitor.name} completes"
        found = ask(key, complete, laid(visit).bundle, caret.file, caret.text, caret.line, caret.col)
    except WorkshopError:
        return JSONResponse({"col": caret.col, "offers": []})
    offers = [{"word": one.word, "kind": one.kind, "about": one.about} for one in found.offers]
    return JSONResponse({"col": found.col, "offers": offers})


def as_data(one: Told, language: str) -> dict[str, Any]:
    """A mistake for a script, in the visitor's language, with the exact sentence."""
    told = explained(one.code, language)
    fix = {"col": one.fix.col, "end": one.fix.end, "put": one.fix.put} if one.fix is not None else None
    return {
        "file": one.file,
        "line": one.line,
        "col": one.col,
        "code": one.code,
        "warning": one.warning,
        "sentence": one.sentence,
        "title": told.title,
        "remedy": told.remedy,
        "fix": fix,
    }


def _kept(visit: Visit, file: str, text: str, base: int, version: int) -> drafts.Came:
    return visit.site.database.run_now(drafts.keep, visit.visitor.name, file, text, base, version, visit.now)


def _answer(visit: Visit, came: drafts.Came) -> Response:
    match came:
        case Kept(draft, others):
            told = {"version": draft.version, "others": [_other(visit, one) for one in others]}
            return JSONResponse(told)
        case WrittenElsewhere(draft):
            text, version = (draft.text, draft.version) if draft is not None else (None, 0)
            return JSONResponse({"text": text, "version": version}, 409)
        case NotKept(sentence):
            return JSONResponse({"sentence": sentence}, 422)


def _other(visit: Visit, one: DraftHead) -> dict[str, str]:
    return {"who": one.who, "at": visit.paper.clock(one.at)}
