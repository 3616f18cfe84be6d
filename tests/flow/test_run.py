"""What holds for every run, whatever the flow: it ends, it keeps secrets, it refuses what makes no sense."""

from __future__ import annotations

import pytest

from ivr.flow.commands import Ask, HangUp, Keys, NoInput, Outcome, Prompt, Say
from ivr.flow.language import FlowSet
from ivr.flow.load import load_sources
from ivr.flow.mistakes import FlowMisused
from ivr.flow.run import MOST_SILENCES, MOST_STEPS, Run
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
