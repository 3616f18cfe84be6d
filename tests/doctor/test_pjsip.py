"""What the doctor says of builds of pjsua2, and whether it can ask the one that is installed."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from wardbell.doctor import pjsip
from wardbell.doctor.finding import Finding, Level
from wardbell.doctor.pjsip import Build, BuildUnusable

WHEEL = Build("2.15.1", 4, "2.15.1.post1")
OURS = Build("2.17", 1000, "2.17+calls1000")
SITES_OWN = Build("2.17.1-svn", 120)


def test_the_installed_build_tells_its_version_and_lines() -> None:
    build = pjsip.look()
    assert build.release >= (2, 15)
    assert build.calls >= 4
    if build.is_ours:
        assert build.package == f"{build.version}+calls{build.calls}"


def test_without_pjsua2_the_reason_is_told(tmp_path: Path) -> None:
    python = tmp_path / "python"  # the same Python, blind to what is installed
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" -S "$@"\n')
    python.chmod(0o755)
    with pytest.raises(BuildUnusable, match="No module named 'pjsua2'"):
        pjsip.look(str(python))


def test_without_python_the_reason_is_told(tmp_path: Path) -> None:
    with pytest.raises(BuildUnusable, match="does not start"):
        pjsip.look(str(tmp_path / "none"))


@pytest.mark.parametrize(
    ("build", "said"), [(WHEEL, "published wheel"), (OURS, "make pjsip-undo"), (SITES_OWN, "site's own build")]
)
def test_each_build_is_told_apart(build: Build, said: str) -> None:
    (found,) = pjsip.build_in_use(build)
    assert found.level is Level.OK
    assert said in found.what
    assert f"{build.calls} calls" in found.what


@pytest.mark.parametrize(
    ("version", "holes"),
    [("2.9", 1), ("2.15.1", 1), ("2.16", 1), ("2.17", 0), ("2.17-svn", 0), ("2.17.1", 0), ("2.18", 0), ("3.0", 0)],
)
def test_releases_before_the_fix_have_known_holes(version: str, holes: int) -> None:
    found = list(pjsip.known_holes(Build(version, 4)))
    assert len(found) == holes
    for hole in found:
        assert hole.level is Level.WARNING
        assert "CVE-2026-41416" in hole.what
        assert "make pjsip" in hole.advice


@pytest.mark.parametrize(
    ("build", "workers", "per_worker", "total", "warned"),
    [(WHEEL, 1, 0, 4, False), (WHEEL, 8, 0, 32, False), (WHEEL, 8, 3, 24, False), (WHEEL, 2, 10, 8, True),
     (OURS, 1, 0, 1000, False), (OURS, 1, 200, 200, False)],
)  # fmt: skip
def test_lines_follow_from_build_and_settings(
    build: Build, workers: int, per_worker: int, total: int, warned: bool
) -> None:
    found: list[Finding] = list(pjsip.lines(build, workers, per_worker))
    assert f"lines: {total} at once" in found[-1].what
    assert (found[0].level is Level.WARNING) is warned


def test_too_few_rtp_ports_to_start_anew_elsewhere() -> None:
    assert list(pjsip.rtp_rotation(20000, 32767, 1)) == []
    (found,) = pjsip.rtp_rotation(20000, 20015, 1)
    assert "too few for a restarted worker to get fresh ones" in found.what


def test_rtp_ports_of_another_engine() -> None:
    held = [(20000, 23999), (24000, 27999), (40000, 40999)]
    (found,) = pjsip.rtp_of_others(20000, 32767, [20000], held)
    assert "from 24000 to 27999" in found.what


def test_every_line_needs_two_rtp_ports() -> None:
    assert list(pjsip.rtp_ports(1000, 2000)) == []
    (found,) = pjsip.rtp_ports(1000, 1998)
    assert found.level is Level.WARNING
    assert "enough for 999 calls" in found.what
