"""`deploy/prepare` on machines that lack something: it says what, and changes nothing."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

DEPLOY = Path(__file__).parents[2] / "deploy"
TOOLS = ("bash", "cat", "cut", "dirname", "flock", "id", "mkdir", "sh", "sha256sum", "xargs")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout that needs two packages for `run`, one of them missing, on a machine without apt."""
    deploy, tools = tmp_path / "deploy", tmp_path / "tools"
    deploy.mkdir()
    tools.mkdir()
    shutil.copy(DEPLOY / "prepare", deploy)
    (deploy / "debian-packages").write_text(
        "# a comment\nrun there true\nrun not-there command -v not-there\ntest only-for-tests false\n"
    )
    for tool in TOOLS:
        path = shutil.which(tool)
        assert path is not None
        (tools / tool).symlink_to(path)
    return tmp_path


def prepare(checkout: Path, what: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": str(checkout / "tools"), "HOME": os.environ.get("HOME", "/")}
    return subprocess.run(
        ["bash", str(checkout / "deploy" / "prepare"), what],
        env=environment,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=30,
    )


@pytest.mark.parametrize(("what", "missing"), [("run", "not-there"), ("test", "not-there only-for-tests")])
def test_away_from_debian_it_says_what_is_missing_and_stops(checkout: Path, what: str, missing: str) -> None:
    done = prepare(checkout, what)
    assert done.returncode == 1
    assert f"this is not Debian. Install what these packages hold, then try again: {missing}\n" in done.stderr
    assert not (checkout / ".venv").exists()


def test_without_root_it_says_what_root_should_install(checkout: Path) -> None:
    (checkout / "tools" / "apt-get").symlink_to("/bin/true")
    (checkout / "tools" / "id").unlink()
    (checkout / "tools" / "id").write_text("#!/bin/sh\necho 1000\n")
    (checkout / "tools" / "id").chmod(0o755)
    done = prepare(checkout, "run")
    assert done.returncode == 1
    assert "missing: not-there. As root: apt-get install not-there" in done.stderr


def test_an_old_python_is_named(checkout: Path) -> None:
    (checkout / "deploy" / "debian-packages").write_text("run there true\n")
    (checkout / "tools" / "python3").write_text('#!/bin/sh\n[ "$1" = --version ] && echo Python 3.9.2\nexit 1\n')
    (checkout / "tools" / "python3").chmod(0o755)
    done = prepare(checkout, "run")
    assert done.returncode == 1
    assert "Python 3.9.2 does not fit: Wardbell runs on Python 3.11 and 3.12" in done.stderr


def test_an_unknown_purpose_is_refused(checkout: Path) -> None:
    assert prepare(checkout, "everything").returncode == 2
