"""The hospital lists its numbers; what is wrong with the list is told by line and column, all at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr.flow.mistakes import FlowErrors
from ivr.numbers import Route, load_numbers


def load(tmp_path: Path, text: str) -> object:
    file = tmp_path / "numbers.yaml"
    file.write_text(text, encoding="utf-8")
    return load_numbers(file, {"main", "fees"}, {"zh", "en"}, "flows/numbers.yaml")


def test_a_listed_number_gets_its_flow_and_any_other_the_default(tmp_path: Path) -> None:
    numbers = load_numbers(Path(__file__).parents[2] / "flows" / "numbers.yaml", {"main"}, {"zh", "en"})
    assert numbers.find("1001") == Route("main", "en")
    assert numbers.find("7777") == Route("main", "zh")


def test_without_a_default_other_numbers_are_refused(tmp_path: Path) -> None:
    numbers = load(tmp_path, 'numbers:\n  "1000": {flow: main, language: zh}\n')
    assert numbers.find("1001") is None  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('numbers:\n  "1000": {flow: mian, language: zh}\n', '2:18 E206 no flow "mian" (did you mean "main"?)'),
        ('numbers:\n  "1000": {flow: main, language: de}\n', '2:34 E305 no texts in language "de"'),
        ("numbers:\n  1000: {flow: main, language: zh}\n", '2:3 E107 write the number in quotes: "1000"'),
        ('numbers:\n  "ten": {flow: main, language: zh}\n', '2:3 E111 "ten" is not a number that can be dialled'),
        ('numbers:\n  "1000": main\n', "2:11 E108 a number needs a map: {flow: main, language: zh}"),
        ('numbers:\n  "1000": {flow: main}\n', "2:11 E109 language is missing"),
        ('number:\n  "1000": {flow: main, language: zh}\n', '1:1 E106 unknown key "number" (did you mean "numbers"?)'),
        ("numbers: {}\n", "1:1 E109 no number is answered: list one under numbers, or set default"),
        ("numbers: [1]\n", "1:10 E108 numbers must be a map of number to flow"),
    ],
)
def test_a_mistake_is_told_where_it_stands(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(FlowErrors) as wrong:
        load(tmp_path, text)
    assert f"flows/numbers.yaml:{told}" in str(wrong.value).splitlines()


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(FlowErrors, match="E101 the file cannot be read"):
        load_numbers(tmp_path / "none.yaml", {"main"}, {"zh"})
