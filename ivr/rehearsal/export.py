"""Writes a call down as a flow test, from its moments: those of a tried call, or of a live one (`traced`).

Secret keys stand as placeholders, with a comment.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from ivr.call.notes import HIDDEN
from ivr.flow.commands import Value
from ivr.flow.language import FlowSet, Step
from ivr.flow.verbs.ask import Ask
from ivr.flow.words import SYSTEM
from ivr.rehearsal.caller import Caller
from ivr.rehearsal.flow_test import EditionUnderTest
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
)

SECRET = "secret: not what was pressed"
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*")
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
