"""Any flow, walked in any way: what the check lets pass goes on to a wait or to the end of the call, tells a secret
to nothing but an action that keeps it, and dials nothing that a caller keyed in."""

from __future__ import annotations

import json
from collections import Counter
from random import Random
from typing import Any

from hypothesis import event, given, settings
from hypothesis import strategies as st

from forms.errors import FilesBroken
from ivr.flow.commands import Ask, Command, Entered, HangUp, Speak
from ivr.flow.language import FlowSet
from ivr.flow.load import load_sources
from ivr.flow.run import Run
from ivr.flow.verbs import VERBS
from ivr.flow.verbs.dial import DialNow
from tests.flow.any_flow import ACTIONS, KEYED, SECRET, TEXTS, any_answer, any_flow, as_source
from tests.flow.world import actions, show


def load(*flows: dict[str, Any]) -> FlowSet:
    names = ("f", "inner")
    sources = {f"{name}.yaml": as_source(flow) for name, flow in zip(names, flows, strict=False)}
    return load_sources(sources, TEXTS, actions(ACTIONS), later=True)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32))
def test_no_walk_through_any_flow_that_loads_tells_a_secret_or_gets_stuck(seed: int) -> None:
    chance = Random(seed)
    inner = any_flow(chance)
    outer = any_flow(chance, "inner" if "end" in inner["outcomes"] else "")
    try:
        flows = load(outer, inner)
    except FilesBroken as wrong:
        event(f"refused: {sorted({mistake.code for mistake in wrong.mistakes})}")
        return
    event("loaded")
    for _ in range(5):
        walk(flows, {"f": outer, "inner": inner}, chance)


def walk(flows: FlowSet, written: dict[str, dict[str, Any]], chance: Random) -> Counter[str]:
    """One call; gives the verbs that it met."""
    run = Run(flows, "f", "zh", {"who": "8000"})
    turn = run.start()
    language, slow, verb = "zh", False, ""
    met: Counter[str] = Counter()
    for _ in range(200):
        for command in turn.commands:
            assert not tells(command), command
            match command:
                case Entered(flow, step):
                    verb = next(key for key in written[flow]["steps"][step] if key in VERBS)
                    met[verb] += 1
                case DialNow(number):
                    assert number != KEYED
                case Speak(spoken, slowly):
                    assert (spoken, slowly) != (language, slow)
                    language, slow = spoken, slowly
        assert (run.language, run.slow) == (language, slow)
        assert SECRET not in json.dumps(dict(run.variables))
        last = turn.commands[-1]
        assert run.waits_for is (None if isinstance(last, HangUp) else last)
        if isinstance(last, HangUp):
            return met
        turn = run.resume(any_answer(chance, last, verb))
    raise AssertionError("steps that only lead on did not come to an end")


def tells(command: Command) -> bool:
    """Whether secret digits are anywhere in it but in hidden arguments of an action."""
    if isinstance(command, Ask):
        return SECRET in json.dumps({k: v for k, v in command.arguments.items() if k not in command.hidden})
    return SECRET in repr(command) or SECRET in show(command)
