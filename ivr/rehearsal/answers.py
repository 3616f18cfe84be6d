"""Who answers a rehearsed call: the actions, and what lies beyond the line: `dial`, `record`, `notify`, `queue`,
`consult`, `room`. One after the other from a script, or as somebody at the terminal says.

    answers: {registration.check_funds: [error, {short: {balance: 100, fee: 600, currency: CNY}}], dial: busy}
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from actions.action import Action, ActionOutcome, CallFacts, Declared
from hospital.errors import HospitalError
from ivr.call.notes import HIDDEN
from ivr.flow.commands import Value
from ivr.flow.verbs import beyond_the_line
from ivr.rehearsal.moments import Answered, Asked

ERROR = "error"
_NOTHING: frozenset[str] = frozenset()


def declared_beyond() -> dict[str, Declared]:
    """What lies beyond the line by its verb, declared as actions are."""
    return {verb: Declared(name=verb, outcomes=one.outcomes) for verb, one in beyond_the_line().items()}


class NotAnswered(Exception):
    """Nothing says what this comes to."""


class Answers(Protocol):
    """Says what something comes to."""

    def answer(self, asked: Declared, arguments: Mapping[str, Value]) -> ActionOutcome:
        """One of the declared outcomes, or `error`. `arguments` are masked where they are secret.

        Raises `NotAnswered`.
        """


@dataclass
class Script:
    """Answers in order; the last one of each stays. What is not scripted is as `usual`."""

    lines: Mapping[str, Sequence[ActionOutcome]]
    usual: Mapping[str, ActionOutcome] = field(default_factory=dict)
    _given: dict[str, int] = field(default_factory=dict)

    def answer(self, asked: Declared, arguments: Mapping[str, Value]) -> ActionOutcome:
        """As `Answers.answer`."""
        told = self.lines.get(asked.name)
        if told:
            at = self._given.get(asked.name, 0)
            self._given[asked.name] = at + 1
            return told[min(at, len(told) - 1)]
        found = usual(asked, self.usual)
        if found is None:
            raise NotAnswered(f'nothing says which outcome "{asked.name}" has: say it under "answers"')
        return found


def usual(asked: Declared, known: Mapping[str, ActionOutcome]) -> ActionOutcome | None:
    """What something comes to when nobody says it: as it is known, else its first outcome if that sets nothing."""
    found = known.get(asked.name)
    if found is None and (beyond := beyond_the_line().get(asked.name)) is not None:
        found = ActionOutcome(beyond.usual.name, beyond.usual.values)
    if found is None and asked.outcomes and not asked.lists:
        found = ActionOutcome(next(iter(asked.outcomes)))
    if found is None or not asked.outcomes.get(found.name, _NOTHING) <= found.values.keys():
        return None
    return found


def stand_ins(
    declared: Iterable[Declared],
    answers: Answers,
    tell: Callable[[Asked | Answered], None],
    broke: Callable[[NotAnswered], None],
) -> dict[str, Action]:
    """Actions that `answers` answers, in no time, by name."""
    return {one.name: Action.of(one, _answering(one, answers, tell, broke)) for one in declared}


def told(action: Action, tell: Callable[[Asked | Answered], None]) -> Action:
    """`action`, with its question and its answer noted."""

    async def run(arguments: Mapping[str, Value], call: CallFacts) -> ActionOutcome:
        tell(Asked(action.name, masked(action, arguments)))
        try:
            came = await action.run(arguments, call)
        except HospitalError as refused:  # a sentence for whoever tries it, not a fault of the program
            tell(Answered(action.name, ERROR, why=str(refused)))
            return ActionOutcome(ERROR)
        except BaseException:
            tell(Answered(action.name, ERROR))
            raise
        tell(Answered(action.name, came.name, came.values, came.items))
        return came

    return Action.of(action, run)


def masked(action: Declared, arguments: Mapping[str, Value]) -> dict[str, Value]:
    """The arguments as they may be shown."""
    return {name: HIDDEN if name in action.secret else value for name, value in arguments.items()}


def _answering(
    one: Declared, answers: Answers, tell: Callable[[Asked | Answered], None], broke: Callable[[NotAnswered], None]
) -> Callable[[Mapping[str, Value], CallFacts], Any]:
    async def run(arguments: Mapping[str, Value], call: CallFacts) -> ActionOutcome:
        shown = masked(one, arguments)
        tell(Asked(one.name, shown))
        try:
            came = answers.answer(one, shown)
        except NotAnswered as nothing:
            broke(nothing)
            came = ActionOutcome(ERROR)
        tell(Answered(one.name, came.name, came.values, came.items))
        return came

    return run
