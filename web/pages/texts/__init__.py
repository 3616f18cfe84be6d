"""The page *Texts and recordings*: what the line says, who speaks it, what was recorded and what is missing."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, BinaryIO
from urllib.parse import quote

from fastapi import Form, HTTPException, UploadFile
from fastapi.responses import Response

from accounts.rights import Right
from editions.drafts import laid_over
from editions.store import EditionDamaged
from forms.errors import FilesBroken
from prompts.errors import PromptError
from prompts.listing import Row, rows
from prompts.recorded import files_of
from prompts.speech import fixed_texts
from prompts.studio import Studio
from prompts.takes import REFUSED, Take, Verdict, judge, put_away, take_in
from web.errors import EngineAway
from web.flow_desk import FlowDesk
from web.page import N_, Page
from web.visit import Visit, Visiting

PAGE = Page("texts", N_("Texts and recordings"), "/texts", Right.FLOWS, group=N_("What callers hear"))
LARGEST = 5_000_000
"""Bytes of a recording: five minutes as the telephone plays it, and a minute from a studio."""
PIECE = 65_536
SHOWN = {
    "all": N_("all"),
    "recorded": N_("recorded"),
    "not_recorded": N_("not recorded"),
    "silent": N_("without sound"),
}
DELETED, VOICELESS = "deleted", "voiceless"
SAID: dict[str, str] = {
    Verdict.GOOD: N_("The recording is taken."),
    Verdict.UNREADABLE: N_("This is no sound that can be read. Nothing was taken."),
    Verdict.SILENT: N_("The recording is silent. Nothing was taken."),
    Verdict.TOO_LOUD: N_("The recording is taken, but it is too loud: listen to it."),
    Verdict.TOO_QUIET: N_("The recording is taken, but it is too quiet: listen to it."),
    Verdict.CLIPPED: N_("The recording is taken, but it cracks: listen to it."),
    Verdict.WRONG_LENGTH: N_("The recording is taken, but its length does not fit the words: listen to it."),
    DELETED: N_("The recording is deleted: a voice says the text again."),
    VOICELESS: N_("No voice can say this text here: without its recording it would be silent. Nothing was deleted."),
}


@dataclass(frozen=True, slots=True)
class Spoken:
    """How far one language is."""

    language: str
    texts: int
    recorded: int
    by_voice: int
    silent: int


@PAGE.get("/texts")
def listing(visit: Visiting, language: str = "", show: str = "all", word: str = "", said: str = "") -> Response:
    """Every text of a language, and how far each language is."""
    studio = _studio(visit)
    languages = studio.catalog.languages
    chosen = next((one for one in (language, visit.language, "zh") if one in languages), languages[0])
    if show not in SHOWN or len(word) > 100:
        raise HTTPException(422)
    every = {one: list(rows(studio.catalog, studio, one)) for one in languages}
    found = [row for row in every[chosen] if _fits(row, show, word.strip().casefold())]
    return visit.render(
        "texts/list.html",
        language_chosen=chosen,
        show=show,
        shown=SHOWN,
        word=word,
        said=SAID.get(said, ""),
        good=said in (Verdict.GOOD, DELETED),
        far=[_far(one, listed) for one, listed in every.items()],
        rows=found,
        keeps=_desk(visit).recordings is not None,
        edits=visit.may(Right.FLOWS_EDIT),
    )


@PAGE.get("/texts/clip")
def clip(visit: Visiting, language: str, name: str) -> Response:
    """The sound of a text as callers hear it."""
    studio = _studio(visit)
    text = _text(studio, language, name)
    found = studio.ready(language, text)
    if found is None:
        raise HTTPException(404)
    return Response(found.read_bytes(), media_type="audio/wav")


@PAGE.post("/texts/recording", right=Right.FLOWS_EDIT, max_body_size=LARGEST + 100_000)
def record(
    visit: Visiting,
    language: Annotated[str, Form(max_length=8)],
    name: Annotated[str, Form(max_length=120)],
    sound: UploadFile,
    show: Annotated[str, Form(max_length=20)] = "all",
) -> Response:
    """A recording of a text, looked at as `wardbell prompts import` does."""
    desk, studio = _desk(visit), _studio(visit)
    text = _text(studio, language, name)
    if desk.recordings is None:
        raise HTTPException(422)
    with tempfile.TemporaryDirectory(prefix="wardbell-recording-") as aside:
        file = Path(aside) / f"{name}.wav"
        if not _written(sound.file, file):
            raise HTTPException(413)
        take = judge(language, name, text, file) if _is_wav(file) else Take(language, name, Verdict.UNREADABLE)
        if take.verdict not in REFUSED:
            hand, at = visit.hand(), desk.recordings
            # The row first: a recording that nobody answers for is worse than a row whose recording the disk refused.
            visit.site.database.run_now(
                lambda session: hand.note(session, "record", "text", f"{language}/{name}", verdict=take.verdict.value)
            )
            try:
                take_in(take, at)
                _studio(visit).render(language, text)
            except PromptError as wrong:
                raise EngineAway(str(wrong)) from wrong
    return _back(visit, language, show, take.verdict.value)


@PAGE.post("/texts/recording/delete", right=Right.FLOWS_EDIT)
def delete(
    visit: Visiting,
    language: Annotated[str, Form(max_length=8)],
    name: Annotated[str, Form(max_length=120)],
    show: Annotated[str, Form(max_length=20)] = "all",
) -> Response:
    """The recording of a text goes, and a voice says it; not where none can. What the voice says is made before."""
    desk, studio = _desk(visit), _studio(visit)
    text = _text(studio, language, name)
    if desk.recordings is None or not files_of(desk.recordings, language, name):
        raise HTTPException(404)
    try:
        studio.render_by_voice(language, text)
    except PromptError:
        return _back(visit, language, show, VOICELESS)
    hand, at = visit.hand(), desk.recordings
    visit.site.database.run_now(
        lambda session: hand.note(session, "delete recording", "text", f"{language}/{name}")
    )
    try:
        put_away(language, name, at)
    except PromptError as wrong:
        raise EngineAway(str(wrong)) from wrong
    return _back(visit, language, show, DELETED)


def _back(visit: Visit, language: str, show: str, said: str) -> Response:
    return visit.go(f"/texts?language={language}&show={show if show in SHOWN else 'all'}&said={quote(said)}")


@PAGE.post("/texts/render", right=Right.FLOWS_EDIT)
def render(
    visit: Visiting, language: Annotated[str, Form(max_length=8)], name: Annotated[str, Form(max_length=120)]
) -> Response:
    """The sound of one text is made now."""
    studio = _studio(visit)
    try:
        studio.render(language, _text(studio, language, name), patient=True)
    except PromptError as wrong:
        raise EngineAway(str(wrong)) from wrong
    return visit.go(f"/texts?language={language}&show=silent")


def _desk(visit: Visit) -> FlowDesk:
    if visit.site.flows is None:
        raise EngineAway("texts are not worked on here")
    return visit.site.flows


def _studio(visit: Visit) -> Studio:
    """Voices and clips of what is live."""
    try:
        return _desk(visit).studio(visit.site.database.run_now(laid_over, "", ()).before)
    except (EditionDamaged, FilesBroken, PromptError) as wrong:
        raise EngineAway(str(wrong)) from wrong


def _text(studio: Studio, language: str, name: str) -> str:
    """The words of a text, by the name that its recording has."""
    if language in studio.catalog.languages:
        for known, text in fixed_texts(studio.catalog, language):
            if known == name:
                return text
    raise HTTPException(404)


def _fits(row: Row, show: str, word: str) -> bool:
    if word and word not in row.name.casefold() and word not in row.text.casefold():
        return False
    match show:
        case "recorded":
            return row.source == "recording"
        case "not_recorded":
            return row.source != "recording"
        case "silent":
            return row.seconds is None
    return True


def _far(language: str, listed: Sequence[Row]) -> Spoken:
    sources = Counter(_source(row) for row in listed)
    return Spoken(language, len(listed), sources["recorded"], sources["voice"], sources["silent"])


def _source(row: Row) -> str:
    if row.seconds is None:
        return "silent"
    return "recorded" if row.source == "recording" else "voice"


def _written(sound: BinaryIO, to: Path) -> bool:
    """False: it is larger than a recording may be."""
    size = 0
    with to.open("wb") as file:
        while piece := sound.read(PIECE):
            size += len(piece)
            if size > LARGEST:
                return False
            file.write(piece)
    return True


def _is_wav(file: Path) -> bool:
    with file.open("rb") as there:
        head = there.read(12)
    return head[:4] == b"RIFF" and head[8:] == b"WAVE"
