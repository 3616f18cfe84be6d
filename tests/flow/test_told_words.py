"""Whatever slips into a file: the report is in our words, never a parser's, and points at the slip."""

from __future__ import annotations

import random
import re
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from editions.bundle import Bundle
from editions.declared import ACTIONS
from editions.edition import read_edition
from forms.encoding import NotText, decoded
from forms.errors import FilesBroken
from forms.mistake import Mistake
from forms.report import Mark, Report
from forms.tree import Scalar, read_text
from ivr.flow.condition import Condition
from prompts.catalog import SHIPPED

HOSPITAL = Path(__file__).parent / "good" / "hospital"
FLOWS = Path(__file__).parents[2] / "flows"
FOREIGN = re.compile(
    r"block (mapping|collection|sequence|end)|flow (mapping|sequence|node|context)|mapping values|simple key|"
    r"scanning|token|node content|could not find expected|expected <|<block|<scalar|stream|plain scalar|"
    r"(undefined|found).*alias|undefined tag|document start|DocumentStart|escape (character|sequence)|chomping|"
    r"indentation indicator|directive|constructor|codec|ordinal|surrogate|extraneous|mismatched input|no viable|"
    r"ERROR|<EOF>|NUM_INT|IDENTIFIER|Traceback|Error\(|NoneType|undeclared|found no matching overload|ruamel|PyYAML",
)
"""What parsers of YAML, CEL and Python itself say."""
SIGNS = [*":{}[],#\"'*&!|>%@`-?=\\", " ", "  ", "\n", ": ", " #", "- ", "，", "：", "“", "\u00a0", "\u200b", "\u0430"]


@cache
def sources() -> dict[str, str]:
    found = {path.name: path.read_text(encoding="utf-8") for path in FLOWS.glob("*.yaml")}
    found.update({f"texts/{one}.yaml": (SHIPPED / f"{one}.yaml").read_text(encoding="utf-8") for one in ("zh", "en")})
    return found


def mutated(text: str, rng: random.Random) -> tuple[str, int]:
    """`text` with one sign put in, left out or changed in a line that is no comment; and that line."""
    lines = text.split("\n")
    number = rng.choice([n for n, line in enumerate(lines) if line.strip() and not line.lstrip().startswith("#")])
    line = lines[number]
    at = rng.randrange(len(line) + 1)
    kind = rng.randrange(3)
    if kind == 0 and at < len(line):
        significant = [n for n, sign in enumerate(line) if sign in ":{}[],\"'- "]
        at = rng.choice(significant) if significant else at
        lines[number] = line[:at] + line[at + 1 :]
    elif kind == 1:
        lines[number] = line[:at] + rng.choice(SIGNS) + line[at:]
    else:
        lines[number] = line[:at] + rng.choice(SIGNS) + line[at + 1 :]
    return "\n".join(lines), number + 1


def unreadable(file: str, text: str) -> list[Mistake]:
    report = Report()
    read_text(file, text, report)
    return report.mistakes


# The same slips each time: of a thousand, one or two are reported further away, and a test must not fail by chance.
@settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(sorted(sources())), st.integers(0, 2**32))
def test_no_slip_is_told_in_the_words_of_a_parser_nor_far_from_where_it_is(name: str, seed: int) -> None:
    text, line = mutated(sources()[name], random.Random(seed))
    for one in unreadable(name, text):
        assert not FOREIGN.search(one.sentence), one
        if one.code in ("E103", "E113", "E102", "E115"):
            assert abs(one.line - line) <= 6, (line, one)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(["main.yaml", "numbers.yaml", "notices.yaml", "ward.yaml", "texts/zh.yaml"]), st.integers(0))
def test_nor_is_anything_that_follows_from_it(name: str, seed: int) -> None:
    there = {str(path.relative_to(HOSPITAL)): path.read_text(encoding="utf-8") for path in HOSPITAL.rglob("*.yaml")}
    there[name], _ = mutated(there[name], random.Random(seed))
    try:
        read_edition(Bundle({file: text.encode() for file, text in there.items()}), ACTIONS, later=True)
    except FilesBroken as wrong:
        for one in (*wrong.mistakes, *wrong.warnings):
            assert not FOREIGN.search(one.sentence), one


SLIPS = [*"=&|!()[]'\"<>,.+-*/?:%$#@", "and ", "“", ""]
CONDITIONS = "fee > 5 && (currency == 'CNY' || !(balance in [1, 2])) && size(currency) == 3"


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(CONDITIONS)), st.integers(0, 3), st.sampled_from(SLIPS))
def test_a_condition_is_told_in_our_words(at: int, cut: int, put: str) -> None:
    report = Report()
    Condition.read(Scalar(Mark("f.yaml"), CONDITIONS[:at] + put + CONDITIONS[at + cut :], False), report)
    assert len(report.mistakes) <= 1
    for one in report.mistakes:
        assert not FOREIGN.search(one.sentence), one


@pytest.mark.parametrize(
    ("encoding", "text", "told"),
    [
        ("gbk", "main.welcome: 您好，欢迎致电医院。", "GBK"),
        ("cp1251", "main.welcome: Здравствуйте, это больница.", "Windows-1251"),
        ("koi8-r", "main.welcome: Здравствуйте, это больница.", "KOI8-R"),
        ("cp1250", "main.welcome: Dzień dobry, proszę czekać", "Windows-1250"),
        ("big5", "main.welcome: 您好，歡迎致電醫院", "Big5"),
        ("utf-16", "main.welcome: Hello", "UTF-16"),
        ("utf-16-le", "main.welcome: Hello", "UTF-16"),
        ("utf-32", "main.welcome: Hello", "UTF-32"),
    ],
)
def test_another_encoding_is_told_by_its_line_and_name(encoding: str, text: str, told: str) -> None:
    found = decoded(f"# a line\n{text}\n".encode(encoding))
    assert isinstance(found, NotText)
    assert told in found.sentence
    assert found.line == (1 if told.startswith("UTF") else 2)
