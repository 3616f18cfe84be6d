"""What is in the folder and is not a file of the hospital's: reported at once, never waited for."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from editions.bundle import LARGEST_FILE, Bundle
from forms.errors import FilesBroken


def _huge(path: Path) -> None:
    with path.open("wb") as there:
        there.truncate(LARGEST_FILE + 1)


THINGS: dict[str, tuple[Callable[[Path], object], str]] = {
    "a pipe that nobody writes to": (os.mkfifo, "it is not a regular file"),
    "a device that never ends": (lambda path: path.symlink_to("/dev/zero"), "it is not a regular file"),
    "a folder": (Path.mkdir, "Is a directory"),
    "a link to nothing": (lambda path: path.symlink_to("nowhere"), "No such file"),
    "a link to itself": (lambda path: path.symlink_to(path.name), "Too many levels"),
    "far too large": (_huge, "it is larger than 4,000,000 bytes"),
}


@pytest.mark.parametrize("thing", THINGS)
def test_what_is_no_file_is_told_and_not_waited_for(thing: str, tmp_path: Path) -> None:
    make, why = THINGS[thing]
    (tmp_path / "main.yaml").write_text("start: a\n")
    make(tmp_path / "odd.yaml")
    with pytest.raises(FilesBroken) as wrong:
        Bundle.of_folder(tmp_path)
    (told,) = wrong.value.mistakes
    assert told.file.endswith("odd.yaml")
    assert told.code == "E101"
    assert why in told.sentence


def test_a_link_to_a_file_is_as_good_as_the_file(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_text("start: a\n")
    (tmp_path / "main.yaml").symlink_to("elsewhere")
    assert Bundle.of_folder(tmp_path).files == {"main.yaml": b"start: a\n"}


STRAY = (
    "fees.yaml.txt",
    "main.yml",
    "main.yaml.bak",
    "main.yaml.orig",
    "main.yaml~",
    "main - Copy.yaml",
    "main (1).yaml",
    "main (conflicted copy 2026-11-28).yaml",
    "main.sync-conflict-20261128-101500-ABC.yaml",
    "main - 副本.yaml",
    "~$numbers.yaml",
    "fees/fees.yaml",
)


@pytest.mark.parametrize("name", STRAY)
def test_what_looks_like_a_flow_and_is_not_read_is_named(name: str, tmp_path: Path) -> None:
    (tmp_path / "main.yaml").write_text("start: a\n")
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("start: b\n")
    bundle = Bundle.of_folder(tmp_path)
    assert list(bundle.files) == ["main.yaml"]
    assert bundle.passed_over == (str(tmp_path / name),)


@pytest.mark.parametrize("name", ["notes.txt", "README.md", ".main.yaml.swp", ".git/main.yaml", "plan.pdf"])
def test_what_nobody_takes_for_a_flow_is_left_alone(name: str, tmp_path: Path) -> None:
    (tmp_path / "main.yaml").write_text("start: a\n")
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("start: b\n")
    assert Bundle.of_folder(tmp_path).passed_over == ()


def test_a_copy_in_the_name_of_a_flow_is_a_name(tmp_path: Path) -> None:
    (tmp_path / "night_backup.yaml").write_text("start: a\n")
    assert list(Bundle.of_folder(tmp_path).files) == ["night_backup.yaml"]


def test_a_link_out_of_the_folder_is_not_followed_and_none_of_its_lines_is_shown(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("hunter2: x\n")
    flows = tmp_path / "flows"
    flows.mkdir()
    (flows / "main.yaml").symlink_to(tmp_path / "secret")
    with pytest.raises(FilesBroken, match="a link to a file outside the folder is not followed") as wrong:
        Bundle.of_folder(flows)
    assert "hunter2" not in str(wrong.value)
