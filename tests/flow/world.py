"""What flow tests stand on: a small catalogue, declared actions, and a transcript of a run.

A transcript is a list of lines. `@flow.step` is a step that was entered; `say`, `collect`, `ask`
and `hang up` are commands; a line that begins with `>` is the answer to what was waited for:

    > press 12          > nothing          > right {"card": "17"}          > chosen [{"code": "a"}]
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields

from actions.action import Declared
from hospital.actions import DECLARED
from ivr.flow.commands import (
    Answer,
    Ask,
    Beyond,
    Collect,
    Command,
    Entered,
    HangUp,
    Keys,
    NoInput,
    Outcome,
    Prompt,
    Say,
    Speak,
)
from ivr.flow.language import FlowSet
from ivr.flow.run import Run
from ivr.flow.verbs.consult import ConsultNow
from ivr.flow.verbs.dial import DialNow
from ivr.flow.verbs.notify import Raise
from ivr.flow.verbs.queue import QueueUp
from ivr.flow.verbs.record import RecordNow
from ivr.flow.verbs.room import Join
from ivr.flow.words import SYSTEM
from ivr.numbers.line_actions import DECLARED as LINE_DECLARED


@dataclass(frozen=True)
class FakeTexts:
    """A catalogue of ids with the fields that they name; `missing` are (language, id)."""

    ids: Sequence[str]
    named: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    missing: frozenset[tuple[str, str]] = frozenset()
    languages: Sequence[str] = ("en", "zh")

    @classmethod
    def of(cls, texts: Mapping[str, str | None], missing: Iterable[tuple[str, str]] = ()) -> FakeTexts:
        """From id -> its fields, as `{"t.fee": "fee:money expert.name:name"}`, with the system's texts."""
        named = {
            id: dict(part.split(":") for part in (fields or "").split()) for id, fields in texts.items()
        }
        return cls((*SYSTEM.values(), *texts), named, frozenset(missing))

    def has(self, language: str, id: str) -> bool:
        return id in self.ids and (language, id) not in self.missing

    def fields(self, id: str) -> Mapping[str, str]:
        return self.named.get(id, {})

    def cannot_read(self, id: str, path: str, value: object) -> str:
        return ""

    def keys_named(self, language: str, id: str) -> Sequence[str]:
        return ()

    def length(self, language: str, id: str) -> float:
        return 1.0


def actions(more: Iterable[Declared] = ()) -> dict[str, Declared]:
    """The hospital's declared actions and those that confirm notices, by name."""
    confirm = Declared(
        name="notice.confirm",
        needs=frozenset({"notice"}),
        outcomes={"confirmed": frozenset(), "stale": frozenset()},
    )
    return {one.name: one for one in (*DECLARED, *LINE_DECLARED, confirm, *more)}


def play(
    flows: FlowSet, flow: str, language: str, script: Sequence[str], variables: Mapping[str, object] | None = None
) -> list[str]:
    """Run `flow` with the answers of `script`; gives the whole transcript, answers included."""
    run = Run(flows, flow, language, variables)  # type: ignore[arg-type]
    answers = [line for line in script if line.startswith(">")]
    told = [show(command) for command in run.start().commands]
    for line in answers:
        told.append(line)
        if run.waits_for is None:
            return [*told, "(the call is over)"]
        told.extend(show(command) for command in run.resume(read_answer(line)).commands)
    return told


def read_answer(line: str) -> Answer:
    """A `>` line as an answer."""
    word, _, rest = line.removeprefix(">").strip().partition(" ")
    if word == "press":
        return Keys(rest)
    if word == "nothing":
        return NoInput()
    given = json.loads(rest) if rest else {}
    return Outcome(word, items=tuple(given)) if isinstance(given, list) else Outcome(word, given)


def show(command: Command) -> str:
    """A command as a line."""
    match command:
        case Entered(flow, step):
            return f"@{flow}.{step}"
        case Speak(language, slow):
            return f"speak {language}{' slowly' if slow else ''}"
        case Say(prompts, locked, keep_keys):
            return f"say{' locked' if locked else ''}{' keeping keys' if keep_keys else ''} {_prompts(prompts)}"
        case Collect():
            return f"collect {_prompts(command.prompts)} [{_settings(command)}]"
        case Ask(action, arguments, hidden):
            shown = {name: "****" if name in hidden else value for name, value in arguments.items()}
            return f"ask {action} {_json(shown)}"
        case RecordNow():
            return f"record {_prompts(command.prompts)} [{_others(command)}]"
        case DialNow():
            return f"dial {command.number} {_prompts(command.prompts)} [{_others(command, 'number')}]"
        case Raise(event, facts):
            return f"raise {event} {_json(facts)}"
        case QueueUp():
            return f"queue {command.queue} {_prompts(command.prompts)} [{_others(command, 'queue')}]"
        case ConsultNow(service, card, prompts):
            return f"consult {service} {card} {_prompts(prompts)}"
        case Join():
            return f"join {command.room} {_prompts(command.prompts)} [{_others(command, 'room')}]"
        case Beyond():
            return f"{command.verb} {_json(command.asked())} {_prompts(command.prompts)}"
        case HangUp(outcome):
            return f"hang up {outcome}"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _prompts(prompts: Iterable[Prompt]) -> str:
    shown = []
    for prompt in prompts:
        values = ", ".join(f"{name}={json.dumps(value, ensure_ascii=False)}" for name, value in prompt.values.items())
        shown.append(f"{prompt.id}({values})" if values else prompt.id)
    return " + ".join(shown)


def _settings(command: Collect) -> str:
    usual = Collect(())
    parts = ["".join(sorted(command.single, key=lambda key: (len(key), key)))] if command.maximum == 1 else [
        ",".join(sorted(command.single, key=lambda key: (len(key), key)))
    ]
    parts.extend(
        f"{each.name}={value}"
        for each in fields(command)
        if each.name not in {"prompts", "single"}
        and (value := getattr(command, each.name)) != getattr(usual, each.name)
    )
    return " ".join(part for part in parts if part)


def _others(command: RecordNow | DialNow | QueueUp | Join, *told: str) -> str:
    """What differs from the usual settings."""
    return " ".join(
        f"{each.name}={value}"
        for each in fields(command)
        if each.name not in {"prompts", *told} and (value := getattr(command, each.name)) != each.default
    )
