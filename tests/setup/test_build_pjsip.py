"""`deploy/build-pjsip` refuses sources that it should not build, before anything is compiled."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "deploy" / "build-pjsip"


@pytest.fixture
def old_release(tmp_path: Path) -> Path:
    """What could be a tarball of PJSIP 2.16."""
    tree = tmp_path / "pjproject-2.16"
    tree.mkdir()
    lines = ("MAJOR  := 2", "MINOR  := 16", "REV    :=", "SUFFIX :=")
    (tree / "version.mak").write_text("".join(f"export PJ_VERSION_{line}\n" for line in lines))
    path = tmp_path / "pjproject-2.16.tar.gz"
    with tarfile.open(path, "w:gz") as tarball:
        tarball.add(tree, arcname=tree.name)
    return path


def build(tmp_path: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(SCRIPT), "--python", sys.executable, "--out", str(tmp_path / "out"), *words],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=60,
    )


def test_a_tarball_that_nobody_vouches_for_is_refused_with_its_checksum(tmp_path: Path, old_release: Path) -> None:
    done = build(tmp_path, "--tarball", str(old_release))
    assert done.returncode == 1
    assert hashlib.sha256(old_release.read_bytes()).hexdigest() in done.stderr
    assert "Compare it with the release page" in done.stderr


def test_a_wrong_checksum_is_refused(tmp_path: Path, old_release: Path) -> None:
    done = build(tmp_path, "--tarball", str(old_release), "--sha256", "0" * 64)
    assert done.returncode == 1
    assert "the checksum is wrong, nothing was built" in done.stderr


def test_a_release_with_known_holes_is_refused(tmp_path: Path, old_release: Path) -> None:
    right = hashlib.sha256(old_release.read_bytes()).hexdigest()
    done = build(tmp_path, "--tarball", str(old_release), "--sha256", right)
    assert done.returncode == 1
    assert "this is PJSIP 2.16; 2.17 or newer is wanted for its security fixes" in done.stderr
    assert not list((tmp_path / "out").glob("*.whl"))


@pytest.mark.parametrize("calls", ["0", "many", "100000", "-1"])
def test_a_number_of_calls_that_makes_no_sense_is_refused(tmp_path: Path, calls: str) -> None:
    assert build(tmp_path, "--calls", calls).returncode == 1


def test_what_was_built_before_is_not_built_again(tmp_path: Path) -> None:
    tag = f"cp{sys.version_info[0]}{sys.version_info[1]}"
    wheel = tmp_path / "out" / f"pjsua2_python-2.17+calls1000-{tag}-{tag}-linux_x86_64.whl"
    wheel.parent.mkdir()
    wheel.write_bytes(b"")
    assert build(tmp_path).stdout == f"{wheel}\n"
