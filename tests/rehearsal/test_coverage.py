"""What of a flow was tried, and what was not."""

from __future__ import annotations

from textwrap import indent

from ivr.rehearsal.suite import run_tests
from tests.rehearsal.house import house

FLOW = """
title: x
start: kind
defaults: {attempts: 2, no_input: again, invalid: bye, exhausted: too_often}
steps:
  kind:
    menu: registration.kind
    keys: {"1": check, "2": again}
    at_most: 2
    beyond: bye
  check:
    do: card.check_pin
    with: {card_number: "1", pin: "2"}
    then: {right: how_long, wrong: kind, wait: bye, error: bye}
  how_long:
    when: [{if: "pace == 'slow'", then: bye}, {if: "card == '7'", then: too_often}]
    else: bye
  too_often: {say: ward.unconfirmed, then: bye}
  bye: {hangup: bye}
"""
ALL = {
    ("kind", "1"), ("kind", "2"), ("kind", "no_input"), ("kind", "invalid"), ("kind", "exhausted"), ("kind", "limit"),
    ("check", "right"), ("check", "wrong"), ("check", "wait"), ("check", "error"),
    ("how_long", "if 1"), ("how_long", "if 2"), ("how_long", "else"),
    ("too_often", "then"),
}  # fmt: skip


def tried(call: str, answers: str = "{}") -> set[tuple[str, str]]:
    """The ways out that one call takes."""
    source = f"flow: line\nlanguage: zh\ntests:\n  t:\n    answers: {answers}\n    call:\n{indent(call, '      ')}\n"
    tested = run_tests({"t.yaml": source.encode()}, house(FLOW))
    assert not tested.failed, tested.failed[0].failure
    covered = tested.coverage["line"]
    assert covered.ways == len(ALL)
    left = {(step, way) for step, _, way in (one.partition(": ") for one in covered.ways_left)}
    return ALL - left


def test_each_way_out_is_told_apart() -> None:
    assert tried('- press: "1"\n- ends: bye') == {("kind", "1"), ("check", "right"), ("how_long", "else")}
    assert tried('- press: "2"\n- press: "7"\n- ends: bye') == {("kind", "2"), ("kind", "invalid")}
    assert tried("- press: nothing\n- press: nothing\n- ends: bye") == {
        ("kind", "no_input"), ("kind", "exhausted"), ("too_often", "then"),
    }  # fmt: skip
    assert tried('- press: "1"\n- press: "1"\n- ends: bye', "{card.check_pin: wrong}") == {
        ("kind", "1"), ("check", "wrong"), ("kind", "limit"),
    }  # fmt: skip
    assert ("check", "error") in tried('- press: "1"\n- ends: bye', "{card.check_pin: error}")
    assert ("how_long", "if 1") in tried('- press: "1"\n- ends: bye', "{card.check_pin: {right: {pace: slow}}}")
    assert ("how_long", "if 2") in tried('- press: "1"\n- ends: bye', '{card.check_pin: {right: {card: "7"}}}')


def test_what_was_never_entered_is_named() -> None:
    source = 'flow: line\nlanguage: zh\ntests: {t: {call: [{press: "7"}, {ends: bye}]}}'
    covered = run_tests({"t.yaml": source.encode()}, house(FLOW)).coverage["line"]
    assert covered.steps_left == ("check", "how_long", "too_often")
    assert not covered.full
