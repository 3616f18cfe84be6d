"""A live call's trace, read as the moments of a rehearsed one, so that it can become a flow test.

A trace holds no values that were never spoken or asked with: those are taken from where they turn up later in the call,
else from the good day (`EditionUnderTest.usual`). What is secret or private always is, so that no patient's data gets
into a test.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ivr.call.notes import HIDDEN
from ivr.flow.commands import Prompt, Value
from ivr.flow.verbs import beyond_the_line
from ivr.record.call_records import CallRecord
from ivr.rehearsal.answers import declared_beyond, usual
from ivr.rehearsal.caller import Caller
from ivr.rehearsal.flow_test import EditionUnderTest
from ivr.rehearsal.moments import Answered, Asked, Collected, Ended, Entered, Moment, Said, Saying, Speaks, What
from ivr.rehearsal.voice import TALK

_ELSE: Mapping[str, Value] = {"seconds": 60, "card": "100001"}


@dataclass
class _Traced:
    """A trace being read."""

    record: CallRecord
    house: EditionUnderTest
    moments: list[Moment] = field(default_factory=list)
    language: str = ""
    slow: bool = False
    turned: bool = False
    """The language or the pace changed, and nothing was said since."""

    def at(self, event: int) -> float:
        began = self.record.answered_at or self.record.began_at
        return round((self.record.events[event].at - began).total_seconds(), 1)

    def add(self, event: int, *what: What) -> None:
        self.moments.extend(Moment(self.at(event), one) for one in what)


def of_record(record: CallRecord, house: EditionUnderTest) -> tuple[Caller, list[Moment]]:
    """A live call as its caller (without his number) and its moments. What a trace does not hold is filled in."""
    traced = _Traced(record, house, language=record.language)
    for number, event in enumerate(record.events):
        _read(traced, number, event.kind, event.detail)
    flow = house.flows.flows.get(record.flow)
    needs = [need.text for need in flow.needs] if flow is not None else []
    begun = (event.detail["variables"] for event in record.events if event.kind == "given")
    given: Mapping[str, Value] = next(begun, {})
    hidden = _hidden(house)
    variables = {
        need: given[need] if need in given and need not in hidden else _value(need, record, 0, house) for need in needs
    }
    caller = Caller(record.flow, record.language, variables, at=record.began_at.astimezone(house.zone))
    return caller, traced.moments


def _read(traced: _Traced, number: int, kind: str, detail: Mapping[str, Any]) -> None:
    match kind:
        case "step":
            traced.add(number, Entered(detail["flow"], detail["step"]))
        case "speak":
            traced.turned = True  # noted where it is heard
            traced.language, traced.slow = detail["language"], bool(detail["slow"])
        case "prompt":
            prompts = tuple(Prompt(one["id"], one.get("values", {})) for one in detail["prompts"])
            if any(prompt.id == TALK for prompt in prompts):
                return
            if detail.get("skipped"):
                traced.add(number, Said(prompts, whole=False, skipped=True))
                return
            if traced.turned:
                traced.turned = False
                traced.add(number, Speaks(traced.language, traced.slow))
            # A trace has the end of a play; the play began when the thing before it was over.
            traced.add(max(0, number - 1), Saying(traced.language, prompts, "", traced.slow))
            traced.add(number, Said(prompts, bool(detail.get("heard"))))
        case "keys":
            traced.add(number, Collected(detail["keys"]))
        case "no_input":
            traced.add(number, Collected(None))
        case "action":
            _read_action(traced, number, detail)
        case _ if kind in beyond_the_line():
            traced.add(number, Asked(kind, {}), _answered(traced, number, kind, str(detail.get("outcome", "error"))))
        case "ended":
            traced.add(number, Ended(str(detail.get("outcome", "")) or "hung_up"))


def _read_action(traced: _Traced, number: int, detail: Mapping[str, Any]) -> None:
    hidden = _hidden(traced.house)
    arguments = {key: value for key, value in detail["arguments"].items() if key not in hidden}
    asked = Asked(detail["action"], arguments)
    traced.add(number, asked, _answered(traced, number, detail["action"], detail["outcome"]))


def _answered(traced: _Traced, number: int, name: str, outcome: str) -> Answered:
    house = traced.house
    declared = {**house.declared, **declared_beyond()}.get(name)
    if declared is None or outcome not in declared.outcomes:
        return Answered(name, outcome)
    if declared.lists and outcome == "chosen":
        return Answered(name, outcome, items=_items(traced.record, number) or _usual_items(house, name))
    known = usual(declared, house.usual)
    values: dict[str, Value] = {}
    for one in sorted(declared.outcomes[outcome]):
        usually = known.values if known is not None and known.name == outcome else declared.examples
        same = usually.get(one)
        values[one] = _value(one, traced.record, number, house, same)
    return Answered(name, outcome, values)


def _items(record: CallRecord, number: int) -> tuple[Mapping[str, Value], ...]:
    """The list that was read out after an action."""
    found: dict[str, Mapping[str, Value]] = {}
    for event in record.events[number + 1 :]:
        if event.kind in ("action", "keys"):
            break
        for prompt in event.detail.get("prompts", ()):
            item = prompt.get("values", {}).get("item")
            if isinstance(item, dict):
                found.setdefault(json.dumps(item, sort_keys=True), item)
    return tuple(found.values())


def _usual_items(house: EditionUnderTest, name: str) -> tuple[Mapping[str, Value], ...]:
    return house.usual[name].items if name in house.usual else ()


def _value(name: str, record: CallRecord, number: int, house: EditionUnderTest, same: Value = None) -> Value:
    """A variable as it turns up later in the call, unless it is nobody's business; else as on a good day."""
    if name not in _hidden(house):
        for event in record.events[number:]:
            detail = event.detail
            places = [
                detail.get("values", {}),
                detail.get("arguments", {}),
                *(one.get("values", {}) for one in detail.get("prompts", ())),
            ]
            for values in places:
                if name in values and values[name] != HIDDEN:
                    found: Value = values[name]
                    return found
    if same is not None:
        return same
    for one in house.usual.values():
        if name in one.values:
            return one.values[name]
    return _ELSE.get(name, f"({name})")


def _hidden(house: EditionUnderTest) -> frozenset[str]:
    """Variables and arguments that are somebody's own."""
    every = (declared.secret | declared.private for declared in house.declared.values())
    return frozenset({"card"}).union(*every)
