"""What stands in the folder and is no file of the hospital: told at once, never waited for."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from ivr.bundle import LARGEST_FILE, Bundle
from ivr.flow.mistakes import FlowErrors


def _huge(path: Path) -> None:
    with path.open("wb") as there:
        there.truncate(LARGEST_FILE + 1)


THINGS: dict[str, tuple[Callable[[Path], object], str]] = {
    "a pipe that nobody writes to": (os.mkfifo, "it is no file but something else"),
    "a device that never ends": (lambda path: path.symlink_to("/dev/zero"), "it is no file but something else"),
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
    with pytest.raises(FlowErrors) as wrong:
        Bundle.of_folder(tmp_path)
    (told,) = wrong.value.mistakes
    assert told.file.endswith("odd.yaml")
    assert told.code == "E101"
    assert why in told.sentence


def test_a_link_to_a_file_is_as_good_as_the_file(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_text("start: a\n")
    (tmp_path / "main.yaml").symlink_to("elsewhere")
    assert Bundle.of_folder(tmp_path).files == {"main.yaml": b"start: a\n"}
