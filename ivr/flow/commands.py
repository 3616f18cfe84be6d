"""What the interpreter asks to be done and what may come back.

Plain values: the live call, the terminal, flow tests and the web preview each carry them
out in their own way. Time is in seconds; keys and digits are strings.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias, Union

Value: TypeAlias = Union[str, int, float, bool, list["Value"], dict[str, "Value"], None]
"""What a variable may hold: JSON's values. Money is an int of minor units, a date is ISO 8601."""



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

    prompts: tuple[Prompt, ...]
    locked: bool = False


@dataclass(frozen=True, slots=True)
class Collect:
    """Play prompts, then gather keys; a wait. Answered by `Keys` or `NoInput`.

    What was pressed ends the input at once when all of it together is one of `single` (menus, `*` to
    repeat, `0` for a person); `*` in `single` does so at any moment and drops the digits before it.
    Otherwise digits gather until `end_key`, `maximum`, or `inter_key` seconds of quiet.
    """

    prompts: tuple[Prompt, ...]
    single: frozenset[str] = frozenset()
    minimum: int = 1
    maximum: int = 1
    end_key: str = ""
    first_key: float = 7.0
    inter_key: float = 4.0
    locked: bool = False
    typed_ahead: bool = True
    """False for confirmations of money or a booking: keys pressed before the prompt began are dropped."""
    secret: bool = False


@dataclass(frozen=True, slots=True)
class Ask:
    """Ask the hospital; a wait. Answered by `Outcome`."""

    action: str
    arguments: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class HangUp:
    """End the call; the last command of a run. `outcome` names how the flow ended, for the trace."""

    outcome: str = "end"


Command: TypeAlias = Entered | Say | Collect | Ask | HangUp


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


Answer: TypeAlias = Keys | NoInput | Outcome


@dataclass(frozen=True, slots=True)
class Turn:
    """Commands to carry out in order. The last is a wait (`Collect`, `Ask`) or `HangUp`."""

    commands: tuple[Command, ...]
