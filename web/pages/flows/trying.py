"""*Try it*: a call in the page. What the caller did stands in the form; the whole call is played anew each time."""

from __future__ import annotations

import re
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

from fastapi import Form, HTTPException
from fastapi.responses import Response

from editions.tried import Trial
from editions.workshop.trial import MOST_DEEDS, Heard, NotTried, TriedCall, try_call
from forms.errors import FilesBroken
from ivr.numbers.closings import closed_numbers
from prompts.errors import PromptError
from prompts.join import join
from prompts.store import is_clip
from prompts.studio import Studio
from web.pages.flows.page import PAGE, ask, desk_of, laid, language_of, with_flow
from web.visit import Visit, Visiting

_CLIPS = re.compile(r"[0-9a-f]{64}(-[0-9a-f]{64}){0,39}")
_DEED = re.compile(r"[0-9*#]{1,30}!?|wait|hangup!?|[0-9]{1,3}s")
ANSWERS = ("talked", "busy", "no_answer")
"""How a call to somebody comes out, where the flow dials."""


@PAGE.get("/flows/beside/try/{name}")
def begins(visit: Visiting, name: str) -> Response:
    """The form, before the call."""
    with_flow(visit, name)
    at = f"{visit.now.astimezone(visit.site.zone):%Y-%m-%dT%H:%M}"
    return visit.render("flows/try.html", **_fields(name, "", "13800000000", at, "", ""), call=None, why="", heard=())


@PAGE.post("/flows/try")
def goes_on(
    visit: Visiting,
    name: Annotated[str, Form(max_length=64)],
    deeds: Annotated[str, Form(max_length=8_000)] = "",
    deed: Annotated[str, Form(max_length=40)] = "",
    more: Annotated[str, Form(max_length=40)] = "",
    again: Annotated[bool, Form()] = False,
    language: Annotated[str, Form(max_length=8)] = "",
    number: Annotated[str, Form(max_length=32)] = "",
    at: Annotated[str, Form(max_length=32)] = "",
    dial: Annotated[str, Form(max_length=32)] = "",
) -> Response:
    """One more deed of the caller."""
    done = [] if again else [*deeds.split(), *more.split(), *deed.split()]
    if len(done) > MOST_DEEDS or not all(_DEED.fullmatch(one) for one in done) or (dial and dial not in ANSWERS):
        raise HTTPException(422)
    try:
        moment = datetime.fromisoformat(at).replace(tzinfo=visit.site.zone) if at else visit.now
    except ValueError as wrong:
        raise HTTPException(422) from wrong
    over = laid(visit)
    closed = visit.site.database.run_now(closed_numbers)
    trial = Trial(name, language_of(visit, language) if language else None, number, moment)
    came = ask(visit, try_call, over.bundle, visit.site.zone, trial, done, {"dial": dial} if dial else {}, closed)
    fields = _fields(name, language, number, at, " ".join(done), dial)
    if isinstance(came, NotTried):
        return visit.render("flows/try.html", **fields, call=None, why=came.why or "mistakes", heard=())
    return visit.render("flows/try.html", **fields, call=came, why="", heard=_with_sound(visit, came))


@PAGE.get("/flows/said/{names}.wav")
def said(visit: Visiting, names: str) -> Response:
    """Clips of the store, one after the other, by their names."""
    clips = [desk_of(visit).store / one[:2] / f"{one[2:]}.wav" for one in names.split("-")]
    if not _CLIPS.fullmatch(names) or not all(map(is_clip, clips)):
        raise HTTPException(404)
    with tempfile.TemporaryDirectory(prefix="wardbell-said-") as aside:
        whole = Path(aside) / "said.wav"
        join(clips, whole)
        return Response(whole.read_bytes(), media_type="audio/wav")


def _fields(name: str, language: str, number: str, at: str, deeds: str, dial: str) -> dict[str, Any]:
    return {
        "name": name,
        "language_chosen": language,
        "number": number,
        "at": at,
        "deeds": deeds,
        "dial": dial,
        "answers": ANSWERS,
    }


def _with_sound(visit: Visit, call: TriedCall) -> list[tuple[Heard, str]]:
    """What happened, and the address of its sound where something is said and all of it is rendered."""
    try:
        studio = desk_of(visit).studio(laid(visit).bundle)
    except (FilesBroken, PromptError):
        return [(one, "") for one in call.heard]
    return [(one, _sound(studio, one) if one.spoken else "") for one in call.heard]


def _sound(studio: Studio, said: Heard) -> str:
    clips = [studio.ready(said.language, text, said.slow) for text in said.spoken]
    if not all(clips):
        return ""
    names = [f"{clip.parent.name}{clip.stem}" for clip in clips if clip is not None]
    return f"/flows/said/{'-'.join(names)}.wav"
