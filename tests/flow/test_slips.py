"""One slip in a small hospital without a fault: it is reported at its place, with its code, and nothing else is.

`slips.yaml` holds the cases: flows, numbers, notices and texts as one, as `wardbell flows check` reads them.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from editions.bundle import Bundle
from editions.declared import ACTIONS
from editions.edition import read_edition
from forms.errors import FilesBroken
from forms.mistake import Mistake
from prompts.catalog import Catalog
from wardbell.codes import CODES, PAGE, page

HERE = Path(__file__).parent
HOSPITAL = HERE / "good" / "hospital"
SLIPS = [one for part in YAML(typ="safe", pure=True).load(HERE / "slips.yaml").values() for one in part]


def read(folder: Path) -> list[Mistake]:
    """Everything that is reported of a folder, warnings too."""
    try:
        return list(read_edition(Bundle.of_folder(folder, folder / "texts"), ACTIONS, later=True).warnings)
    except FilesBroken as wrong:
        return sorted((*wrong.mistakes, *wrong.warnings))


def files() -> dict[str, bytes]:
    return {str(path.relative_to(HOSPITAL)): path.read_bytes() for path in HOSPITAL.rglob("*.yaml")}


def slipped(one: dict[str, Any]) -> dict[str, bytes]:
    """The files with one slip."""
    there = files()
    name = one["file"]
    if one.get("gone"):
        del there[name]
    elif "bytes" in one:
        there[name] = one["bytes"].encode("latin-1")
    elif "whole" in one:
        for language in Catalog.load().languages:  # `*`: in every language that there is
            there[name.replace("*", language)] = one["whole"].encode()
    else:
        text = there[name].decode()
        assert text.count(one["for"]) == 1, f"{one['for']!r} must stand once in {name}"
        text = text.replace(one["for"], one["put"])
        for old, new in one.get("and", {}).items():
            assert text.count(old) == 1, f"{old!r} must stand once in {name}"
            text = text.replace(old, new)
        there[name] = text.encode()
    return there


def write(there: dict[str, bytes], folder: Path) -> Path:
    for name, data in there.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def test_the_hospital_has_no_fault() -> None:
    assert read(HOSPITAL) == []


@pytest.mark.parametrize("one", SLIPS, ids=lambda one: f"{one['code']} {one['file']} {one['told']}")
def test_a_slip_is_told_at_its_place_and_nothing_else_is(one: dict[str, Any], tmp_path: Path) -> None:
    found = read(write(slipped(one), tmp_path))
    where = one.get("told_in", one["file"])
    places = {f"{Path(m.file).relative_to(tmp_path)}:{m.line}:{m.col} {m.code}" for m in found}
    assert f"{where}:{one['told']} {one['code']}" in places, found
    assert {m.code for m in found} - {one["code"]} == set(one.get("also", ())), found


def test_every_code_has_a_case_and_a_line_in_the_manual() -> None:
    tests = HERE.parent
    shown = {str(one["code"]) for one in SLIPS} | {path.name[:4].upper() for path in (HERE / "bad").glob("*.yaml")}
    shown |= set(re.findall(r'"[0-9]+ ([ENPTW][0-9]{3})"', (HERE / "sisters.yaml").read_text(encoding="utf-8")))
    shown |= set(re.findall(r" ([EW][0-9]{3}) ", (tests / "numbers" / "bad" / "told.txt").read_text(encoding="utf-8")))
    for path in (tests / "rehearsal").rglob("*"):
        if path.suffix in {".py", ".yaml", ".txt"}:
            shown |= set(re.findall(r"\bT[0-9]{3}\b", path.read_text(encoding="utf-8")))
    many = {"E114"}  # test_mistakes.py
    assert set(CODES) - shown - many == set()
    assert PAGE.read_text(encoding="utf-8") == page(), "python -m wardbell.codes"


def test_the_program_reports_no_code_that_is_not_in_the_table_and_the_table_has_none_that_is_not_reported() -> None:
    house = HERE.parents[1]
    told: set[str] = set()
    for room in ("wardbell", "editions", "ivr", "notify", "prompts", "forms", "hospital"):
        for path in (house / room).rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            told |= set(re.findall(r'"([EINPTW][0-9]{3})"(?!:)', text))
    assert told == set(CODES)


def test_a_rule_whose_flow_needs_a_card_is_told_in_its_own_file_while_the_flow_has_mistakes(tmp_path: Path) -> None:
    there = files()
    ward = there["ward.yaml"].decode()
    there["ward.yaml"] = ward.replace("bed, department]", "bed, department, card]").replace("start:", "strat:").encode()
    told = [str(one).removeprefix(f"{tmp_path}/") for one in read(write(there, tmp_path))]
    assert [one for one in told if one.startswith('notices.yaml:7:11 N208 the flow "ward" needs "card"')] != [], told
