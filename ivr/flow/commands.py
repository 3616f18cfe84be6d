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

    action: str
    arguments: Mapping[str, Value]
    hidden: frozenset[str] = frozenset()
    """Arguments that hold secret digits of the caller, whatever the action declares: never written anywhere."""


@dataclass(frozen=True, slots=True)
class Record:
    """Play prompts and a tone, then record what the caller says; a wait. Answered by `Outcome`:
    `recorded` with `{recording: {id, seconds}}`, `silent`, or `error`; `key` in its values is the key that ended it.

    A key while the prompts play cuts them off unless `locked`. If it is one of `drop_keys` it ends the recording
    before it began (`silent` with `key`); any other key only skips the prompts.
    """

    prompts: tuple[Prompt, ...] = ()
    limit: float = 120.0
    """Seconds at most."""
    silence: float = 5.0
    """Seconds of quiet that end it; 0: never."""
    end_keys: str = "#"
    """Keys that end it; none of them is part of what is kept."""
    drop_keys: str = ""
    """Keys that end it, too, and throw it away: `silent` with `key`."""
    tone: bool = True
    locked: bool = False
    """The prompts are heard whole, because they tell that a recording is made; keys during them don't count."""


@dataclass(frozen=True, slots=True)
class Dial:
    """Call somebody and let the two talk; a wait. Answered by `Outcome`: `talked` with `{seconds}` when the
    other side hung up, `busy`, `no_answer`, `refused` or `error`. The caller's hanging up ends the call."""

    number: str
    prompts: tuple[Prompt, ...] = ()
    """Said before it rings."""
    ring: float = 25.0
    """Seconds it may ring."""


@dataclass(frozen=True, slots=True)
class Raise:
    """Tell the notices that something happened; a wait. Answered by `Outcome`: `raised` or `error`."""

    event: str
    facts: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Queue:
    """Wait for an agent, then talk; a wait. Answered by `Outcome`: `served` with `{agent, seconds}`, `timed_out`,
    `full`, `closed`, `left` (by a key) or `error`."""

    queue: str
    prompts: tuple[Prompt, ...] = ()
    priority: int = 0
    longest: float = 600.0
    """Seconds of waiting at most."""


@dataclass(frozen=True, slots=True)
class Consult:
    """A paid talk with an expert, billed by the minute; a wait. Answered by `Outcome`: `finished` with
    `{seconds, charged, currency}`, `short`, `nobody`, `broken_off` or `error`."""

    service: str
    card: str
    prompts: tuple[Prompt, ...] = ()


@dataclass(frozen=True, slots=True)
class Join:
    """Enter a conference room; a wait. Answered by `Outcome`: `left` with `{seconds}`, `full`, `closed` or `error`."""

    room: str
    speaks: bool = True
    prompts: tuple[Prompt, ...] = ()


@dataclass(frozen=True, slots=True)
class HangUp:
    """End the call; the last command of a run. `outcome` names how the flow ended, for the trace."""

    outcome: str = "end"


Waiting: TypeAlias = Collect | Ask | Record | Dial | Raise | Queue | Consult | Join
"""What a turn may end with instead of the hang-up: `Keys` or `NoInput` answer a `Collect`, an `Outcome` all others."""
Command: TypeAlias = Entered | Speak | Say | Waiting | HangUp


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


@dataclass(frozen=True, slots=True)
class Turn:
    """Commands to carry out in order. The last is a wait or `HangUp`."""

    commands: tuple[Command, ...]
