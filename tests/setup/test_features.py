"""docs/features.md is kept true: every function has its row; one that works says how to try it and what holds it."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from editions.bundle import Bundle

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "features.md").read_text(encoding="utf-8")
STATES = {"Works": "works", "Works in part": "works in part", "Not yet": "not yet"}
FIRST_COMMIT = date(2026, 11, 21)
_ROW = re.compile(r"^\*\*(?P<number>[BT]?\d+)\. (?P<what>.+?)\*\* (?P<state>Works in part|Works|Not yet)", re.DOTALL)
_TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


@dataclass(frozen=True)
class Row:
    number: str
    state: str
    text: str

    def part(self, name: str) -> str:
        found = re.search(rf"\*{name}:\* (.+?)(?=\n\*\w+:\*|\Z)", self.text, re.DOTALL)
        return found[1] if found else ""


def rows() -> list[Row]:
    blocks = (block for block in PAGE.split("\n\n") if re.match(r"\*\*[BT]?\d", block))
    found = []
    for block in blocks:
        head = _ROW.match(block)
        assert head, f"neither works, works in part nor not yet: {block[:80]}"
        found.append(Row(head["number"], head["state"], block))
    return found


ROWS = rows()
STANDING = [row for row in ROWS if row.state != "Not yet"]


def test_every_number_has_one_row_in_its_order() -> None:
    wanted = [*range(1, 114)], [f"B{n}" for n in range(1, 31)], [f"T{n}" for n in range(1, 23)]
    assert [row.number for row in ROWS] == [str(number) for group in wanted for number in group]


def test_the_tables_say_what_the_rows_say() -> None:
    for letter in ("", "B", "T"):
        for state, said in STATES.items():
            those = [row.number for row in ROWS if row.state == state and row.number.rstrip("0123456789") == letter]
            if letter or state != "Not yet":
                assert f"| {said} | {', '.join(those)} |" in PAGE


@pytest.mark.parametrize("row", STANDING, ids=lambda row: row.number)
def test_what_works_says_since_when_how_to_try_it_and_what_holds_it(row: Row) -> None:
    since = re.search(rf"\*\* {row.state}, since (\d{{4}}-\d\d-\d\d)", row.text)
    assert since
    assert date.fromisoformat(since[1]) >= FIRST_COMMIT
    assert row.part("Try")
    assert _TEST.search(row.part("Test"))


@cache
def names_in(file: str) -> set[str]:
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


@pytest.mark.parametrize("row", STANDING, ids=lambda row: row.number)
def test_every_test_that_a_row_names_is_there(row: Row) -> None:
    for file, test in _TEST.findall(row.text):
        assert test in names_in(file), f"{file}::{test}"


def test_every_file_number_and_target_that_can_be_tried_is_there() -> None:
    for path in re.findall(r"(?<!\]\()((?:docs|flows|tests)/[\w/.-]+\.\w+)", PAGE):
        assert (ROOT / path).exists(), path
    names = {Path(name).stem for name in Bundle.of_folder(ROOT / "flows").files}
    numbers = re.findall(r'^  "(\d+)":', (ROOT / "flows" / "numbers.yaml").read_text(encoding="utf-8"), re.MULTILINE)
    for tried in re.findall(r"`wardbell flows try (\w+)", PAGE):
        assert tried in {*names, *numbers}
    for dialled in re.findall(r"[Cc]all (\d+)|register on (\d+)|numbers (?:ask|open|close) (\d+)", PAGE):
        assert "".join(dialled) in numbers
    targets = re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    for target in re.findall(r"`make ([\w-]+)", PAGE):
        assert target in targets


def test_code_cites_rows_that_are_there_and_no_page_that_is_not() -> None:
    """A comment may cite a row of docs/features.md as `docs/features.md, 27`, and pages of docs/ by name."""
    numbers = {row.number for row in ROWS}
    pages = {page.name for page in ROOT.glob("*.md")} | {page.name for page in (ROOT / "docs").rglob("*.md")}
    rooms = [path.parent for path in ROOT.glob("*/__init__.py")] + [ROOT / "docs"]
    files = [*ROOT.glob("*.md"), *(path for room in rooms for path in room.rglob("*.*"))]
    for file in (path for path in files if path.suffix in (".py", ".yaml", ".md") and path != Path(__file__)):
        text = file.read_text(encoding="utf-8", errors="replace")
        for cited in re.findall(r"docs/features\.md,((?:(?:,| and| to)? [BT]?\d+)+)", text):
            assert set(re.findall(r"[BT]?\d+", cited)) <= numbers, f"{file}: docs/features.md,{cited}"
        assert not re.search(r"[Ff]eatures rows?\b|# Rows? \d", text), f"{file} cites rows without naming the page"
        if file.suffix == ".py":
            comments = re.findall(r"#[^\n]*|\"\"\".*?\"\"\"", text, re.DOTALL)
            for page in re.findall(r"(?:docs/)?(?:\w+/)*([\w-]+\.md)\b", "\n".join(comments)):
                assert page in pages, f"{file} cites {page}"
