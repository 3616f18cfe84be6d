"""Writes a call down as a flow test: a tried call from its moments, a live one from the events of its trace.

Secret keys stand as placeholders, with a comment. A trace holds no values that were never spoken or asked with: those
are taken from where they turn up later in the call, else from the good day (`EditionUnderTest.usual`). What is secret
or private always is, so that no patient's data gets into a test.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from ivr.call.notes import HIDDEN
from ivr.flow.commands import Prompt, Value
from ivr.flow.language import FlowSet, Step
from ivr.flow.verbs import beyond_the_line
from ivr.flow.verbs.ask import Ask
from ivr.flow.words import SYSTEM
from ivr.record.call_records import CallRecord
from ivr.rehearsal.answers import declared_beyond, usual
from ivr.rehearsal.call import Caller
from ivr.rehearsal.moments import (
    Answered,
    Asked,
    Collected,
    Ended,
    Entered,
    Moment,
    Pressed,
    Said,
    Saying,
    Speaks,
    What,
)
from ivr.rehearsal.test_file import EditionUnderTest
from ivr.rehearsal.voice import TALK

SECRET = "secret: not what was pressed"
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*")
_ELSE: Mapping[str, Value] = {"seconds": 60, "card": "100001"}
_LIKE_OTHERS = {"true", "false", "null", "yes", "no", "on", "off"}


def as_test(name: str, caller: Caller, moments: Sequence[Moment], house: EditionUnderTest) -> str:
    """The call as a file of one test (`ivr.rehearsal.test_file`). Further lines of `name` are a comment."""
    lines = [f"# {line}" for line in name.splitlines()[1:]]
    lines += [f"flow: {caller.flow}", f"language: {caller.language}", f"caller: {_written(caller.number)}"]
    lines.append(f'at: "{caller.at.astimezone(house.zone):%Y-%m-%d %H:%M}"')
    if caller.variables:
        lines.append(f"variables: {_written(dict(caller.variables))}")
    lines += ["tests:", f"  {_written(name.splitlines()[0])}:"]
    answers = _answers(moments)
    if answers:
        lines.append("    answers:")
        for asked, each in answers.items():
            if len(each) == 1:
                lines.append(f"      {asked}: {each[0]}")
            else:
                lines.append(f"      {asked}:")
                lines.extend(f"        - {one}" for one in each)
    lines.append("    call:")
    lines.extend(f"      {line}" for line in _Lines(house.flows, moments).lines())
    return "\n".join(lines) + "\n"


def _answers(moments: Iterable[Moment]) -> dict[str, list[str]]:
    """What each was answered, in order; the last one stays, so its repetitions are left out."""
    found: dict[str, list[str]] = {}
    for moment in moments:
        if isinstance(moment.what, Answered):
            found.setdefault(moment.what.name, []).append(_answer(moment.what))
    for each in found.values():
        while len(each) > 1 and each[-1] == each[-2]:
            each.pop()
    return found


def _answer(came: Answered) -> str:
    if came.items:
        return f"{{{came.outcome}: {_written([dict(item) for item in came.items])}}}"
    return f"{{{came.outcome}: {_written(dict(came.values))}}}" if came.values else came.outcome


class _Lines:
    """The lines of a call."""

    def __init__(self, flows: FlowSet, moments: Sequence[Moment]) -> None:
        self._flows = flows
        self._moments = [one for one in moments if not isinstance(one.what, Pressed)]
        self._step: Step | None = None

    def lines(self) -> Iterator[str]:
        for number, moment in enumerate(self._moments):
            yield from self._line(number, moment)

    def _line(self, number: int, moment: Moment) -> Iterator[str]:
        match moment.what:
            case Entered(flow, step):
                self._step = self._flows.flows[flow].steps.get(step) if flow in self._flows.flows else None
            case Saying(_, prompts) if not self._said_anew(number):
                ids = [id for id, _ in groupby(prompt.id for prompt in prompts)]
                yield f"- says: {ids[0] if len(ids) == 1 else '[' + ', '.join(ids) + ']'}"
            case Speaks(language, slow):
                before = [one.what for one in self._moments[:number] if isinstance(one.what, Speaks | Saying)]
                if not before or before[-1].language != language:
                    yield f"- speaks: {language}"
                if not before or before[-1].slow is not slow:
                    yield f"- speaks: {'slow' if slow else 'usual'}"
            case Asked(name, arguments):
                yield f"- asks: {name}"
                shown = {key: value for key, value in arguments.items() if _tellable(value)}
                if shown:
                    yield f"  with: {_written(shown)}"
            case Collected(None):
                yield "- press: nothing"
            case Collected(str(keys)):
                yield from self._press(number, keys)
            case Ended(outcome):
                if outcome == "hung_up":
                    yield from ("- hang_up: true", *self._after(number))
                yield f"- ends: {outcome}"

    def _said_anew(self, number: int) -> bool:
        """Whether a confirmation begins again because of a key that came too soon."""
        before = [one.what for one in self._moments[max(0, number - 2) : number]]
        this = self._moments[number].what
        return (
            len(before) == 2
            and isinstance(before[0], Saying)
            and isinstance(this, Saying)
            and isinstance(before[1], Said)
            and not before[1].whole
            and before[0].prompts == this.prompts
        )

    def _press(self, number: int, keys: str) -> Iterator[str]:
        secret = keys == HIDDEN
        pressed = self._placeholder(number) if secret else keys + self._ending(keys)
        yield f'- press: "{pressed}"{"      # " + SECRET if secret else ""}'
        yield from self._after(number)
        if not secret and self._open_end(keys):
            yield "- press: nothing"  # no key ends these digits: the time does

    def _after(self, number: int) -> Iterator[str]:
        """How far into a text, or into what went on else, something was done; nothing when the line was waiting."""
        at = self._moments[number].at
        for moment in reversed(self._moments[:number]):
            match moment.what:
                case Said(_, whole, skipped):
                    if whole:
                        return
                    if skipped:
                        yield "  after: 0s"
                        return
                case Saying():
                    yield f"  after: {max(0.0, at - moment.at):g}s"
                    return
                case Collected() | Asked() | Answered():
                    yield f"  after: {max(0.0, at - moment.at):g}s"
                    return

    def _ending(self, keys: str) -> str:
        """The key that ended the input."""
        step = self._step
        if isinstance(step, Ask):
            whole = len(keys) >= step.maximum or (keys.endswith("*") and step.end_key != "*")
            return "" if whole else step.end_key
        leads = getattr(step, "keys", {})
        return "#" if any(key != keys and key.startswith(keys) for key in leads) else ""

    def _open_end(self, keys: str) -> bool:
        step = self._step
        return isinstance(step, Ask) and not step.end_key and len(keys) < step.maximum and not keys.endswith("*")

    def _placeholder(self, number: int) -> str:
        """Keys that lead where the secret ones led."""
        step = self._step
        if not isinstance(step, Ask):
            return "1"
        for moment in self._moments[number + 1 :]:
            match moment.what:
                case Saying(_, prompts) if prompts[0].id == SYSTEM["invalid"]:
                    return step.end_key or "*"
                case Saying(_, prompts) if [one.id for one in prompts] == [text.text for text in step.words.texts]:
                    return "*"
                case Entered(_, entered):
                    missed = (step.input.no_input, step.input.invalid, step.input.exhausted)
                    person = step.input.operator
                    if entered == step.then.name:
                        break
                    if person is not None and entered == person.name and step.minimum > 1:
                        return f"0{step.end_key}"
                    if entered in {target.name for target in missed if target is not None}:
                        return step.end_key or "*"
                    break
                case Saying() | Asked():
                    break
        digits = "1" * step.minimum
        return digits if step.minimum == step.maximum else digits + step.end_key


# A live call


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
        same = known.values.get(one) if known is not None and known.name == outcome else None
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


# As YAML


def _tellable(value: Value) -> bool:
    return isinstance(value, str | int | float | bool) and value != HIDDEN


def _written(value: Value) -> str:
    """A value in YAML's one-line form."""
    match value:
        case float():
            return str(round(value))  # seconds and the like; the files know whole numbers only
        case dict():
            return "{" + ", ".join(f"{_written(key)}: {_written(one)}" for key, one in value.items()) + "}"
        case list():
            return "[" + ", ".join(_written(one) for one in value) + "]"
        case str() if _PLAIN.fullmatch(value) and value.lower() not in _LIKE_OTHERS:
            return value
    return json.dumps(value, ensure_ascii=False)
