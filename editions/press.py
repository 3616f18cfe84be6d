"""What publishing and rolling back share: the check, the sound of new texts, the one transaction, and what can come
of them.

Every step before the transaction may fail, and then nothing has changed. What happened is a value; only a database
that does not answer raises.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TypeAlias
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from accounts.audit import Hand
from db.database import Database
from db.errors import DatabaseAway, DatabaseError
from editions.bundle import Bundle
from editions.difference import Changed
from editions.examiner import Examiner, Here, Read
from editions.sound import Sound
from editions.store import (
    LONGEST_NAME,
    LONGEST_REASON,
    EditionRecord,
    Overtaken,
    Proof,
    Published,
    Unchanged,
    as_texts,
    publish,
)
from editions.workshop.workshop import WorkshopError
from forms.errors import FilesBroken
from forms.mistake import Mistake
from ivr.rehearsal.suite import SuiteResult
from prompts.catalog import Catalog
from prompts.errors import PromptError


@dataclass(frozen=True, slots=True)
class Press:
    """What publishing needs of the house."""

    database: Database
    zone: ZoneInfo
    wallclock: Callable[[], datetime]
    render: Callable[[Catalog, bool], Sound]
    """Makes the sound of texts, perhaps for minutes; with True only of those that have none at all. May raise
    `PromptError` and `DatabaseError`."""
    recordings: Path | None = None
    """The folder of the hospital's recordings of prompts."""
    examiner: Examiner = field(default_factory=Here)
    """Reads and tests what is to be published."""
    note: Callable[[Session, EditionRecord], None] = lambda session, record: None
    """Writes down, in the transaction that publishes, who did it: `by`."""

    def by(self, hand: Hand, action: str = "publish") -> Press:
        """The same, noting in the audit whose hand it was."""

        def note(session: Session, record: EditionRecord) -> None:
            hand.note(session, action, "edition", record.number, why=record.why, files_of=record.files_of)

        return replace(self, note=note)


@dataclass(frozen=True, slots=True)
class Signature:
    """Who publishes, and why: each one line."""

    who: str
    why: str


@dataclass(frozen=True, slots=True)
class NotSigned:
    """It cannot stand in the history like this."""

    sentence: str


def sign(who: str, why: str) -> Signature | NotSigned:
    """Who and why as the history shows them."""
    who, why = _one_line(who) or "unknown", _one_line(why)
    if not why:
        return NotSigned('say why, for the history, such as "the clinic opens at 7"')
    for told, longest, what in ((who, LONGEST_NAME, "name"), (why, LONGEST_REASON, "reason")):
        if len(told) > longest:
            return NotSigned(f"the {what} has {len(told)} characters; at most {longest} are kept")
    return Signature(who, why)


def _one_line(told: str) -> str:
    return "".join(sign for sign in " ".join(told.split()) if sign.isprintable())


# What was reached on the way, reported as it comes


@dataclass(frozen=True, slots=True)
class Examined:
    """Everything was read and nothing is wrong."""

    bundle: Bundle
    warnings: Sequence[Mistake]
    live: EditionRecord | None = None
    """What the changes are against."""
    changed: Sequence[Changed] = ()
    old_recordings: Sequence[tuple[str, str]] = ()
    """Language and text: new words under a recording that says the old ones."""


Tell: TypeAlias = Callable[[Examined | SuiteResult | Sound], None]
"""Hears what was reached: the files are right, the tests passed, the sound is made."""


def in_silence(_: Examined | SuiteResult | Sound) -> None:
    """Tells nobody."""


# What kept it from being published; `live` stays live


@dataclass(frozen=True, slots=True)
class Broken:
    """The files have mistakes."""

    mistakes: FilesBroken
    bundle: Bundle
    live: EditionRecord | None


@dataclass(frozen=True, slots=True)
class NotExamined:
    """The process that reads and tests gave no answer."""

    why: str
    live: EditionRecord | None


@dataclass(frozen=True, slots=True)
class FailedTests:
    """Flow tests do not pass."""

    result: SuiteResult
    live: EditionRecord | None


@dataclass(frozen=True, slots=True)
class NotRendered:
    """New texts could not be made into sound: all of it, or some."""

    why: str
    sound: Sound | None
    live: EditionRecord | None


@dataclass(frozen=True, slots=True)
class NotStored:
    """The database refused it."""

    why: str
    live: EditionRecord | None


@dataclass(frozen=True, slots=True)
class Unsure:
    """The database went away in the middle of the commit: whether it was published is not known."""

    why: str


NotPrinted: TypeAlias = Broken | NotExamined | NotRendered | NotStored | Unsure | Overtaken | Unchanged


def check(press: Press, bundle: Bundle, live: EditionRecord | None) -> Read | Broken | NotExamined:
    """All of it as the engines read it."""
    try:
        as_texts(bundle)
        return press.examiner.read(bundle, press.zone)
    except FilesBroken as wrong:
        return Broken(wrong, bundle, live)
    except WorkshopError as wrong:
        return NotExamined(str(wrong), live)


def run_tests(
    press: Press, bundle: Bundle, live: EditionRecord | None
) -> SuiteResult | FailedTests | Broken | NotExamined:
    """The flow tests."""
    try:
        tested = press.examiner.test(bundle, press.zone)
    except FilesBroken as wrong:
        return Broken(wrong, bundle, live)
    except WorkshopError as wrong:
        return NotExamined(str(wrong), live)
    return FailedTests(tested, live) if tested.failed else tested


def render(
    press: Press, texts: Catalog, live: EditionRecord | None, tell: Tell, *, missing: bool = False
) -> NotRendered | None:
    """Make the sound of what is new, so that no caller waits for it; with `missing` only of what has none."""
    try:
        sound = press.render(texts, missing)
    except (PromptError, DatabaseError) as wrong:
        return NotRendered(str(wrong), None, live)
    tell(sound)
    failed = sound.made.failed
    return NotRendered(f"{len(failed)} texts could not be rendered", sound, live) if failed else None


def put_live(
    press: Press, proof: Proof, live: EditionRecord | None
) -> Published | Unchanged | Overtaken | NotStored | Unsure:
    """The one transaction. `live`: what was live when the publisher looked."""
    parent = live.number if live is not None else 0
    try:
        return press.database.run_now(_published, press, proof, parent)
    except DatabaseAway as away:
        return Unsure(str(away))
    except DatabaseError as wrong:
        return NotStored(str(wrong), live)


def _published(session: Session, press: Press, proof: Proof, parent: int) -> Published | Unchanged | Overtaken:
    came = publish(session, proof, parent, press.wallclock())
    if isinstance(came, Published):
        press.note(session, came.record)
    return came
