"""What the doctor says of programs, folders and the clock of a machine."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from wardbell.doctor import machine
from wardbell.doctor.finding import Level


def fake_program(folder: Path, name: str, script: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


def test_installed_programs_tell_their_version() -> None:
    for name in ("ffmpeg", "espeak-ng"):
        (found,) = machine.program(name, name)
        assert found.level is Level.OK
        assert any(letter.isdigit() for letter in found.what)


def test_a_missing_program_is_an_error_with_the_package_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    (found,) = machine.program("ffmpeg", "ffmpeg")
    assert (found.level, found.advice) == (Level.ERROR, "apt-get install ffmpeg")
    assert list(machine.espeak_voices(("zh",))) == []  # said once is enough


def test_a_program_that_does_not_run_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_program(tmp_path, "ffmpeg", "exit 127")
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    (found,) = machine.program("ffmpeg", "ffmpeg")
    assert found.level is Level.ERROR
    assert "does not run" in found.what


def test_the_installed_espeak_speaks_both_languages() -> None:
    assert list(machine.espeak_voices(("zh", "en"))) == []


def test_pictures_without_a_chinese_font_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (found,) = machine.pictures()
    assert found.what == "pictures of flows can be drawn"
    fake_program(tmp_path, "fc-list", "true")
    fake_program(tmp_path, "dot", "true")
    monkeypatch.setenv("PATH", str(tmp_path))
    (found,) = machine.pictures()
    assert (found.level, found.advice) == (Level.WARNING, "apt-get install fonts-wqy-microhei")
    (tmp_path / "dot").unlink()
    (found,) = machine.pictures()
    assert found.level is Level.OK
    assert "apt-get install graphviz" in found.what


def test_an_espeak_without_mandarin_by_pinyin_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_program(tmp_path, "espeak-ng", "echo ' 5  cmn  --/M  Chinese_(Mandarin)  sit/cmn'; echo en-us")
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    (found,) = machine.espeak_voices(("zh", "en"))
    assert found.level is Level.ERROR
    assert "cmn-latn-pinyin" in found.what


def test_a_folder_that_is_not_there_yet_can_be_made_and_is_not_made(tmp_path: Path) -> None:
    (found,) = machine.folder(tmp_path / "a" / "b")
    assert found.level in (Level.OK, Level.WARNING)  # how full this disk is, is not ours to say
    assert not (tmp_path / "a").exists()


def test_a_file_where_the_folder_should_be_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("")
    (found,) = machine.folder(tmp_path / "var")
    assert found.level is Level.ERROR


@pytest.mark.parametrize(
    ("now", "level"),
    [
        (datetime(2026, 6, 1, 4, 0, tzinfo=UTC), Level.OK),
        (datetime(1970, 1, 1, tzinfo=UTC), Level.ERROR),
        (datetime(2020, 1, 1, tzinfo=UTC), Level.ERROR),
        (datetime(2100, 1, 1, tzinfo=UTC), Level.ERROR),
    ],
)
def test_a_clock_that_was_never_set_is_an_error(now: datetime, level: Level) -> None:
    (found,) = machine.clock(now, "Asia/Shanghai")
    assert found.level is level


def test_the_clock_is_told_in_the_hospitals_zone() -> None:
    (found,) = machine.clock(datetime(2026, 6, 1, 20, 0, tzinfo=UTC), "Asia/Shanghai")
    assert "2026-06-02 04:00 in Asia/Shanghai (UTC+0800)" in found.what


@pytest.mark.parametrize(("said", "levels"), [("yes", [Level.OK]), ("no", [Level.WARNING]), ("", [])])
def test_a_clock_that_nothing_keeps_right_is_a_risk(said: str, levels: list[Level]) -> None:
    assert [found.level for found in machine.clock_kept(said)] == levels


@pytest.mark.parametrize(
    ("found", "told"), [([], []), ([-10, -10], [Level.OK]), ([-10, 0], [Level.WARNING]), ([-11], [Level.OK])]
)
def test_it_tells_whether_calls_go_ahead_of_other_programs(found: list[int], told: list[Level]) -> None:
    assert [finding.level for finding in machine.priority(found)] == told


@pytest.mark.parametrize(("lines", "allowed", "warned"), [(4, 1024, False), (1000, 1024, True), (1000, -1, False)])
def test_many_lines_need_many_files(lines: int, allowed: int, warned: bool) -> None:
    assert bool(list(machine.file_limit(lines, allowed))) is warned
