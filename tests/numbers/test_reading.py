"""The hospital writes its numbers, hours and holidays; what is wrong is reported by line and column, all at once.

`bad/` has a file for every code; `bad/told.txt` is what IT reads for them. `UPDATE=1` rewrites it. A file may
hold a second part after `--- holidays`: that is its `flows/holidays.yaml`.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forms.errors import FilesBroken
from ivr.flow.mistakes import CODES
from ivr.numbers import Numbers, Refusal, Route, load_numbers, read_numbers

HERE = Path(__file__).parent
FLOWS = {"main", "fees", "closed", "line_switch"}
LANGUAGES = {"zh", "en", "ru", "pl"}
TOLD = (HERE / "bad" / "told.txt").read_text(encoding="utf-8").splitlines()
SHIPPED = HERE.parents[1] / "flows" / "numbers.yaml"


def read(text: str, file: str = "flows/numbers.yaml") -> Numbers:
    """A file with what may stand behind `--- holidays`."""
    numbers, _, holidays = text.partition("--- holidays\n")
    return read_numbers(
        file, numbers.encode(), FLOWS, LANGUAGES, holidays.encode() or None, zone=ZoneInfo("Europe/Warsaw")
    )


def told(text: str, file: str = "flows/numbers.yaml") -> list[str]:
    try:
        read(text, file)
    except FilesBroken as wrong:
        return str(wrong).splitlines()
    return []


def test_each_bad_file_is_told_at_the_right_place() -> None:
    files = sorted((HERE / "bad").glob("*.yaml"))
    found = [line for file in files for line in told(file.read_text(encoding="utf-8"), file.name)]
    if os.environ.get("UPDATE"):
        (HERE / "bad" / "told.txt").write_text("".join(f"{line}\n" for line in found), encoding="utf-8")
    assert found == TOLD


@pytest.mark.parametrize("file", sorted(path.name for path in (HERE / "bad").glob("*.yaml")))
def test_a_bad_file_shows_the_code_that_it_is_named_after(file: str) -> None:
    text = (HERE / "bad" / file).read_text(encoding="utf-8")
    assert {line.split()[1] for line in told(text, file)} == {file[:4].upper()}


def test_every_code_has_a_bad_file() -> None:
    ours = {code for code in CODES if code.startswith("E5")} | {"E305"}
    assert ours <= {path.name[:4].upper() for path in (HERE / "bad").glob("*.yaml")}


@pytest.mark.parametrize("file", sorted((HERE / "good").glob("*.yaml"), key=str))
def test_a_good_file_has_no_mistakes(file: Path) -> None:
    assert told(file.read_text(encoding="utf-8")) == []


def test_the_mistakes_of_both_files_come_together() -> None:
    text = "numbers:\n  1000: {flow: mian, language: zh}\n--- holidays\nholidays: [{date: 2026-02-30}]\n"
    assert [line.split()[1] for line in told(text)] == ["E509", "E107", "E206"]


def test_the_shipped_numbers_answer_always() -> None:
    numbers = load_numbers(SHIPPED, FLOWS, LANGUAGES)
    assert numbers.plans["1000"].otherwise == Route("main", "zh")
    assert numbers.plans["1001"].otherwise == Route("main", "en")
    assert numbers.plans["1002"].otherwise == Route("main", "ru")
    assert numbers.plans["1003"].otherwise == Route("main", "pl")
    assert numbers.plans["default"].otherwise == Route("main", "zh")
    assert numbers.plans["1001"].closed == Route("closed", "en")


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(FilesBroken, match="E101 the file cannot be read"):
        load_numbers(tmp_path / "none.yaml", FLOWS, {"zh"})


def test_holidays_beside_the_file_are_read(tmp_path: Path) -> None:
    (tmp_path / "numbers.yaml").write_text(
        'hours: {clinic: {mon: ["08:00-12:00"], holidays: closed}}\n'
        'numbers: {"1": {language: zh, when: [{hours: clinic, flow: main}], else: {refuse: true}}}\n'
    )
    (tmp_path / "holidays.yaml").write_text("# none yet\n")
    with pytest.raises(FilesBroken, match="E508"):
        load_numbers(tmp_path / "numbers.yaml", FLOWS, {"zh"})
    (tmp_path / "holidays.yaml").write_text("holidays: []\n")
    assert load_numbers(tmp_path / "numbers.yaml", FLOWS, {"zh"}).plans["1"].otherwise == Refusal()


WORDS = ["main", "zh", "clinic", "staff", "holidays", "all", "1000", "8*", "*28", "+48 22", "22:00-06:00", "24:00", ""]
KEYS = [
    *("flow", "language", "when", "else", "hours", "callers", "holiday", "closed", "refuse", "numbers", "codes"),
    *("default", "dialling", "country", "every day", "mon-fri", "sat", "holidays", "calendar", "closes", "pin", "date"),
]
LEAVES = st.sampled_from(WORDS) | st.text(max_size=4)


def around(inner: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    """What may stand around: nothing, a list, a map."""
    return inner | st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS + WORDS), inner, max_size=4)


TREES = around(around(around(LEAVES)))


@given(st.dictionaries(st.sampled_from(KEYS[:12]), TREES, max_size=6), st.dictionaries(st.just("holidays"), TREES))
@settings(max_examples=200, deadline=None)
def test_whatever_stands_there_only_mistakes_come_of_it(numbers: object, holidays: object) -> None:
    told(f"{json.dumps(numbers)}\n--- holidays\n{json.dumps(holidays)}\n")


@given(st.binary(max_size=200))
@settings(deadline=None)
def test_bytes_break_nothing(data: bytes) -> None:
    with suppress(FilesBroken):
        read_numbers("n", data, FLOWS, LANGUAGES, data)
