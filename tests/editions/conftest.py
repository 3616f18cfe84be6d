"""A hospital whose flows are a page long, so that an edition is read in no time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from db.database import Database
from editions import store
from editions.bundle import Bundle
from editions.declared import ACTIONS
from editions.edition import read_edition
from editions.live import LiveEdition
from editions.store import EditionRecord, Overtaken, Proof, Published, StoredEdition, Unchanged
from ivr.call.edition import OnAir
from ivr.call.voice import SilentVoice

NOON = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
MAIN = "title: Main\nstart: hello\nsteps:\n  hello: {say: main.welcome, then: over}\n  over: {hangup: done}\n"
FILES: Mapping[str, str] = {
    "main.yaml": MAIN,
    "numbers.yaml": 'numbers:\n  "1000": {flow: main, language: zh}\n',
    "notices.yaml": "notices: {}\n",
}


def bundle(**changed: str) -> Bundle:
    """The hospital's files; `main="..."` puts another text for `main.yaml`."""
    files = {**FILES, **{f"{name}.yaml": text for name, text in changed.items()}}
    return Bundle({name: text.encode() for name, text in files.items()})


def other(title: str) -> Bundle:
    """As right as the first, but different."""
    return bundle(main=MAIN.replace("Main", title))


BROKEN = bundle(main=MAIN.replace("then: over", "then: ovr"))


@dataclass
class Publisher:
    """Somebody in IT, at noon or later."""

    database: Database
    hours: int = 0
    opened: list[int] = field(default_factory=list)

    def now(self) -> datetime:
        return NOON + timedelta(hours=self.hours)

    def tries(self, files: Bundle, parent: int, who: str = "chen") -> Published | Unchanged | Overtaken:
        proof = Proof(store.as_texts(files), files.digest, who, "because")
        return self.database.run_now(store.publish, proof, parent, self.now())

    def publishes(self, files: Bundle) -> EditionRecord:
        current = self.database.run_now(store.newest)
        came = self.tries(files, current.number if current else 0)
        assert isinstance(came, Published)
        return came.record

    def opens(self, stored: StoredEdition) -> LiveEdition:
        """As the service does it, with a silent voice."""
        self.opened.append(stored.record.number)
        checked = read_edition(stored.bundle(), ACTIONS, stored.record.number)
        return LiveEdition(stored.record.head, OnAir(checked.edition, SilentVoice()), checked.rules)


@pytest.fixture
def publisher(database: Database) -> Publisher:
    return Publisher(database)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The files on disk."""
    to = tmp_path / "flows"
    to.mkdir()
    for name, text in FILES.items():
        (to / name).write_text(text)
    return to


Opens = Callable[[StoredEdition], LiveEdition]
