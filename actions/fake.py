"""Actions that answer as a test says, and remember what they were asked."""

from __future__ import annotations

from collections.abc import Coroutine, Iterable, Iterator, Mapping
from typing import Any

from actions.action import Action, ActionOutcome, Ask, CallFacts, Declared, Value


class NotScripted(Exception):
    """The test gave no outcome for this action, or one that it does not declare."""


class FakeActions(Mapping[str, Action]):
    """The mapping that conversations take. Outcomes are given in order; the last one given stays.

    `asked` holds (name, arguments) in order; arguments are as they came, secrets too.
    """

    def __init__(self, declared: Iterable[Declared]) -> None:
        self.asked: list[tuple[str, dict[str, Value]]] = []
        self._outcomes: dict[str, list[ActionOutcome]] = {}
        self._actions = {one.name: Action.of(one, self._answering(one.name)) for one in declared}

    def answers(self, name: str, *outcomes: ActionOutcome | str) -> None:
        """Answer the next calls of `name` with these, one after the other. `error` makes the action raise."""
        for given in outcomes:
            outcome = ActionOutcome(given) if isinstance(given, str) else given
            sets = self._actions[name].outcomes.get(outcome.name)
            if sets is None and outcome.name != "error":
                raise NotScripted(f"{name} has no outcome {outcome.name!r}")
            if unknown := set(outcome.values) - (sets or frozenset()):
                raise NotScripted(f"{name} does not set {sorted(unknown)} when it is {outcome.name!r}")
            self._outcomes.setdefault(name, []).append(outcome)

    def __getitem__(self, name: str) -> Action:
        return self._actions[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._actions)

    def __len__(self) -> int:
        return len(self._actions)

    def _answering(self, name: str) -> Ask:
        def run(arguments: Mapping[str, Value], call: CallFacts) -> Coroutine[Any, Any, ActionOutcome]:
            return self._answer(name, arguments)

        return run

    async def _answer(self, name: str, arguments: Mapping[str, Value]) -> ActionOutcome:
        self.asked.append((name, dict(arguments)))
        left = self._outcomes.get(name)
        if not left:
            raise NotScripted(f"{name} was asked, and the test did not say what it comes to")
        outcome = left.pop(0) if len(left) > 1 else left[0]
        if outcome.name == "error":
            raise NotScripted(f"{name} fails, as the test wants")
        return outcome
