"""Recordings for the people of the hospital: listed, copied out, deleted."""

from __future__ import annotations

import stat
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner, Result

from accounts.audit import AuditQuery, find
from db.database import Database
from ivr.recordings import rows as rows
from ivr.recordings.rows import RecordingRecord
from wardbell.commands.recordings import recordings
from wardbell.commands.who import os_user

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)


@dataclass
class Desk:
    """A desk with two recordings, and one that still runs."""

    database: Database
    callers_dir: Path
    pepper: bytes = b""
    engine: str = "engine-1"
    zone: ZoneInfo = ZoneInfo("Asia/Shanghai")  # noqa: RUF009 - never changes

    def wallclock(self) -> datetime:
        return NOW

    def keep(self, id: str, began: datetime, seconds: float) -> None:
        record = RecordingRecord(
            id, "c" * 32, "", "complaints", "message", "zh", began, 0.0, f"2026/11/{id}.wav", "", ""
        )
        self.database.run_now(rows.begin, record, "engine-1")
        (self.callers_dir / record.path).parent.mkdir(parents=True, exist_ok=True)
        (self.callers_dir / record.path).write_bytes(b"RIFF" + id.encode())
        if seconds:
            self.database.run_now(rows.finish, id, seconds, "key", "#", began)

    def says(self, *words: str, answer: str = "") -> Result:
        return CliRunner().invoke(recordings, list(words), obj=self, input=answer)


@pytest.fixture
def desk(sqlite_file: Path, tmp_path: Path, open_database: Callable[[str], Database]) -> Desk:
    (tmp_path / "wardbell.db").write_bytes(sqlite_file.read_bytes())
    made = Desk(open_database(f"sqlite:///{tmp_path / 'wardbell.db'}"), tmp_path / "recordings")
    made.keep("aa11" + "0" * 28, NOW, 12.34)
    made.keep("aa22" + "0" * 28, NOW + timedelta(hours=1), 3)
    made.keep("bb33" + "0" * 28, NOW + timedelta(hours=2), 0)
    return made


def test_they_are_listed_with_the_hospitals_time(desk: Desk) -> None:
    lines = desk.says("list").output.splitlines()
    assert lines[0].split() == ["recording", "began", "seconds", "from", "step", "call", "ended", "heard", "by", "note"]
    assert [line.split()[0] for line in lines[1:]] == ["bb330000", "aa220000", "aa110000"]
    assert lines[3].split()[1:4] == ["2026-11-21", "16:00:00", "12.3"]
    assert lines[1].split()[-3:] == ["running", "-", "-"]


def test_one_is_copied_out_for_nobody_elses_eyes(desk: Desk, tmp_path: Path) -> None:
    done = desk.says("export", "aa11", "--to", str(tmp_path))
    copy = tmp_path / "2026-11-21-160000-aa110000.wav"
    assert done.output.strip() == str(copy)
    assert copy.read_bytes().startswith(b"RIFFaa11")
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    again = desk.says("export", "aa11", "--to", str(tmp_path))
    assert again.exit_code == 1
    assert "File exists" in again.output


@pytest.mark.parametrize(("prefix", "told"), [("aa", "more than one"), ("cc", "no recording"), ("bb", "still running")])
def test_what_is_not_clear_is_told(desk: Desk, prefix: str, told: str) -> None:
    for command in ("export", "delete"):
        done = desk.says(command, prefix)
        assert done.exit_code == 1
        assert told in done.output


@pytest.mark.parametrize("command", ["export", "delete"])
def test_what_lies_on_another_machine_is_not_forgotten_here(desk: Desk, tmp_path: Path, command: str) -> None:
    there, desk.engine, desk.callers_dir = desk.callers_dir, "engine-2", tmp_path / "elsewhere"
    done = desk.says(command, "aa11", answer="y\n")
    assert done.exit_code == 1
    assert "is kept by the engine engine-1" in done.output
    assert len(desk.database.run_now(rows.list_recordings, 9)) == len(list(there.rglob("*.wav"))) == 3


def test_deleting_is_asked_for_and_for_good(desk: Desk) -> None:
    assert desk.says("delete", "aa11", answer="n\n").exit_code == 1
    assert len(list(desk.callers_dir.rglob("*.wav"))) == 3
    assert desk.says("delete", "aa11", "aa22", answer="y\n").exit_code == 0
    assert [file.stem[:4] for file in desk.callers_dir.rglob("*.wav")] == ["bb33"]
    assert [one.id[:4] for one in desk.database.run_now(rows.list_recordings, 9)] == ["bb33"]


def test_who_has_taken_care_of_a_message_marks_and_notes_it(desk: Desk) -> None:
    assert desk.says("heard", "aa11", "--note", "called back at four").exit_code == 0
    line = next(one for one in desk.says("list").output.splitlines() if one.startswith("aa11"))
    assert line.split("key")[1].split() == [os_user(), "called", "back", "at", "four"]
    assert desk.says("heard", "aa11", "--not").exit_code == 0
    line = next(one for one in desk.says("list").output.splitlines() if one.startswith("aa11"))
    assert line.split("key")[1].split() == ["-", "called", "back", "at", "four"]
    done = [(row.action, row.how, row.who) for row in desk.database.run_now(find, AuditQuery(noun="recording"))]
    assert done == [(action, "command", os_user()) for action in ("unmark", "note", "mark")]


def test_a_copy_is_a_hearing_and_the_audit_says_why_one_was_deleted(desk: Desk, tmp_path: Path) -> None:
    desk.says("export", "aa11", "--to", str(tmp_path))
    desk.says("delete", "aa11", "--yes", "-m", "the patient asked for it")
    done = [(row.action, row.key, row.reason) for row in desk.database.run_now(find, AuditQuery(noun="recording"))]
    recording = "aa11" + "0" * 28
    assert done == [("delete", recording, "the patient asked for it"), ("listen", recording, "")]


def test_a_file_that_cannot_be_deleted_keeps_its_row_and_says_why(desk: Desk) -> None:
    file = next(desk.callers_dir.rglob("aa11*.wav"))
    file.unlink()
    file.mkdir()
    done = desk.says("delete", "aa11", "--yes")
    assert done.exit_code == 1
    assert str(file) in done.output
    assert len(desk.database.run_now(rows.list_recordings, 9)) == 3
    assert desk.database.run_now(find, AuditQuery(action="delete")) == []
