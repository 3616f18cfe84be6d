"""Who answers a tried call where the demo hospital does not: what was said beforehand (`--answer`), else whoever tries
it, asked in the terminal."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence

import click

from actions.action import ActionOutcome, Declared
from forms.report import did_you_mean
from hospital.usual import USUAL_VARIABLES
from ivr.flow.commands import Value
from ivr.rehearsal.answers import ERROR, declared_beyond, usual
from ivr.rehearsal.flow_test import EditionUnderTest


class _NotSaid(Exception):
    """What was typed is not an answer; the message says why."""


class Asking:
    """Gives in order the answers that were said beforehand, the last one again and again; else whoever tries the call
    is asked.

    `said`: `dial=busy`, `dial=talked seconds=90`, several of one name one after the other. Raises `UsageError` for
    what can never be answered so.
    """

    def __init__(self, stage: EditionUnderTest, ask: Callable[[str], str | None], said: Sequence[str] = ()) -> None:
        self._stage = stage
        self._ask = ask
        self._said: dict[str, list[ActionOutcome]] = {}
        asked = {**stage.declared, **declared_beyond()}
        for one in said:
            name, equals, line = one.partition("=")
            if not equals or not line.strip():
                raise click.UsageError(f'an answer is written NAME=OUTCOME, such as dial=busy, not "{one}"')
            if name not in asked:
                raise click.UsageError(f'nothing called "{name}" is asked{did_you_mean(name, asked)}')
            try:
                self._said.setdefault(name, []).append(self._read(asked[name], line))
            except _NotSaid as wrong:
                raise click.UsageError(f"{one}: {wrong}") from wrong

    @property
    def scripted(self) -> frozenset[str]:
        """What is answered as was said beforehand."""
        return frozenset(self._said)

    def answer(self, asked: Declared, arguments: Mapping[str, Value]) -> ActionOutcome:
        """As `Answers.answer`: the outcome's name and, where they differ from the usual, its values."""
        said = self._said.get(asked.name)
        if said:
            return said.pop(0) if len(said) > 1 else said[0]
        best = usual(asked, self._stage.usual)
        default = f" [{best.name}]" if best is not None else ""
        question = f"    which outcome has {asked.name}: {', '.join(_outcomes(asked))}?{default} "
        while (line := self._ask(question)) is not None:
            if not line and best is not None:
                return best
            try:
                return self._read(asked, line or ERROR)
            except _NotSaid as wrong:
                click.echo(f"    {wrong}")
        return best or ActionOutcome(ERROR)

    def _read(self, asked: Declared, line: str) -> ActionOutcome:
        name, *pairs = line.split()
        if name not in _outcomes(asked):
            raise _NotSaid(f'it has no outcome "{name}"{did_you_mean(name, _outcomes(asked))}')
        best = usual(asked, self._stage.usual)
        known = best if best is not None and best.name == name else ActionOutcome(name)
        try:
            given = {**known.values, **values(tuple(pairs))}
        except click.UsageError as wrong:
            raise _NotSaid(wrong.message) from wrong
        lacking = sorted(asked.outcomes.get(name, frozenset()) - given.keys())
        if lacking:
            raise _NotSaid(f"{name} also sets: {' '.join(f'{one}=...' for one in lacking)}")
        return ActionOutcome(name, given, known.items)


def _outcomes(asked: Declared) -> list[str]:
    return [*asked.outcomes, ERROR]


def values(pairs: tuple[str, ...]) -> dict[str, Value]:
    """NAME=VALUE; a value that is JSON (a number, true, {...}) is that, else a text. Digits in quotes are a text."""
    found: dict[str, Value] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not name or not equals:
            raise click.UsageError(f'a value is written NAME=VALUE, not "{pair}"')
        try:
            found[name] = json.loads(value)
        except ValueError:
            found[name] = value
        if isinstance(found[name], int) and name in USUAL_VARIABLES and isinstance(USUAL_VARIABLES[name], str):
            found[name] = value  # a card's number, a bed
    return found
