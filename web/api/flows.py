"""Flows and all else that the hospital edits: what is live, files checked, an edition published."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated

from fastapi import Request
from fastapi.responses import JSONResponse
from pydantic import Field, StringConstraints

from accounts.rights import Right
from editions.bundle import Bundle
from editions.check import as_data
from editions.explained import explained
from editions.press import Press, Signature
from editions.publish import NotFromThis, publish
from editions.store import EditionRecord, Published, Unchanged, fetch, newest
from editions.workshop import questions
from editions.workshop.workshop import AtOnce, WorkshopError
from web.api.asked import Asked, Asking
from web.api.noun import Line, Noun, Told, Wanted
from web.api.once import Reply
from web.api.problem import Problem, unknown
from web.language import choose

NOUN = Noun("flows")
LARGEST = 8_000_000
"""Bytes of an edition as it is handed in."""
FileName = Annotated[
    str, StringConstraints(pattern=r"^(tests/|texts/)?[A-Za-z0-9_][A-Za-z0-9_.-]*\.yaml$", max_length=120)
]


class EditionTold(Told):
    """An edition."""

    number: int = Field(examples=[7])
    digest: str = Field(examples=["9f2c..."])
    published_at: datetime
    who: str = Field(examples=["li"])
    why: str = Field(examples=["new hours of the X-ray"])


class FilesTold(Told):
    """The live edition with its files."""

    edition: EditionTold
    files: dict[str, str] = Field(examples=[{"main.yaml": "title: Main menu\n"}])


class Files(Wanted):
    """Files by name: `main.yaml`, `numbers.yaml`, `tests/main.yaml`, `texts/zh.yaml`."""

    files: dict[FileName, str] = Field(examples=[{"main.yaml": "title: Main menu\n"}], max_length=1000)
    beside: bool = True
    """Whether what is not named is as in the live edition; else the files are all there are."""


class MistakeTold(Told):
    """One mistake or warning at its place."""

    file: str = Field(examples=["flows/main.yaml"])
    line: int = Field(examples=[17])
    col: int = Field(examples=[9])
    code: str = Field(examples=["E204"])
    severity: str = Field(examples=["error"])
    sentence: str = Field(examples=['no step "generl"'])
    hint: str = Field(examples=['did you mean "general"?'])
    title: str = Field(examples=["no such step"])
    """What the code means, in the language of `Accept-Language`: zh, en, ru, pl; else English."""
    remedy: str = Field(examples=["Correct the name, or add the step."])
    """What to do, in the same language."""


class CheckTold(Told):
    """All that is wrong."""

    mistakes: int = Field(examples=[1])
    warnings: int = Field(examples=[0])
    reported: list[MistakeTold]


class NewEdition(Files):
    """Files to be published."""

    base: Annotated[int, Field(ge=1, le=2**31 - 1, examples=[7])]
    """The number of the edition that they were edited from."""
    reason: Annotated[Line, Field(min_length=1, examples=["new hours of the X-ray"])]


class PublishedTold(Told):
    """It is live; every engine has it within seconds."""

    number: int = Field(examples=[8])
    new: bool = Field(examples=[True])
    """False: nothing differs from the live edition."""


@NOUN.get("/flows", Right.FLOWS, "getEdition", 404, response_model=FilesTold)
def get_edition(asked: Asking) -> FilesTold:
    """The live edition with its files."""
    stored = _live(asked)
    if stored is None:
        raise unknown("nothing was published yet")
    record, bundle = stored
    return FilesTold(
        edition=EditionTold(
            number=record.number, digest=record.digest, published_at=record.at, who=record.who, why=record.why
        ),
        files={name: data.decode("utf-8", "replace") for name, data in sorted(bundle.files.items())},
    )


@NOUN.post("/flows/check", Right.FLOWS, "checkFlows", response_model=CheckTold, max_body_size=LARGEST)
def check(asked: Asking, request: Request, files: Files) -> CheckTold:
    """Everything that is wrong with files; changes nothing."""
    bundle = _bundle(asked, files)
    workshop = asked.site.flows.workshop if asked.site.flows is not None else AtOnce()
    try:
        found = workshop.ask(f"key:{asked.key.name}", questions.reported, bundle, asked.site.zone)
    except WorkshopError as wrong:
        raise Problem(503, f"not checked: {wrong}; ask again") from wrong
    warnings = sum(one.is_warning for one in found)
    language = choose("", "", request.headers.get("accept-language", ""), "en")
    told = (as_data(one) | asdict(explained(one.code, language)) for one in found)
    return CheckTold(
        mistakes=len(found) - warnings,
        warnings=warnings,
        reported=[MistakeTold.model_validate(one) for one in told],
    )


@NOUN.post("/flows/publish", Right.FLOWS_EDIT, "publishFlows", 404, response_model=PublishedTold, max_body_size=LARGEST)
def publish_(asked: Asking, request: Request, new: NewEdition) -> JSONResponse:
    """Check files, run their tests, make their sound and put them live. Takes seconds to minutes."""
    press: Press | None = request.app.state.behind.press
    if press is None:
        raise Problem(503, "nothing can be published here")
    base = asked.site.database.run_now(fetch, new.base)
    if base is None:
        raise unknown("there is no edition of that number")
    head = base.record.head

    def work() -> Reply:
        noted, signature = press.by(asked.hand(new.reason)), Signature(f"key:{asked.key.name}", new.reason)
        came = publish(noted, _bundle(asked, new), signature, head)
        match came:
            case Published(record) | Unchanged(record):
                return Reply.of(200, PublishedTold(number=record.number, new=isinstance(came, Published)))
            case NotFromThis(live=live):
                why = f"edition {live.number} is live and has what these files would take back"
                raise Problem(409, why, "not-from-this")
        raise Problem(422, f"not published: {type(came).__name__}; POST /flows/check says why", "refused")

    return asked.once_outside(work)


def _live(asked: Asked) -> tuple[EditionRecord, Bundle] | None:
    """The live edition. Raises `EditionDamaged`."""
    record = asked.site.database.run_now(newest)
    stored = None if record is None else asked.site.database.run_now(fetch, record.number)
    return None if stored is None else (stored.record, stored.bundle())


def _bundle(asked: Asked, files: Files) -> Bundle:
    """What is handed in, over the live edition where that is wanted."""
    given = {name: text.encode() for name, text in files.files.items()}
    live = _live(asked) if files.beside else None
    return Bundle({**(live[1].files if live is not None else {}), **given})
