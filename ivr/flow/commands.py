"""What the interpreter asks to be done and what may come back.

Plain values: the live call, the terminal, flow tests and the web preview each carry them
out in their own way. Time is in seconds; keys and digits are strings.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, TypeAlias

from forms.value import Value as Value  # what a variable may hold, named by all who read commands


@dataclass(frozen=True, slots=True)
class Prompt:
    """One catalogue text with the values it names."""

    id: str
    values: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entered:
    """Trace: the run entered a step of a flow."""

    flow: str
    step: str


@dataclass(frozen=True, slots=True)
class Say:
    """Play prompts in order. A key interrupts unless `locked`; the key is kept for the next input."""

    needs_caller: ClassVar[bool] = True
    prompts: tuple[Prompt, ...]
    locked: bool = False
    keep_keys: bool = False
    """Of a locked one: keys pressed while it plays count for the next input instead of being dropped."""


@dataclass(frozen=True, slots=True)
class Speak:
    """From here on texts are spoken in `language`, and `slow` for those who hear badly."""

    language: str
    slow: bool = False


@dataclass(frozen=True, slots=True)
class Collect:
    """Play prompts, then gather keys; a wait. Answered by `Keys` or `NoInput`.

    What was pressed ends the input at once when the whole of it is one of `single` (menus, `*` to
    repeat, `0` for a person); `*` in `single` does so at any moment and drops the digits before it.
    Otherwise digits gather until `end_key`, `maximum`, or `inter_key` seconds of quiet.
    """

    needs_caller: ClassVar[bool] = True
    prompts: tuple[Prompt, ...]
    single: frozenset[str] = frozenset()
    minimum: int = 1
    maximum: int = 1
    end_key: str = ""
    first_key: float = 7.0
    inter_key: float = 4.0
    total: float = 0.0
    """Seconds in which all must be in, from the end of the prompts or from the key that cut them off; 0: no limit."""
    locked: bool = False
    keep_keys: bool = False
    """As in `Say`."""
    typed_ahead: bool = True
    """False for confirmations of money or a booking: keys pressed before the prompt began are dropped."""
    secret: bool = False


@dataclass(frozen=True, slots=True)
class Ask:
    """Ask the hospital; a wait. Answered by `Outcome`."""

    needs_caller: ClassVar[bool] = False
    action: str
    arguments: Mapping[str, Value]
    hidden: frozenset[str] = frozenset()
    """Arguments that hold secret digits of the caller, whatever the action declares: never written anywhere."""


@dataclass(frozen=True, slots=True)
class HangUp:
    """End the call; the last command of a run. `outcome` names how the flow ended, for the trace."""

    outcome: str = "end"


@dataclass(frozen=True, slots=True)
class Keys:
    """Keys that the caller pressed, without the end key."""

    digits: str


@dataclass(frozen=True, slots=True)
class NoInput:
    """Nothing was pressed in time."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an action came to, with the variables it sets (or `items` for a list)."""

    name: str
    values: Mapping[str, Any] = field(default_factory=dict)
    items: tuple[Mapping[str, Value], ...] = ()
    away: bool = False
    """It failed because the hospital's system is away: not for anything that the caller or the flow did."""


Answer: TypeAlias = Keys | NoInput | Outcome


class Beyond:
    """What a verb asks of somebody or something beyond the line; a wait, answered by `Outcome`.

    The verb's own file says what (`ivr.flow.verbs`). What carries it out is found by its class (`ivr.call.errands`).
    """

    __slots__ = ()
    verb: ClassVar[str]
    """As in flows, in tests of flows and in traces."""
    outcomes: ClassVar[Mapping[str, frozenset[str]]]
    """What it can come to -> the values that come with it; `error` is always possible."""
    usual: ClassVar[Outcome]
    """Its outcome on a good day: in a rehearsal, when nobody says otherwise."""
    needs_caller: ClassVar[bool] = True
    """False when it is carried out for a caller who has left a message and hung up."""
    prompts: tuple[Prompt, ...] = ()
    """Said before it begins."""

    def asked(self) -> Mapping[str, Value]:
        """What is asked, as flow tests put it."""
        return {}


Waiting: TypeAlias = Collect | Ask | Beyond
"""What a turn may end with instead of the hang-up: `Keys` or `NoInput` answer a `Collect`, an `Outcome` all others."""
Command: TypeAlias = Entered | Speak | Say | Waiting | HangUp


@dataclass(frozen=True, slots=True)
class Turn:
    """Commands to carry out in order. The last is a wait or `HangUp`."""

    commands: tuple[Command, ...]
