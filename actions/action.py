"""What an action is: its declaration, what is known of the call that asks, its outcome.

Flows name actions; the rooms that carry them out declare them beside their rules (`hospital.cards.actions`,
`hospital.clinic.actions`, `ivr.numbers.line_actions`, `notify.notices.actions`).
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias

from forms.value import Value as Value  # named by all who carry actions out


@dataclass(frozen=True, slots=True)
class CallFacts:
    """What is known of the call that asks. `now` is when the call began, aware UTC; actions have their own clock."""

    call_id: str
    caller: str
    """The number that calls, as the network gave it; empty when withheld. Not to be trusted as an identity."""
    language: str
    now: datetime


@dataclass(frozen=True, slots=True)
class ActionOutcome:
    """What an action came to: one of its declared outcomes, the variables that it sets, the items of a list."""

    name: str
    values: Mapping[str, Value] = field(default_factory=dict)
    items: tuple[Mapping[str, Value], ...] = ()


Ask: TypeAlias = Callable[[Mapping[str, Value], CallFacts], Coroutine[Any, Any, ActionOutcome]]
"""What carries an action out. Raises when it cannot; whoever asks turns that into the flow's `error`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """What a flow may know of an action. It asks by name and by outcome; who carries it out is not its business."""

    name: str
    """As flows write it: `registration.book_general`."""
    needs: frozenset[str] = frozenset()
    """Its arguments, all required: each is given under `with`, or is the variable of the same name."""
    outcomes: Mapping[str, frozenset[str]]
    """Outcome -> the variables that it sets. `error` is always possible and needs no declaring."""
    lists: bool = False
    """Whether it gives a list for `choose`; its outcomes are then `chosen` and `none`."""
    secret: frozenset[str] = frozenset()
    """Arguments that no log and no trace may show."""
    identifies: frozenset[str] = frozenset()
    """Outcomes after which it is known who listens: a login."""
    private: frozenset[str] = frozenset()
    """Variables that it sets and that are nobody's business but the patient's: never told to whoever picks up."""
    examples: Mapping[str, Value] = field(default_factory=dict)
    """Variable that it sets -> an example of what it holds, for the check of what flows do with it."""
    item: Mapping[str, Value] | None = None
    """An example of what its list holds."""
    usual: ActionOutcome | None = None
    """Its outcome on a good day, for rehearsed calls and flow tests that do not say it themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Action(Declared):
    """A declared action with what carries it out."""

    run: Ask

    @classmethod
    def of(cls, declared: Declared, run: Ask) -> Action:
        """`declared`, carried out by `run`."""
        return cls(
            name=declared.name,
            needs=declared.needs,
            outcomes=declared.outcomes,
            lists=declared.lists,
            secret=declared.secret,
            identifies=declared.identifies,
            private=declared.private,
            examples=declared.examples,
            item=declared.item,
            usual=declared.usual,
            run=run,
        )
