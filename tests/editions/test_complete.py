"""Whoever writes a flow is offered what can stand there: keys, the verbs, steps of the flow, texts, actions."""

from __future__ import annotations

import pytest

from editions.workshop.complete import complete
from tests.editions.test_workshop import SHIPPED

FLOW = """title: Night
start: hello
steps:
  hello: {say: main.welcome, then: menu}
  menu:
    menu: main.services
    keys:
      "1": hello
"""


@pytest.mark.parametrize(
    ("typed", "offered", "never"),
    [
        ("st", {"start", "steps"}, {"say"}),
        ("title: x\nst", {"start", "steps"}, {"title"}),
        ("steps:\n  a: {", {"say", "menu", "do", "hangup"}, {"then", "title"}),
        ("steps:\n  a: {sa", {"say"}, {"then"}),
        ("steps:\n  a: {say: main.welcome, th", {"then"}, {"say", "menu"}),
        ("steps:\n  a: {say: main.", {"main.welcome", "main.services"}, {"say"}),
        ("steps:\n  a: {say: [main.welcome, main.", {"main.services"}, {"say"}),
        ("steps:\n  a:\n    sa", {"say"}, {"title"}),
        ("steps:\n  a:\n    say: main.welcome\n    t", {"then"}, {"title", "start"}),
        ("steps:\n  a:\n    do: card.", {"card.check_pin"}, {"main.welcome"}),
        (FLOW + "  b: {say: main.welcome, then: ", {"hello", "menu", "b"}, {"main.welcome"}),
        (FLOW + '      "2": ', {"hello", "menu"}, {"say"}),
        (FLOW + "    exh", {"exhausted"}, {"say"}),
        ("steps:\n  a: {say: main.welcome,\n      th", {"then"}, {"title"}),
        ("# st", set(), {"start"}),
    ],
)
def test_what_fits_is_offered(typed: str, offered: set[str], never: set[str]) -> None:
    lines = typed.split("\n")
    found = {one.word for one in complete(SHIPPED, "night.yaml", typed, len(lines), len(lines[-1]) + 1).offers}
    assert offered <= found
    assert not never & found


def test_numbers_have_keys_of_their_own() -> None:
    typed = 'numbers:\n  "1000": {fl'
    assert complete(SHIPPED, "numbers.yaml", typed, 2, len(typed.split("\n")[1]) + 1).offers[0].word == "flow"


@pytest.mark.parametrize("line", [0, 1, 5, 999])
def test_no_place_is_too_odd(line: int) -> None:
    for text in ("", "{{{{", "]]]", "a: [", '"', "- - -", "\t\t"):
        complete(SHIPPED, "main.yaml", text, line, 1)
