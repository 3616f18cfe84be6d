"""The same slip has the same code and the same help in every kind of file that the hospital edits.

Each kind of file is read by its own reader, a slip is made in a line `key: value` of it, and what is told must be what
the table says, whatever the kind.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from editions.declared import ACTIONS
from forms.errors import FilesBroken
from forms.mistake import Mistake
from forms.report import Report
from hospital.fees.catalogue_form import read_catalogue
from hospital.fees.insurance_form import read_schemes
from ivr.flow.language import FlowSet
from ivr.flow.load import load_sources
from ivr.numbers import Numbers, read_numbers
from ivr.rehearsal.test_file import EditionUnderTest, read_tests
from notify.notices.rules_file import read_rules
from prompts.catalog import Catalog
from prompts.texts import read_languages, read_texts

TEXTS = Catalog.load()


def of_flow(data: bytes) -> object:
    return load_sources({"f": data}, TEXTS, ACTIONS, later=True)


def of_numbers(data: bytes) -> object:
    return read_numbers("f", data, {"main"}, {"zh"})


def of_holidays(data: bytes) -> object:
    numbers = b"default: {flow: main, language: zh}\n"
    return read_numbers("n", numbers, {"main"}, {"zh"}, data, "f")


def of_notices(data: bytes) -> object:
    return read_rules(data, "f", {"main"}, {"zh"})


def of_insurance(data: bytes) -> object:
    report = Report()
    read_schemes("f", data, report)
    raise FilesBroken(report.mistakes)


def of_catalogue(data: bytes) -> object:
    report = Report()
    read_catalogue("f", data, report)
    raise FilesBroken(report.mistakes)


def of_test(data: bytes) -> object:
    flow = b"start: a\nsteps:\n  a: {say: main.welcome, then: end}\n"
    flows: FlowSet = load_sources({"main.yaml": flow}, TEXTS, ACTIONS)
    return read_tests({"f": data}, EditionUnderTest(flows, Numbers({}), TEXTS, ACTIONS))


def of_texts(data: bytes) -> object:
    raise FilesBroken(read_texts("f", data, "zh").mistakes)


def of_languages(data: bytes) -> object:
    raise FilesBroken(read_languages("f", data, {"zh", "en"})[1])


@dataclass(frozen=True)
class Kind:
    """A good file; in its line `key: value` the slips are made."""

    read: Callable[[bytes], object]
    good: str
    key: str
    value: str
    free: bool = False
    """Whether any key may stand there, so that none is unknown."""
    needed: bool = True


KINDS = {
    "flow": Kind(of_flow, "title: 挂号\nstart: a\nsteps:\n  a: {say: main.welcome, then: end}\n", "start", "a"),
    "numbers": Kind(of_numbers, 'numbers:\n  "1000":\n    flow: main\n    language: zh\n', "language", "zh"),
    "holidays": Kind(of_holidays, "holidays:\n  - date: 2026-10-01\n    title: 国庆\n", "title", "国庆", needed=False),
    "notices": Kind(
        of_notices,
        "notices:\n  told:\n    event: admission\n    flow: main\n    language: zh\n    priority: alert\n"
        "    confirm: heard\n    expires_after: 3h\n    steps: [{call: station}]\n",
        "language",
        "zh",
    ),
    "insurance": Kind(
        of_insurance,
        "schemes:\n  one:\n    names:\n      zh: 医保\n      en: insurance\n    rules:\n"
        "      - from: 2026-01-01\n        deductible:\n          per: stay\n          amounts: [1]\n",
        "per",
        "stay",
    ),
    "catalogue": Kind(
        of_catalogue, "items: 'code,zh,en,class,scope'\n", "items", "'code,zh,en,class,scope'", needed=False
    ),
    "flow test": Kind(
        of_test, "flow: main\nlanguage: zh\ntests:\n  a call:\n    call:\n      - ends: end\n", "language", "zh"
    ),
    "texts": Kind(of_texts, "main.welcome: 您好\n", "main.welcome", "您好", free=True),
    "languages": Kind(of_languages, "languages: [zh, en]\n", "languages", "[zh, en]", needed=False),
}


@dataclass(frozen=True)
class Slip:
    """What is made of the line, and what is told of it: the code and what the sentence must say."""

    made: Callable[[str, str], str]
    code: str
    says: str


SLIPS = {
    "a tab": Slip(lambda key, value: f"{key}:\t{value}", "E102", r"a tab"),
    "a Chinese colon": Slip(lambda key, value: f"{key}： {value}", "E113", r"： was typed with a Chinese keyboard"),
    "a look-alike letter": Slip(
        lambda key, value: f"{key.replace('a', 'а').replace('e', 'е')}: {value}",
        "E115",
        r"only looks like [ae]: retype",
    ),
    "a blank of a word processor": Slip(lambda key, value: f"{key}:\u00a0{value}", "E103", r"U\+00A0"),
    "a key that stands twice": Slip(
        lambda key, value: f"{key}: {value}\n{{indent}}{key}: {value}",
        "E105",
        r'" occurs twice here \(first',
    ),
    "an anchor": Slip(lambda key, value: f"{key}: &here {value}", "E104", r"&here is an anchor"),
    "a quote that stays open": Slip(lambda key, value: f'{key}: "{value}', "E103", r"not YAML: a \" is opened here"),
    "a number without quotes": Slip(lambda key, value: f"{key}: 12", "E107", r'must be in quotes: "12"'),
    "a map instead of a word": Slip(lambda key, value: f"{key}: {{x: y}}", "E108", r"must be a (text|list)"),
    "a misspelt key": Slip(
        lambda key, value: f"{key[:-1]}: {value}", "E106", r'has no use for ".*" \(did you mean ".*"\?\)'
    ),
    "an unknown key": Slip(
        lambda key, value: f"{key}: {value}\n{{indent}}zzz: 1", "E106", r'has no use for "zzz" \(known: .*\)'
    ),
    "nothing behind the colon": Slip(lambda key, value: f"{key}:", "E109", r"is empty"),
    "a key that is missing": Slip(lambda key, value: "", "E109", r'needs "'),
}
ABOUT_KEYS = {"a misspelt key", "an unknown key", "a key that is missing"}


def told(kind: Kind, data: bytes) -> list[Mistake]:
    try:
        kind.read(data)
    except FilesBroken as wrong:
        return list(wrong.mistakes)
    return []


def slipped(kind: Kind, slip: Slip) -> bytes:
    lines = kind.good.split("\n")
    [at] = [number for number, line in enumerate(lines) if line.strip() == f"{kind.key}: {kind.value}"]
    indent = lines[at][: len(lines[at]) - len(lines[at].lstrip())]
    made = slip.made(kind.key, kind.value).replace("{indent}", indent)
    lines[at] = indent + made if made else "# "
    return "\n".join(lines).encode()


@pytest.mark.parametrize("name", KINDS)
def test_a_good_file_has_no_mistakes(name: str) -> None:
    assert told(KINDS[name], KINDS[name].good.encode()) == []


@pytest.mark.parametrize("slip", SLIPS)
@pytest.mark.parametrize("name", KINDS)
def test_a_slip_has_the_same_code_and_the_same_help_in_every_kind_of_file(name: str, slip: str) -> None:
    kind = KINDS[name]
    if (kind.free and slip in ABOUT_KEYS) or (slip == "a key that is missing" and not kind.needed):
        pytest.skip("any key may stand there, and none must")
    if name == "languages" and slip in {"a number without quotes", "nothing behind the colon"}:
        pytest.skip("a list stands there")
    found = told(kind, slipped(kind, SLIPS[slip]))
    assert [one.code for one in found] == [SLIPS[slip].code], found
    assert re.search(SLIPS[slip].says, found[0].sentence), found


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"a: \xff\n", "the file is not UTF-8"),
        ("标题: 挂号费用".encode("gb18030"), r"seems to be saved as GBK \(GB18030\)"),
        ("标题: 挂号".encode("utf-16"), "the file is saved as UTF-16: save it as UTF-8"),
        (b"- a\n", "the file must be a map"),
        (b"a: b\n" + b"#" * 1_000_000, "the file is larger than"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_alike(name: str, data: bytes, says: str) -> None:
    found = told(KINDS[name], data)
    assert [one.code for one in found] == ["E101"], found
    assert re.search(says, found[0].sentence), found
