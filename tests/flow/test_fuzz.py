"""Whatever stands in the hospital's files: the check ends, soon, and raises nothing but `FilesBroken`.

Random bytes, odd trees, and good files with one node dropped, doubled, renamed, replaced or swollen.
Quick by default; the run that is marked slow tries far more.
"""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from editions.bundle import Bundle
from editions.declared import ACTIONS
from editions.edition import read_edition
from forms.errors import FilesBroken
from tests.flow.test_slips import HOSPITAL

SHIPPED = Path(__file__).parents[2] / "flows"
LONGEST = 30.0
"""Seconds; a reading takes a few tenths, the largest of these files some seconds; the rest is for a busy machine."""


def bundle(folder: Path) -> dict[str, bytes]:
    return dict(Bundle.of_folder(folder, folder / "texts" if folder == HOSPITAL else None).files)


GOOD = {"small": bundle(HOSPITAL), "shipped": bundle(SHIPPED)}
PLACES = [(house, file) for house, files in GOOD.items() for file in sorted(files) if not file.startswith("tests/")]


def read(files: dict[str, bytes]) -> None:
    """Read; nothing but `FilesBroken` may come, each mistake at a place of a file that is there or should be."""
    began = time.monotonic()
    try:
        read_edition(Bundle(files), ACTIONS, later=True)
    except FilesBroken as wrong:
        for mistake in wrong.mistakes:
            assert mistake.line >= 1, mistake
            assert mistake.col >= 1, mistake
            assert mistake.sentence.isprintable() or "\x00" not in mistake.sentence, mistake
    assert time.monotonic() - began < LONGEST


def read_with(place: tuple[str, str], data: bytes) -> None:
    house, file = place
    read({**GOOD[house], file: data})


PLACE = st.sampled_from([place for place in PLACES if place[0] == "small"])
ANYWHERE = st.sampled_from(PLACES)
QUICK = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
DEEP = settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))

ODD = st.sampled_from(
    [
        *("", " ", "~", "null", "true", "-1", "0", "08", "1e999", "9" * 40, "0x1F", "1_000", "12:30:45", "2026-02-30"),
        *("[]", "{}", "[[]]", "{a: {}}", "- a", "? a", "&a b", "*a", "!!python/object:os.system x"),
        *("!a b", "<<: {a: b}"),
        *("'", '"', "\\", "{", "}", "[", "]", ":", ": ", "#", "|", ">", "%YAML 9.9", "---", "...", "\t", "\r", "\x00"),
        *("=", "=a", "=a.b.c", "=a.__class__", "{x!r}", "end", "again", "*", "#", "\u2028", "\ufeff", "\U0001f600"),
        *("a" * 5_000, "[" * 300, "{a: " * 200, "'" + "x" * 100_000 + "'", "- " * 500, "? " * 500, "a.b" * 500),
    ]
)
_NODE = re.compile(r"[A-Za-z0-9_.=\"'*-]+")


def slip(text: str, rng: random.Random, odd: str) -> str:
    """`text` with one word, line or run of letters dropped, doubled, moved, renamed or replaced."""
    lines = text.split("\n")
    line = rng.randrange(len(lines))
    words = list(_NODE.finditer(text))

    def word(put: Callable[[str], str]) -> str:
        if not words:
            return odd
        at = rng.choice(words)
        return text[: at.start()] + put(at[0]) + text[at.end() :]

    def cut() -> str:
        at = rng.randrange(len(text) + 1)
        return text[:at] + odd + text[at + rng.randrange(40) :]

    changes: list[Callable[[], str]] = [
        lambda: word(lambda _: odd),
        lambda: word(lambda _: ""),
        lambda: word(lambda old: old[:-1] or "x"),
        lambda: word(lambda old: old + odd),
        lambda: word(lambda _: rng.choice(words)[0]),
        lambda: "\n".join([*lines[:line], *lines[line + 1 :]]),
        lambda: "\n".join([*lines[:line], lines[line], lines[line], *lines[line + 1 :]]),
        lambda: "\n".join([*lines[:line], " " * rng.randrange(9) + lines[line].strip(), *lines[line + 1 :]]),
        lambda: "\n".join(rng.sample(lines, len(lines))),
        lambda: text[: rng.randrange(len(text) + 1)],
        cut,
    ]
    return rng.choice(changes)()


@QUICK
@given(PLACE, st.binary(max_size=300))
def test_bytes(place: tuple[str, str], data: bytes) -> None:
    read_with(place, data)


@QUICK
@given(PLACE, st.text(max_size=300))
def test_text(place: tuple[str, str], text: str) -> None:
    read_with(place, text.encode("utf-8", "surrogatepass"))


@QUICK
@given(PLACE, st.integers(0, 2**32), ODD, st.integers(1, 4))
def test_slips(place: tuple[str, str], seed: int, odd: str, times: int) -> None:
    _slips(place, seed, odd, times)


def _slips(place: tuple[str, str], seed: int, odd: str, times: int) -> None:
    text, rng = GOOD[place[0]][place[1]].decode(), random.Random(seed)
    for _ in range(times):
        text = slip(text, rng, odd)
    read_with(place, text.encode("utf-8", "surrogatepass"))


@pytest.mark.slow
@DEEP
@given(ANYWHERE, st.integers(0, 2**32), ODD, st.integers(1, 6))
def test_many_slips(place: tuple[str, str], seed: int, odd: str, times: int) -> None:
    _slips(place, seed, odd, times)


@pytest.mark.slow
@DEEP
@given(ANYWHERE, st.binary(max_size=2_000) | st.text(max_size=2_000).map(str.encode))
def test_many_bytes(place: tuple[str, str], data: bytes) -> None:
    read_with(place, data)


SWOLLEN = {
    "one long line": "title: " + "x" * 900_000 + "\n",
    "a million commas": "title: [" + "," * 400_000 + "]\n",
    "deep lists": "title: " + "[" * 5_000 + "\n",
    "deep maps": "title: " + "{a: " * 3_000 + "\n",
    "deep blocks": "".join(f"{' ' * depth}a:\n" for depth in range(900)),
    "many keys": "".join(f"k{number}: x\n" for number in range(4_000)),
    "one key many times": "a: x\n" * 4_000,
    "an alias of an alias": "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nd: &d [*c, *c]\ne: [*d, *d]\n",
    "quotes without end": '"' * 100_001,
    "questions": "? " * 20_000,
    "dashes": "- " * 20_000 + "a",
    "ten thousand documents": "---\na: b\n" * 10_000,
    "a big number": "start: " + "9" * 100_000 + "\n",
    "a name that nearly is another": "steps: {" + ", ".join(f"{'a' * 500}{n}: {{}}" for n in range(500)) + "}\n",
}


@pytest.mark.slow
@pytest.mark.parametrize("what", sorted(SWOLLEN))
@pytest.mark.parametrize("file", ["main.yaml", "numbers.yaml", "holidays.yaml", "notices.yaml", "texts/zh.yaml"])
def test_swollen_files_end(what: str, file: str) -> None:
    read_with(("small", file), SWOLLEN[what].encode())


def test_files_that_are_deep_or_huge_are_told() -> None:
    for what in ("deep lists", "a big number", "an alias of an alias"):
        for file in ("main.yaml", "notices.yaml", "texts/zh.yaml"):
            read_with(("small", file), SWOLLEN[what].encode())
