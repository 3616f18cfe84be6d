"""A hospital has its texts recorded: what the studio gets, what comes back, and how the store is kept small."""

from __future__ import annotations

import csv
import io
import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from pydub import AudioSegment
from pydub.generators import Sine

from accounts.audit import AuditQuery, find
from db.database import Database
from prompts.catalog import Catalog
from prompts.render import Known
from prompts.store import Store
from prompts.studio import Studio
from prompts.sweep import sweep
from prompts.voices.fake import FakeVoice
from wardbell.commands.prompts import prompts
from wardbell.commands.who import os_user

NOW = datetime(2026, 11, 22, tzinfo=UTC)
TEXTS = "a.hello: 您好，欢迎致电本院。\na.pick: 您要挂{d.name}，费用{fee:money}，确认按1。\nb.bye: 谢谢，再见。\n"


@dataclass
class Desk:
    """The little of the application that the commands need."""

    catalog: Catalog
    studio: Studio
    recordings_dir: Path | None
    store_dir: Path
    database: Database
    store_limit: int = 10_000_000

    def known_values(self) -> Sequence[Known]:
        return []

    def wallclock(self) -> datetime:
        return NOW


@pytest.fixture
def desk(tmp_path: Path, sqlite_file: Path, open_database: Callable[[str], Database]) -> Desk:
    shutil.copy(sqlite_file, tmp_path / "wardbell.db")
    texts, store, kept = tmp_path / "texts", tmp_path / "store", tmp_path / "kept"
    texts.mkdir()
    kept.mkdir()
    (texts / "zh.yaml").write_text(TEXTS, encoding="utf-8")
    catalog = Catalog.load(texts, shipped=False)
    voices = Studio(catalog, Store(store), {"zh": [FakeVoice()]}, kept)
    return Desk(catalog, voices, kept, store, open_database(f"sqlite:///{tmp_path}/wardbell.db"))


def typed(desk: Desk, *words: str) -> Result:
    return CliRunner().invoke(prompts, list(words), obj=desk)


def record(folder: Path, name: str, seconds: float, gain: float = -20.0, ending: str = "wav") -> Path:
    """A take: a tone of this many seconds with quiet around it."""
    file = folder / "zh" / f"{name}.{ending}"
    file.parent.mkdir(parents=True, exist_ok=True)
    quiet = AudioSegment.silent(100, frame_rate=44100)
    tone = Sine(440, sample_rate=44100).to_audio_segment(duration=int(seconds * 1000)).apply_gain(gain)
    (quiet + tone + quiet).export(str(file), format=ending)
    return file


def test_the_studio_gets_every_text_once_with_what_stands_around_it(desk: Desk) -> None:
    rows = list(csv.DictReader(io.StringIO(typed(desk, "script", "--lang", "zh").output)))
    assert [row["file"] for row in rows] == [
        "zh/a.hello.wav",
        "zh/a.pick.1.wav",
        "zh/a.pick.2.wav",
        "zh/a.pick.3.wav",
        "zh/b.bye.wav",
    ]
    assert rows[0]["notes"] == ""
    assert "part of: 您要挂[d.name]，费用[fee]，确认按1。" in rows[1]["notes"]
    assert "stays up at the end" in rows[1]["notes"]
    assert "goes on after a value" in rows[3]["notes"]


def test_the_page_to_print_has_a_box_for_each(desk: Desk, tmp_path: Path) -> None:
    page = tmp_path / "zh.html"
    assert typed(desk, "script", "--lang", "zh", "--page", "--out", str(page)).exit_code == 0
    assert page.read_text(encoding="utf-8-sig").count("<td class=box>") == 5


def test_a_language_that_is_not_there_is_told(desk: Desk) -> None:
    assert 'no language "xx" (there are zh)' in typed(desk, "script", "--lang", "xx").output


def test_recordings_come_back_and_are_told_one_by_one(desk: Desk, tmp_path: Path) -> None:
    back = tmp_path / "back"
    record(back, "a.hello", 2.5, ending="ogg")
    record(back, "a.pick.1", 1.2, gain=9)  # beyond the end of the scale
    record(back, "a.pick.2", 9.0)
    record(back, "a.pick.4", 1.0)
    (back / "zh" / "b.bye.wav").write_bytes(b"not audio")
    result = typed(desk, "import", str(back))
    told = {line.split("  ")[0].strip(): line for line in result.output.splitlines() if "zh/" in line}
    assert "a.pick.1" in told["clipped"]
    assert "a.pick.2" in told["wrong length"]
    assert "a.pick.4" in told["orphaned"]
    assert "b.bye" in told["unreadable"]
    assert "a.pick.3" in told["missing"]
    assert "3 taken, 2 of them doubtful; 1 missing, 1 orphaned, 1 unusable" in result.output
    assert result.exit_code == 1
    noted = desk.database.run_now(find, AuditQuery(noun="text"))
    assert {(one.who, one.how, one.action) for one in noted} == {(os_user(), "command", "record")}
    assert [one.key for one in noted] == ["zh/a.pick.2", "zh/a.pick.1", "zh/a.hello"]
    assert desk.recordings_dir is not None
    assert sorted(file.name for file in (desk.recordings_dir / "zh").iterdir()) == [
        "a.hello.ogg",
        "a.pick.1.wav",
        "a.pick.2.wav",
    ]


@pytest.mark.parametrize(("gain", "verdict"), [(-60.0, "too quiet"), (-5.0, "too loud"), (-120.0, "silent")])
def test_how_loud_a_recording_is_matters(desk: Desk, tmp_path: Path, gain: float, verdict: str) -> None:
    record(tmp_path / "back", "b.bye", 1.5, gain)
    assert f"{verdict:<12}  zh/b.bye" in typed(desk, "import", str(tmp_path / "back"), "--check").output


def test_an_imported_recording_is_what_the_line_plays(desk: Desk, tmp_path: Path) -> None:
    record(tmp_path / "back", "a.hello", 2.5, ending="ogg")
    assert typed(desk, "import", str(tmp_path / "back"), "--lang", "zh").exit_code == 0
    studio = desk.studio.of(desk.catalog)
    assert studio.source_of("zh", "您好，欢迎致电本院。") == "recording"
    heard = AudioSegment.from_file(str(studio.render("zh", "您好，欢迎致电本院。")), format="wav")
    assert 2.4 < heard.duration_seconds < 3.2
    without = Desk(desk.catalog, studio, None, desk.store_dir, desk.database)
    rest = typed(without, "script", "--lang", "zh", "--missing").output
    assert "a.hello" not in rest
    assert "b.bye" in rest


def test_a_new_take_in_another_format_replaces_the_old_one(desk: Desk, tmp_path: Path) -> None:
    record(tmp_path / "one", "b.bye", 1.5, ending="ogg")
    record(tmp_path / "two", "b.bye", 1.5)
    for folder in ("one", "two"):
        typed(desk, "import", str(tmp_path / folder))
    assert desk.recordings_dir is not None
    assert [file.name for file in (desk.recordings_dir / "zh").iterdir()] == ["b.bye.wav"]


def test_import_without_a_folder_of_recordings_says_what_to_set(desk: Desk, tmp_path: Path) -> None:
    record(tmp_path, "b.bye", 1.5)
    desk.recordings_dir = None
    assert "set recordings_dir in wardbell.toml" in typed(desk, "import", str(tmp_path)).output


def test_the_store_forgets_amounts_and_keeps_the_texts(desk: Desk) -> None:
    typed(desk, "render", "--no-slow", "--quiet")
    fixed = set(desk.store_dir.glob("??/*.wav"))
    amounts = [desk.studio.render("zh", f"{n}元") for n in "一二三四"]
    for age, clip in enumerate(reversed(amounts)):
        os.utime(clip, (NOW.timestamp() - age * 86_400, NOW.timestamp() - age * 86_400))
    whole = sum(file.stat().st_size for file in desk.store_dir.glob("??/*.wav"))
    limit = str((whole - 1) / 1e6)
    assert typed(desk, "gc", "--limit", limit, "--dry-run").output.startswith("would be: 1 clips")
    assert all(clip.exists() for clip in amounts)
    assert typed(desk, "gc", "--limit", limit).output.startswith("1 clips")
    assert [clip.exists() for clip in amounts] == [False, True, True, True]  # the one that was unheard longest
    typed(desk, "gc", "--older", "1.5")
    assert [clip.exists() for clip in amounts] == [False, False, True, True]
    typed(desk, "gc", "--limit", "0")
    assert set(desk.store_dir.glob("??/*.wav")) == fixed


def test_a_clip_that_is_heard_stays(desk: Desk) -> None:
    old, heard = (desk.studio.render("zh", f"{n}元") for n in "一二")
    for clip in (old, heard):
        os.utime(clip, (1, 1))
    studio = desk.studio.of(desk.catalog)
    assert studio.ready("zh", "二元") == heard
    studio.stamp(NOW.timestamp())
    sweep(desk.store_dir, set(), now=NOW.timestamp(), limit=None, older=3600)
    assert (old.exists(), heard.exists()) == (False, True)


def test_what_a_killed_process_left_half_written_goes(desk: Desk) -> None:
    drawer = desk.store_dir / "ab"
    drawer.mkdir(parents=True)
    left, fresh = drawer / ".x.wav.1.part", drawer / ".y.wav.2.part"
    for file, age in ((left, 7200), (fresh, 60)):
        file.write_bytes(b"RIFF")
        os.utime(file, (NOW.timestamp() - age, NOW.timestamp() - age))
    typed(desk, "gc")
    assert (left.exists(), fresh.exists()) == (False, True)
