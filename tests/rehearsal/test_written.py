"""Flow tests as the hospital writes them: what passes, what fails and how that is reported, every mistake at its
place."""

from __future__ import annotations

from textwrap import dedent, indent

import pytest

from forms.errors import FilesBroken
from ivr.rehearsal.test_file import read_tests
from ivr.rehearsal.test_run import Played, play
from tests.rehearsal.house import house

HOUSE = house()


def run(lines: str, more: str = "") -> Played:
    """The test whose call is `lines`; `more` stands beside `call`."""
    (test,) = read_tests({"flows/tests/line.yaml": whole(lines, more).encode()}, HOUSE)
    return play(test, HOUSE)


def whole(lines: str, more: str = "") -> str:
    body = indent(dedent(more).strip(), "    ")
    call = indent(dedent(lines).strip(), "      ")
    return f"flow: line\nlanguage: zh\ntests:\n  it goes well:\n{body}\n    call:\n{call}\n"


PASSING = {
    "what is said, by name and by words": """
        - says: main.welcome
        - says: [您好, 普通门诊按1]
        """,
    "words that run over two prompts of one play": """
        - press: nothing
        - says: 没有听到您按键。普通门诊
        """,
    "a key, a language, the end": """
        - press: "3"
        - speaks: en
        - says: for the GENERAL clinic
        - hang_up: true
        - ends: hung_up
        """,
    "time that passes": """
        - wait: 7s
        - says: system.nothing_pressed
        - wait: 6.5s
        - not_says: system.goodbye
        """,
    "in vain twice": """
        - press: nothing
        - press: nothing
        - says: system.goodbye
        - ends: end
        """,
    "keys in the middle of a text": """
        - says: main.welcome
        - press: "1"
          after: 0.5s
        - not_says: registration.kind
        """,
    "a hang-up in the middle of a text": """
        - says: registration.kind
        - hang_up: true
          after: 1.5s
        - ends: hung_up
        """,
    "typed ahead through three inputs": """
        - press: "112345#6789"
        - asks: card.check_pin
        - enters: again_and_again
        - says: system.goodbye
        - ends: end
        """,
    "what is asked with which arguments": """
        - press: "4"
        - asks: dial
          with: {number: "8000"}
        - says: system.goodbye
        """,
}


@pytest.mark.parametrize("lines", PASSING.values(), ids=PASSING)
def test_passes(lines: str) -> None:
    assert run(lines).failure is None


FAILING = {
    "another text": (
        "- says: system.goodbye",
        ('says system.goodbye', 'says registration.kind "普通门诊按一，专家门诊按二。"; the line waits for keys'),
    ),
    "other words": ("- says: 再见", ('says "再见"', "the line waits for keys")),
    "what must not be said": ("- not_says: 专家", ('does not say "专家"', 'it says "普通门诊按一，专家门诊按二。"')),
    "nothing is asked": ("- asks: card.check_pin", ("asks card.check_pin", "the line waits for keys")),
    "other arguments": (
        '- press: "4"\n- asks: dial\n  with: {number: "8001"}',
        ("asks dial with number 8001", "asks dial with number 8000"),
    ),
    "it does not end": ("- ends: end", ("ends: end", "the line waits for keys")),
    "it ends otherwise": ('- press: "4"\n- ends: hung_up', ("ends: hung_up", "the call is over (end)")),
    "it ends before a key": ('- press: "4"\n- press: "1"', ("the caller presses 1", "the call is over (end)")),
    "another step": ('- press: "1"\n- enters: bye', ("enters line.bye", "says card_login.card_number")),
    "another language": ('- press: "1"\n- speaks: en', ("speaks en", "the line waits for keys")),
}


@pytest.mark.parametrize(("lines", "told"), FAILING.values(), ids=FAILING)
def test_fails_and_tells_what_was_expected_and_what_came(lines: str, told: tuple[str, str]) -> None:
    failure = run(lines).failure
    assert failure is not None
    expected, instead = told
    assert failure.expected == expected
    assert instead in failure.instead
    line = len(whole(lines).splitlines()) if "with" not in lines else len(whole(lines).splitlines()) - 1
    assert (failure.mark.file, failure.mark.line) == ("flows/tests/line.yaml", line)
    assert str(failure).splitlines()[0].endswith(f" expected: {expected}")
    assert failure.transcript[0] == "  0:00  [line.welcome]"


def test_answers_come_in_order_and_the_last_one_stays() -> None:
    played = run(
        """
        - press: "4"
        - says: registration.kind
        - press: "4"
        - says: system.goodbye
        - ends: end
        """,
        "answers: {dial: [busy, {talked: {seconds: 90}}]}",
    )
    assert played.failure is None
    assert played.seconds > 90


def test_of_an_outcomes_values_only_those_are_written_that_differ_from_a_good_day() -> None:
    (test,) = read_tests(
        {"t.yaml": whole("- says: main.welcome", "answers: {card.check_pin: {right: {pace: slow}}}").encode()}, HOUSE
    )
    (answer,) = test.answers["card.check_pin"]
    assert answer.values == {"card": "100001", "patient": "王小芳", "pace": "slow"}


def test_a_number_says_flow_and_language() -> None:
    source = 'number: "1000"\ntests:\n  hello: {call: [{says: main.welcome}]}\n'
    (test,) = read_tests({"t.yaml": source.encode()}, HOUSE)
    assert (test.caller.flow, test.caller.language, test.caller.dialled) == ("line", "zh", "1000")


HEAD = "flow: line\nlanguage: zh\ntests:\n  t:\n    "
MISTAKES = {
    "no flow": ("language: zh\ntests: {t: {call: [{ends: end}]}}", "1:1 E109"),
    "an unknown flow": (
        "flow: lin\nlanguage: zh\ntests: {t: {call: [{ends: end}]}}",
        '1:7 E206 no flow "lin" (did you mean "line"?)',
    ),
    "an unknown language": ("flow: line\nlanguage: zn\ntests: {t: {call: [{ends: end}]}}", "2:11 E305"),
    "no language": ("flow: line\ntests: {t: {call: [{ends: end}]}}", "2:9 E109"),
    "no tests": ("flow: line\nlanguage: zh", "1:1 E109"),
    "an unknown key": ("flow: line\nlanguage: zh\ntest: {}\ntests: {t: {call: [{ends: end}]}}", "3:1 E106"),
    "no call": (HEAD + "caller: '123'", "5:5 E109"),
    "a number that nothing answers": ('number: "99"\ntests: {t: {call: [{ends: end}]}}', "1:9 T106"),
    "a moment": (HEAD + 'at: "soon"\n    call: [{ends: end}]', "5:9 T104"),
    "an unknown action": (HEAD + "answers: {card.check: right}\n    call: [{ends: end}]", "5:15 E207"),
    "an unknown outcome": (
        HEAD + "answers: {dial: bussy}\n    call: [{ends: end}]",
        '5:21 E209 "dial" has no outcome "bussy" (did you mean "busy"?)',
    ),
    "a value that is not set": (HEAD + "answers: {dial: {talked: {second: 5}}}\n    call: [{ends: end}]", "5:31 T102"),
    "a value that lacks": (HEAD + "answers: {card.check_pin: wait}\n    call: [{ends: end}]", "5:31 T102"),
    "a line with no verb": (HEAD + "call: [{pres: '1'}]", '5:12 T101 the line has none of'),
    "a line with two verbs": (HEAD + "call: [{press: '1', says: main.welcome}]", "5:12 T101"),
    "no such key": (HEAD + "call: [{press: '1x'}]", "5:20 E214"),
    "a bare digit": (HEAD + "call: [{press: 1}]", "5:20 E107"),
    "a span": (HEAD + "call: [{wait: 8}]", "5:19 T104"),
    "an unknown text": (HEAD + "call: [{says: main.welcom}]", "5:19 E301"),
    "an unknown step": (
        HEAD + "call: [{enters: servces}]",
        '5:21 E204 the flow "line" has no step "servces" (did you mean "services"?)',
    ),
    "a line with too much": (HEAD + "call: [{ends: end, after: 3s}]", "5:24 E106"),
    "something after the end": (HEAD + "call: [{ends: end}, {press: '1'}]", "5:26 T105"),
}


@pytest.mark.parametrize(("source", "told"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_told_with_its_place(source: str, told: str) -> None:
    with pytest.raises(FilesBroken) as wrong:
        read_tests({"t.yaml": source.encode()}, HOUSE)
    assert [str(one) for one in wrong.value.mistakes if str(one).startswith(f"t.yaml:{told}")], str(wrong.value)
    assert len(wrong.value.mistakes) == 1, str(wrong.value)


def test_a_variable_that_the_flow_needs_and_nobody_gives() -> None:
    needing = house("title: x\nneeds: [card]\nstart: a\nsteps: {a: {say: main.welcome, then: end}}\n")
    with pytest.raises(FilesBroken, match=r't\.yaml:3:9 T103 the flow "line" needs "card"'):
        read_tests({"t.yaml": b"flow: line\nlanguage: zh\ntests: {t: {call: [{ends: end}]}}"}, needing)
