"""A running line hears of recordings that come and go, without another edition."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from twisted.internet.defer import Deferred, succeed

from prompts.catalog import Catalog
from prompts.recorded import mark_of
from prompts.render import render_all
from prompts.store import Store
from prompts.studio import Studio
from prompts.voices.fake import FakeVoice
from tests.faults import Faults
from tests.prompts.test_recording import record
from wardbell.recorded_texts import RecordedTexts

HELLO = "您好，欢迎致电本院。"


def aside(work: Callable[[], int]) -> Deferred[Any]:
    """At once."""
    return succeed(work())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "recordings"
    made.mkdir()
    return made


@pytest.fixture
def studio(tmp_path: Path, folder: Path) -> Studio:
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "zh.yaml").write_text(f"a.hello: {HELLO}\nb.bye: 再见。\n", encoding="utf-8")
    catalog = Catalog.load(tmp_path / "texts", shipped=False)
    return Studio(catalog, Store(tmp_path / "store"), {"zh": [FakeVoice()]}, folder)


def test_callers_hear_a_recording_as_soon_as_it_is_there_and_the_voice_when_it_is_gone(
    studio: Studio, folder: Path
) -> None:
    watch = RecordedTexts(folder, lambda: [studio], aside)
    watch.tick()
    spoken = studio.render("zh", HELLO)
    take = record(folder, "a.hello", 2.5)
    watch.tick()
    recorded = studio.ready("zh", HELLO)
    assert recorded not in (None, spoken)
    assert studio.ready("zh", HELLO, slow=True) is not None
    first = recorded
    record(folder, "a.hello", 3.0)
    watch.tick()
    assert studio.ready("zh", HELLO) not in (None, spoken, first)
    take.unlink()
    watch.tick()
    assert studio.ready("zh", HELLO) == spoken


def test_a_folder_that_cannot_be_read_leaves_the_recordings_of_before(
    studio: Studio, folder: Path, faults: Faults
) -> None:
    watch = RecordedTexts(folder, lambda: [studio], aside)
    record(folder, "a.hello", 2.5)
    watch.tick()
    heard = studio.ready("zh", HELLO)
    folder.rename(folder.with_name("elsewhere"))
    watch.tick()
    watch.tick()
    assert studio.ready("zh", HELLO) == heard
    folder.with_name("elsewhere").rename(folder)
    watch.tick()
    assert studio.ready("zh", HELLO) == heard


def test_the_mark_tells_every_change(folder: Path) -> None:
    marks = [mark_of(folder)]
    file = record(folder, "a.hello", 1.0)
    marks.append(mark_of(folder))
    os.utime(file, (1, 1))
    marks.append(mark_of(folder))
    (folder / "zh" / ".a.hello.part").write_bytes(b"")  # on its way in
    assert mark_of(folder) == marks[-1]
    file.unlink()
    marks.append(mark_of(folder))
    assert len(set(marks)) == 3
    assert marks[0] == marks[-1]


def test_whoever_is_in_a_hurry_keeps_the_sound_that_is_there_whoever_made_it(tmp_path: Path, studio: Studio) -> None:
    """A better voice has come since: taking an edition back does not wait for it."""
    texts = [("zh", HELLO), ("zh", "再见。")]
    studio.render(*texts[0])
    better = FakeVoice("better")
    now = Studio(studio.catalog, Store(tmp_path / "store"), {"zh": [better, FakeVoice()]})
    assert render_all(now, texts, progress=False, missing=True).found == 1
    assert [text for _, text in better.asked] == ["再见。"]
    assert render_all(now, texts, progress=False).rendered == 1
