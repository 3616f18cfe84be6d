"""Slips of every kind in every file: reported at their line, in our words, and nothing else is reported because of
them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from editions.bundle import TESTS, Bundle
from editions.declared import ACTIONS
from editions.edition import read_edition
from forms.errors import FilesBroken
from forms.mistake import Mistake
from hospital.usual import USUAL
from ivr.rehearsal.flow_test import EditionUnderTest
from ivr.rehearsal.test_file import read_tests
from tests.flow.test_slips import files, write

HERE = Path(__file__).parent
SISTERS = [
    (file, *case)
    for file, cases in YAML(typ="safe", pure=True).load(HERE / "sisters.yaml").items()
    for case in cases
]


def read_all(folder: Path) -> list[Mistake]:
    """Everything that is reported of a folder with its flow tests, as `wardbell flows check` does."""
    bundle = Bundle.of_folder(folder, folder / "texts")
    try:
        checked = read_edition(bundle, ACTIONS, later=True)
        edition = checked.edition
        read_tests(bundle.under(TESTS), EditionUnderTest(edition.flows, edition.numbers, edition.texts, ACTIONS, USUAL))
    except FilesBroken as wrong:
        return sorted((*wrong.mistakes, *wrong.warnings))
    return list(checked.warnings)


@pytest.mark.parametrize(("file", "old", "new", "told", "words"), SISTERS)
def test_a_slip_is_told_once_at_its_line(
    file: str, old: str | None, new: str, told: str, words: str, tmp_path: Path
) -> None:
    there: dict[str, Any] = files()
    if old is None:
        there[file] = new.encode()
    else:
        text = there[file].decode()
        assert text.count(old) == 1, old
        there[file] = text.replace(old, new).encode()
    found = read_all(write(there, tmp_path))
    shown = [f"{Path(one.file).relative_to(tmp_path)}:{one.line} {one.code} {one.sentence}" for one in found]
    if not told:
        assert shown == []
        return
    assert len(shown) == 1, shown
    assert shown[0].startswith(f"{file}:{told}"), shown
    assert words in shown[0], shown


UNUSUAL = YAML(typ="safe", pure=True).load(HERE / "unusual.yaml")
ENDS = {"crlf": (b"\n", b"\r\n"), "cr": (b"\n", b"\r")}


@pytest.mark.parametrize(("file", "old", "new"), UNUSUAL)
def test_what_is_unusual_and_right_is_not_told(file: str, old: str | None, new: str, tmp_path: Path) -> None:
    there: dict[str, Any] = files()
    there.setdefault("holidays.yaml", b"holidays:\n- {date: 2026-10-01}\n")
    if old is None:
        there[file] = new.encode()
        if file == "holidays.yaml":
            there["numbers.yaml"] = there["numbers.yaml"]
    elif old == "bom":
        there[file] = b"\xef\xbb\xbf" + there[file]
    elif old in ENDS:
        there[file] = there[file].replace(*ENDS[old])
    else:
        text = there[file].decode()
        assert text.count(old) == 1, old
        there[file] = text.replace(old, new).encode()
    assert [str(one) for one in read_all(write(there, tmp_path))] == []
