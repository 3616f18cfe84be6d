"""Flows that nobody would write: any verbs in any order, by chance. Steps lead on only, so that every walk ends."""

from __future__ import annotations

import json
from collections.abc import Mapping
from random import Random
from typing import Any

from actions.action import Declared
from ivr.flow.commands import Answer, Ask, Collect, Command, Keys, NoInput, Outcome
from tests.flow.world import FakeTexts

SECRET = "739184"
KEYED = "5551234"
NAMES = ("pin", "keyed", "a", "b", "who")
TEXTS = FakeTexts.of({"t.plain": None, "t.rate": "b:money", **{f"t.{name}": f"{name}:name" for name in NAMES}})
ACTIONS = [
    Declared(
        name="x.look",
        needs=frozenset({"pin"}),
        outcomes={"found": frozenset({"who"}), "none": frozenset()},
        secret=frozenset({"pin"}),
        identifies=frozenset({"found"}),
    ),
    Declared(name="x.open", needs=frozenset({"who"}), outcomes={"done": frozenset()}),
    Declared(
        name="x.list",
        needs=frozenset({"pin"}),
        outcomes={"chosen": frozenset(), "none": frozenset()},
        secret=frozenset({"pin"}),
        lists=True,
    ),
]
OUTCOMES = {
    "do": ("found", "none"),
    "choose": ("chosen", "none"),
    "record": ("recorded", "silent"),
    "dial": ("talked", "busy", "no_answer", "refused"),
    "notify": ("raised",),
    "queue": ("served", "timed_out", "full", "closed", "left"),
    "consult": ("finished", "short", "nobody", "broken_off"),
    "room": ("left", "full", "closed"),
}
"""Verb -> what it can come to but `error`."""


def any_flow(chance: Random, callee: str = "") -> dict[str, Any]:
    """A flow of up to 20 steps. Now and then it does what it must not: tells a secret, dials what was keyed in."""
    steps: dict[str, dict[str, Any]] = {
        "s0": {"ask": "t.plain", "as": "pin", "secret": True, "min": 6, "max": 6, "then": "s1"},
        "s1": {"ask": "t.plain", "as": "keyed", "min": 2, "then": "s2"},
        "s2": {"do": "x.look", "then": {"found": "s3", "none": "over"}},
        "s3": {"set": {"a": "1", "b": 2}, "then": "s4"},
        "s4": {"say": "t.rate", "tells": "rate", "locked": True, "then": "s5"},
        "s5": {"menu": "t.plain", "keys": {"1": "s6", "2": "over"}, "consent": "1"},
        "s6": {"say": "t.plain", "tells": "recording", "locked": True, "then": "s7"},
    }
    first, last = len(steps), len(steps) + chance.randint(2, 12)
    for number in range(first, last):
        onward = [*(f"s{later}" for later in range(number + 1, last)), "over", "end"]
        steps[f"s{number}"] = _step(chance, onward[:3] if chance.random() < 0.8 else onward, callee)
    flow: dict[str, Any] = {
        "title": "any",
        "needs": ["who"],
        "start": "s0",
        "defaults": {"no_input": "again", "invalid": "again", "exhausted": "over", "error": "over", "operator": "over"},
        "steps": {},
    }
    waiting = ["s0", "over"]
    steps["over"] = {"hangup": "over"}
    while waiting:  # a step that is never reached would be a mistake of its own
        name = waiting.pop()
        if name in steps and name not in flow["steps"]:
            flow["steps"][name] = steps[name]
            waiting.extend(_targets(steps[name]))
    if any("end" in _targets(step) or "return" in step for step in flow["steps"].values()):
        flow["outcomes"] = {"end": chance.sample(["who", "a", "keyed"], chance.randint(0, 2))}
        if chance.random() < 0.05:
            flow["outcomes"]["end"].append("pin")
    else:
        flow["outcomes"] = {}
    return flow


def _targets(step: Mapping[str, Any]) -> list[str]:
    found = [step["else"]] if "else" in step else []
    for key in ("then", "keys"):
        there = step.get(key, [])
        found.extend([there] if isinstance(there, str) else there.values() if isinstance(there, dict) else there)
    found.extend(case["then"] for case in step.get("when", ()))
    return found


def _step(chance: Random, onward: list[str], callee: str) -> dict[str, Any]:
    def name() -> str:
        return chance.choice(["pin", "keyed"] if chance.random() < 0.04 else ["who", "a", "b"])

    def text() -> str:
        return chance.choice(["t.plain", f"t.{name()}"])

    def to(*outcomes: str) -> dict[str, str]:
        return {outcome: chance.choice(onward) for outcome in outcomes}

    def where(fixed: str) -> str:
        return chance.choice([fixed, "=" + name()])

    verb = chance.choice([*VERBS_HERE, *(["call"] if callee else [])])
    then = chance.choice(onward)
    outcomes = {"then": to(*OUTCOMES[verb])} if verb in OUTCOMES else {}
    match verb:
        case "say":
            return {"say": text(), "locked": chance.choice([True, False, "keep"]), "then": then}
        case "menu":
            return {"menu": text(), "keys": to("1", "2"), "confirm": chance.random() < 0.5}
        case "ask":
            return {"ask": text(), "as": chance.choice(["keyed", "x"]), "min": chance.randint(1, 3), "then": then}
        case "choose":
            return {"choose": "x.list", "each": text(), "as": chance.choice(["a", "who"]), **outcomes}
        case "do" if chance.random() < 0.5:
            return {"do": "x.open", "with": {"who": "=" + name()}, "then": to("done")}
        case "do":
            return {"do": "x.look", **outcomes}
        case "when":
            return {"when": [{"if": 'string(b) == "2"', "then": then}], "else": chance.choice(onward)}
        case "set":
            return {"set": {chance.choice(["a", "b", "who", "x"]): "=" + name()}, "then": then}
        case "language":
            return {"language": where("en"), "then": then}
        case "pace":
            return {"pace": where("slow"), "then": then}
        case "record":
            return {"record": text(), "as": chance.choice(["a", "b"]), **outcomes}
        case "dial":
            return {"dial": where("8000"), **outcomes}
        case "notify":
            return {"notify": "happened", "with": {"fact": "=" + name()}, **outcomes}
        case "queue" | "room":
            return {verb: where("desk"), **outcomes}
        case "consult":
            return {"consult": "expert", "card": "=" + name(), **outcomes}
        case "call":
            return {"call": callee, "with": {"who": "=" + name()}, "then": to("end")}
        case "hangup":
            return {"hangup": "done"}
        case _:
            return {"return": "end"}


VERBS_HERE = (
    *("say", "menu", "ask", "choose", "do", "when", "set", "language", "pace", *OUTCOMES),
    *("hangup", "return"),
)


def any_answer(chance: Random, wait: Command, verb: str) -> Answer:
    """Something that may come back: keys, now and then nothing, one of the outcomes, an error."""
    if isinstance(wait, Collect):
        if wait.secret:
            return Keys(SECRET)
        fitting = [Keys(KEYED)] if wait.minimum > 1 or wait.maximum > 1 else [Keys("1")] * 2 + [Keys("2")]
        return chance.choice([*fitting * 4, Keys("0"), Keys("*"), Keys("7"), NoInput()])
    values = {
        "who": chance.choice(["8000", "en", "slow", {"name": "x"}]),
        "recording": {"id": "r1", "seconds": 3},
        "seconds": 3,
        "agent": "anna",
        "charged": 1,
        "currency": "CNY",
    }
    possible = ("done",) if isinstance(wait, Ask) and wait.action == "x.open" else OUTCOMES[verb]
    outcome = "error" if chance.random() < 0.1 else possible[0] if chance.random() < 0.5 else chance.choice(possible)
    return Outcome(outcome, values, ({"name": "x", "number": "8000"},))


def as_source(flow: Mapping[str, Any]) -> bytes:
    """The flow as a file: JSON is YAML, too."""
    return json.dumps(flow).encode()
