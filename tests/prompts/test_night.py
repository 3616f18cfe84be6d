"""What happens to clips at night: those that callers heard are marked, those in use stay, the rest makes room."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from twisted.internet.defer import Deferred

from background.threads import at_once
from db.database import Database, ImmediateTransactions
from hospital.clinic.calendar import HospitalCalendar
from prompts.catalog import Catalog
from prompts.store import Store
from prompts.studio import Studio
from prompts.voices.fake import FakeVoice
from wardbell.clip_sweep import ClipSweep

NIGHT = datetime(2026, 11, 21, 19, 30, tzinfo=UTC)
OLD = NIGHT.timestamp() - 90 * 86_400


class Hospital:
    """A line with a text and a value, and room for little more than the text."""

    def __init__(self, folder: Path, database: Database, limit: int) -> None:
        self.store = folder / "store"
        self.clips = ClipSweep(
            ImmediateTransactions(database),
            at_once,
            HospitalCalendar(ZoneInfo("Asia/Shanghai")),
            lambda: NIGHT,
            self.store,
            limit,
        )
        self.studio = self.clips.watch(self.edition(folder / "first", "您好。"))

    def edition(self, folder: Path, hello: str) -> Studio:
        """The studio of an edition with that greeting."""
        folder.mkdir()
        (folder / "zh.yaml").write_text(f"a.hello: {hello}\na.fee: 收费{{fee:money}}\n", encoding="utf-8")
        return Studio(Catalog.load(folder, shipped=False), Store(self.store), {"zh": [FakeVoice()]})

    def night(self) -> None:
        failed: list[object] = []
        Deferred.fromCoroutine(self.clips.night()).addErrback(failed.append)
        assert failed == []


@pytest.fixture
def database(sqlite_file: Path) -> Iterator[Database]:
    opened = Database(f"sqlite:///{sqlite_file}")
    yield opened
    opened.close()


def rendered(studio: Studio, *texts: str) -> list[Path]:
    """Clips as they lie there after months."""
    clips = [studio.render("zh", text) for text in texts]
    for clip in clips:
        os.utime(clip, (OLD, OLD))
    return clips


def test_amounts_go_first_and_are_made_again_when_they_are_needed(tmp_path: Path, database: Database) -> None:
    hospital = Hospital(tmp_path, database, limit=1)
    hello, amount = rendered(hospital.studio, "您好。", "两元零一分")
    hospital.night()
    assert hello.exists()
    assert not amount.exists()
    assert hospital.studio.ready("zh", "两元零一分") is None  # nobody is sent to a clip that is gone
    assert hospital.studio.render("zh", "两元零一分").exists()


def test_what_was_heard_counts_as_new(tmp_path: Path, database: Database) -> None:
    hospital = Hospital(tmp_path, database, limit=10**9)
    (amount,) = rendered(hospital.studio, "两元零一分")
    assert hospital.studio.ready("zh", "两元零一分") == amount
    hospital.night()
    assert amount.stat().st_mtime == NIGHT.timestamp()
    assert amount.exists()  # there is room


def test_texts_of_an_edition_stay_as_long_as_a_call_may_use_it(tmp_path: Path, database: Database) -> None:
    hospital = Hospital(tmp_path, database, limit=1)
    newer = hospital.clips.watch(hospital.edition(tmp_path / "second", "您好，请讲。"))
    old, new = rendered(newer, "您好。", "您好，请讲。")
    hospital.night()
    assert old.exists()
    assert new.exists()
    hospital.studio = newer
    gc.collect()
    hospital.night()
    assert not old.exists()
    assert new.exists()
