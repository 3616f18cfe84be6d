"""A mistake with one obvious remedy is put right by a click: the replacement is where the mistake is, and it helps."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from forms.fix import Fix, fix_of
from forms.mistake import Mistake
from tests.flow.test_slips import SLIPS, read, slipped, write

MISSPELT = [one for one in SLIPS if one["code"] in {"E106", "E113", "E115", "E204", "E206", "N203", "N210", "P203"}]


def fix(sentence: str, line: str, col: int, code: str = "E204") -> Fix | None:
    return fix_of(Mistake("main.yaml", 1, col, code, sentence), line)


def applied(fix: Fix, line: str) -> str:
    return line[: fix.col - 1] + fix.put + line[fix.end - 1 :]


@pytest.mark.parametrize(
    ("code", "sentence", "line", "col", "becomes"),
    [
        ("E204", 'no step "generl" (did you mean "general"?)', "then: generl", 7, "then: general"),
        ("E204", 'no step "generl" (did you mean "general"?)', 'then: "generl"', 7, 'then: "general"'),
        ("E106", 'no use for "sya" (did you mean "say"?)', "a: {sya: x, then: b}", 5, "a: {say: x, then: b}"),
        ("E113", "： was typed with a Chinese keyboard: write : instead", "then：over", 5, "then: over"),
        ("E113", "“ was typed with a Chinese keyboard: write \" instead", "keys: {“1\": x}", 8, 'keys: {"1": x}'),
        ("E115", "the о in \"over\" is a Cyrillic letter", "then: оvеr", 7, "then: over"),
        ("E107", '"1" must be in quotes: "1000"', "text: 1000", 7, 'text: "1000"'),
    ],
)  # fmt: skip
def test_the_remedy_is_one_replacement(code: str, sentence: str, line: str, col: int, becomes: str) -> None:
    found = fix(sentence, line, col, code)
    assert found is not None
    assert applied(found, line) == becomes


@pytest.mark.parametrize(
    ("sentence", "line", "col"),
    [
        ("the text is too long", "say: x", 6),
        ('no step "generl" (did you mean "general"?)', "then: something", 7),
        ('no step "over" (did you mean "cover"?)', "then: overt", 7),
    ],
)
def test_where_somebody_has_to_think_nothing_is_offered(sentence: str, line: str, col: int) -> None:
    assert fix(sentence, line, col) is None


@pytest.mark.parametrize("one", MISSPELT, ids=lambda one: f"{one['code']} {one['file']} {one['told']}")
def test_after_the_click_the_mistake_is_gone(one: dict[str, Any], tmp_path: Path) -> None:
    there = slipped(one)
    told = {(m.file, m.line, m.code): m for m in read(write(there, tmp_path))}
    for (file, number, code), mistake in told.items():
        lines = Path(file).read_text().split("\n")
        remedy = fix_of(mistake, lines[number - 1])
        if remedy is None:
            continue
        lines[number - 1] = applied(remedy, lines[number - 1])
        Path(file).write_text("\n".join(lines))
        left = {(m.file, m.line, m.col, m.code) for m in read(tmp_path)}
        assert (file, number, mistake.col, code) not in left, remedy
