"""What holds for every run, whatever the flow: it ends, it keeps secrets, it refuses what makes no sense."""

from __future__ import annotations

import pytest

from ivr.flow.commands import Ask, Collect, HangUp, Keys, NoInput, Outcome, Prompt, Say, Speak
from ivr.flow.language import FlowSet
from ivr.flow.load import load_sources
from ivr.flow.mistakes import FlowMisused
from ivr.flow.run import MOST_SILENCES, MOST_STEPS, Run
from ivr.flow.verbs.dial import DialNow
from ivr.flow.verbs.notify import Raise
from tests.flow.world import FakeTexts, actions

TEXTS = FakeTexts.of({"t.one": None, "t.item": "key:key item.name:name"})


def flow(text: str, **others: str) -> FlowSet:
    sources = {f"{name}.yaml": source.encode() for name, source in {"f": text, **others}.items()}
    return load_sources(sources, TEXTS, actions())


def test_a_flow_that_has_lost_its_way_apologises_and_ends() -> None:
    steps = "".join(f"  s{n}: {{say: t.one, then: s{n + 1}}}\n" for n in range(MOST_STEPS + 100))
    run = Run(flow(f"start: s0\nsteps:\n{steps}  s{MOST_STEPS + 100}: {{hangup: never}}\n"), "f", "zh")
    assert run.start().commands[-2:] == (Say((Prompt("system.trouble"),)), HangUp("loop"))


def test_a_key_of_the_caller_starts_the_count_anew() -> None:
    half = MOST_STEPS * 2 // 3
    steps = "".join(f"  s{n}: {{say: t.one, then: s{n + 1}}}\n" for n in range(2 * half) if n != half)
    menu = f'  s{half}: {{menu: t.one, keys: {{"1": s{half + 1}}}}}\n  s{2 * half}: {{hangup: done}}\n'
    head = "start: s0\ndefaults: {no_input: again, invalid: again, exhausted: end}\nsteps:\n"
    run = Run(flow(head + steps + menu), "f", "zh")
    run.start()
    assert run.resume(Keys("1")).commands[-1] == HangUp("done")


def test_a_line_on_which_nobody_ever_presses_anything_is_given_up() -> None:
    """Going round by `no_input` is no loop for the check, since a caller could press; a dead line never does."""
    text = (
        "start: m\ndefaults: {no_input: told, invalid: again, exhausted: end}\n"
        'steps:\n  m: {menu: t.one, keys: {"1": end}}\n  told: {say: t.one, then: m}\n'
    )
    run = Run(flow(text), "f", "zh")
    run.start()
    for _ in range(MOST_SILENCES - 1):
        assert not isinstance(run.resume(NoInput()).commands[-1], HangUp)
    assert run.resume(NoInput()).commands == (Say((Prompt("system.goodbye"),)), HangUp("silence"))


SECRET = """
start: a
defaults: {no_input: end, invalid: end, exhausted: end, error: end}
steps:
  a: {ask: t.one, as: card_number, then: b}
  b: {ask: t.one, as: pin, secret: true, then: c}
  c: {do: card.check_pin, then: {right: end, wrong: end, wait: end}}
"""


def test_secret_digits_go_to_the_action_and_are_not_among_the_variables() -> None:
    run = Run(flow(SECRET), "f", "zh")
    run.start()
    run.resume(Keys("17"))
    turn = run.resume(Keys("1234"))
    assert turn.commands[-1] == Ask(
        "card.check_pin", {"card_number": "17", "pin": "1234"}, hidden=frozenset({"pin"})
    )
    assert run.variables == {"card_number": "17"}
    run.resume(Outcome("right", {"card": "17", "patient": "x", "pace": "usual"}))
    assert run.variables == {"card_number": "17", "card": "17", "patient": "x", "pace": "usual"}
    assert run.waits_for is None


def test_what_answers_nothing_is_refused() -> None:
    run = Run(flow(SECRET), "f", "zh")
    with pytest.raises(FlowMisused):
        run.resume(Keys("1"))
    run.start()
    with pytest.raises(FlowMisused):
        run.start()
    with pytest.raises(FlowMisused):
        run.resume(Outcome("right"))
    run.resume(Keys("17"))
    run.resume(Keys("1234"))
    with pytest.raises(FlowMisused):
        run.resume(NoInput())
    run.resume(Outcome("wrong"))
    with pytest.raises(FlowMisused):
        run.resume(Keys("1"))


def test_a_run_wants_a_known_flow_and_all_that_it_needs() -> None:
    flows = flow("needs: [bed, ward]\nstart: a\nsteps:\n  a: {say: t.one, then: end}\n")
    with pytest.raises(FlowMisused, match='there is no flow "g"'):
        Run(flows, "g", "zh")
    with pytest.raises(FlowMisused, match='the flow "f" needs bed, ward'):
        Run(flows, "f", "zh")


def test_a_list_without_end_is_trouble_not_a_recital() -> None:
    text = (
        "start: c\ndefaults: {no_input: again, invalid: again, exhausted: end, error: end}\n"
        "steps:\n  c: {choose: registration.days, each: t.item, as: day, then: {chosen: end, none: end}}\n"
    )
    run = Run(flow(text), "f", "zh")
    run.start()
    turn = run.resume(Outcome("chosen", items=tuple({"name": "x"} for _ in range(500))))
    assert turn.commands == (Say((Prompt("system.trouble"),)), HangUp("end"))


def test_two_calls_do_not_share_what_they_know() -> None:
    flows = flow(SECRET)
    one, other = Run(flows, "f", "zh"), Run(flows, "f", "zh")
    one.start()
    other.start()
    one.resume(Keys("17"))
    assert other.variables == {}


DETOUR = """
needs: [number]
start: copy
defaults: {no_input: end, invalid: end, exhausted: end, error: failed}
steps:
  copy: {set: {again: =number}, then: sub}
  sub: {call: g, with: {there: =again}, then: {end: back}}
  back: {dial: =back, then: {talked: end, busy: end, no_answer: end, refused: end}}
  failed: {hangup: failed}
"""
THERE = """
needs: [there]
outcomes: {end: [back]}
start: copy
steps:
  copy: {set: {back: =there}, then: end}
"""


@pytest.mark.parametrize("kind", ["secret", "keyed", "usual"])
def test_what_is_secret_or_keyed_in_stays_so_on_every_detour_and_is_not_dialled(kind: str) -> None:
    """The check refuses such flows; should one come past it, the run does."""
    run = Run(flow(DETOUR, g=THERE), "f", "zh", {"number": "5551234"})
    run._frames[0].keep("number", "5551234", secret=kind == "secret", keyed=kind == "keyed")
    last = run.start().commands[-1]
    assert last == (DialNow("5551234") if kind == "usual" else HangUp("failed"))
    assert ("5551234" in run.variables.values()) is (kind != "secret")


def test_a_secret_that_came_past_the_check_is_neither_spoken_nor_raised_nor_shown() -> None:
    text = """
needs: [item, key]
start: a
defaults: {error: failed}
steps:
  a: {say: t.item, then: b}
  b: {notify: happened, with: {fact: =item}, then: end}
  failed: {do: notice.confirm, with: {notice: =item}, then: {confirmed: end, stale: end, error: end}}
"""
    run = Run(flow(text), "f", "zh", {"item": "1234", "key": "1"})
    run._frames[0].keep("item", "1234", secret=True)
    commands = run.start().commands
    assert Say((Prompt("t.item", {"key": "1"}),)) in commands
    assert not any(isinstance(command, Raise) for command in commands)
    assert commands[-1] == Ask("notice.confirm", {"notice": "1234"}, hidden=frozenset({"notice"}))


def test_every_wait_but_the_one_for_keys_wants_an_outcome() -> None:
    text = """
start: d
defaults: {error: end}
steps:
  d: {dial: "8000", then: {talked: end, busy: end, no_answer: n, refused: end}}
  n: {notify: happened, then: end}
"""
    run = Run(flow(text), "f", "zh")
    assert run.start().commands[-1] == DialNow("8000")
    with pytest.raises(FlowMisused, match="Keys is no answer to DialNow"):
        run.resume(Keys("1"))
    assert run.resume(Outcome("no_answer")).commands[-1] == Raise("happened", {})
    with pytest.raises(FlowMisused, match="NoInput is no answer to Raise"):
        run.resume(NoInput())


def test_a_run_tells_its_language_and_pace() -> None:
    text = """
start: a
defaults: {no_input: b, invalid: again, exhausted: end}
steps:
  a: {menu: t.one, keys: {"1": end}}
  b: {language: en, then: c}
  c: {pace: slow, then: d}
  d: {menu: t.one, keys: {"1": end}, first_key: 5, total: 20, no_input: end}
"""
    run = Run(flow(text), "f", "zh")
    run.start()
    assert (run.language, run.slow) == ("zh", False)
    turn = run.resume(NoInput())
    assert (run.language, run.slow) == ("en", True)
    assert [command for command in turn.commands if isinstance(command, Speak)] == [
        Speak("en", False),
        Speak("en", True),
    ]
    assert run.waits_for == turn.commands[-1]
    assert isinstance(run.waits_for, Collect)
    assert (run.waits_for.first_key, run.waits_for.inter_key, run.waits_for.total) == (10, 8, 40)


@pytest.mark.parametrize(
    ("defaults", "own", "heard"),
    [
        ("operator", "", ("system.away", "t.one")),
        ("operator", ", error: told", ("t.one", "t.one")),  # the flow says its own
        ("end", "", ("system.away",)),
    ],
)
def test_of_a_system_that_is_away_the_caller_hears_that_and_what_to_do(
    defaults: str, own: str, heard: tuple[str, ...]
) -> None:
    text = (
        f"start: a\ndefaults: {{no_input: end, invalid: end, exhausted: end, error: {defaults}}}\nsteps:\n"
        "  a: {ask: t.one, as: card_number, then: b}\n"
        "  b: {ask: t.one, as: pin, secret: true, then: c}\n"
        f"  c: {{do: card.check_pin, then: {{right: end, wrong: end, wait: end{own}}}}}\n"
        "  told: {say: t.one, then: operator}\n"
        "  operator: {say: t.one, then: end}\n"
    )
    text = text if own else text.replace("  told: {say: t.one, then: operator}\n", "")
    text = text if defaults == "operator" else text.replace("  operator: {say: t.one, then: end}\n", "")
    for away, first in ((True, heard[0]), (False, heard[0].replace("away", "trouble"))):
        run = Run(flow(text), "f", "zh")
        run.start()
        run.resume(Keys("1"))
        run.resume(Keys("1"))
        turn = run.resume(Outcome("error", away=away))
        said = [prompt.id for command in turn.commands if isinstance(command, Say) for prompt in command.prompts]
        assert tuple(said) == (first, *heard[1:])
