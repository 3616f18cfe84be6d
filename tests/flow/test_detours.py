"""What a caller keyed in, and what is private, stays so when an event carries it into the line's own calls."""

from __future__ import annotations

import pytest

from actions.action import Declared
from forms.errors import FilesBroken
from forms.report import Mark
from ivr.flow.load import load_sources
from ivr.flow.uses import Beside
from tests.flow.world import FakeTexts, actions

TEXTS = FakeTexts.of({"t.one": None, "t.fee": "fee:money"})
BESIDE = Beside(
    dialled={"desk": Mark("numbers.yaml")},
    brought={"desk": frozenset({"card"})},
    noticed={"out": Mark("notices.yaml")},
    followed={"wanted": frozenset({"out"})},
)
LOGIN = """\
needs: [card]
start: funds
defaults: {attempts: 3, no_input: again, invalid: again, exhausted: bye, error: bye}
steps:
  funds: {do: registration.check_funds, then: {enough: bye, short: tell}}
  tell: {notify: wanted, with: {fee: =balance}, then: {raised: bye}}
  bye: {say: t.one, then: end}
"""
KEYED = """\
start: ask
defaults: {attempts: 3, no_input: again, invalid: again, exhausted: bye, error: bye}
steps:
  ask: {ask: t.one, as: number, then: copy}
  copy: {set: {whom: =number}, then: tell}
  tell: {notify: wanted, with: {fee: =whom}, then: {raised: bye}}
  bye: {say: t.one, then: end}
"""
SAYS = "needs: [fee]\nstart: a\nsteps:\n  a: {say: t.fee, then: end}\n"
DIALS = (
    "needs: [fee]\nstart: a\ndefaults: {error: end}\n"
    "steps:\n  a: {dial: =fee, then: {talked: end, busy: end, no_answer: end, refused: end}}\n"
)
ASKS_FIRST = """\
needs: [fee]
start: who
defaults: {attempts: 2, no_input: again, invalid: again, exhausted: end}
steps:
  who: {menu: t.one, keys: {"1": a, "2": end}, identifies: "1"}
  a: {say: t.fee, then: end}
"""
SWITCHES = "needs: [fee]\nstart: a\nsteps:\n  a: {language: =fee, then: b}\n  b: {pace: =fee, then: c}\n" + (
    "  c: {say: t.one, then: end}\n"
)


def told(desk: str, out: str) -> list[str]:
    try:
        load_sources({"desk.yaml": desk.encode(), "out.yaml": out.encode()}, TEXTS, actions(), beside=BESIDE)
    except FilesBroken as wrong:
        return [f"{one.file}:{one.line} {one.code}" for one in wrong.mistakes]
    return []


@pytest.mark.parametrize(
    ("desk", "out", "mistakes"),
    [
        (LOGIN, SAYS, ["out.yaml:4 E236"]),
        (LOGIN, ASKS_FIRST, []),
        (LOGIN, SWITCHES, []),  # nothing of it is said
        (KEYED, SAYS, []),
        (KEYED, DIALS, ["out.yaml:5 E225"]),
        (LOGIN, DIALS, ["out.yaml:5 E236"]),
    ],
)
def test_what_an_event_carries_along(desk: str, out: str, mistakes: list[str]) -> None:
    assert told(desk, out) == mistakes


LISTS = Declared(
    name="results.list",
    needs=frozenset({"pin"}),
    secret=frozenset({"pin"}),
    outcomes={"chosen": frozenset(), "none": frozenset()},
    lists=True,
    private=frozenset({"result"}),
)
LIST = """\
start: pin
defaults: {attempts: 3, no_input: again, invalid: again, exhausted: end, error: end}
steps:
  pin: {ask: t.one, as: code, secret: true, then: list}
  list: {choose: results.list, with: {pin: =code}, each: t.item, as: result, then: {chosen: end, none: end}}
"""


@pytest.mark.parametrize(
    ("item", "outbound", "mistakes"),
    [
        ("key:key item.name:name", False, []),  # the secret goes to the action alone
        ("key:key pin:digits", False, ["list.yaml:5 E217"]),
        ("key:key item.name:name", True, ["list.yaml:5 E236"]),
    ],
)
def test_a_list_takes_a_secret_and_reads_out_private_items(item: str, outbound: bool, mistakes: list[str]) -> None:
    texts = FakeTexts.of({"t.one": None, "t.item": item})
    place = {"list": Mark("numbers.yaml")}
    beside = Beside(dialled={} if outbound else place, noticed=place if outbound else {})
    found: list[str] = []
    try:
        load_sources({"list.yaml": LIST.encode()}, texts, actions([LISTS]), beside=beside)
    except FilesBroken as wrong:
        found = [f"{one.file}:{one.line} {one.code}" for one in wrong.mistakes]
    assert found == mistakes
