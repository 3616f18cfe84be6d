"""What happens in a rehearsed call, in order: what transcripts, tests and exports are made of.

`Moment.at` counts seconds from the answer. Digits of a secret input and secret arguments are masked
before they come here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from ivr.flow.commands import Prompt, Value


@dataclass(frozen=True, slots=True)
class Entered:
    """A step begins."""

    flow: str
    step: str


@dataclass(frozen=True, slots=True)
class Saying:
    """A play begins. `words` are as they are spoken, values too."""

    language: str
    prompts: tuple[Prompt, ...]
    words: str
    slow: bool = False
    clips: tuple[Path, ...] = ()
    """The files that sound; empty where their length was reckoned from the words."""


@dataclass(frozen=True, slots=True)
class Said:
    """The play ended: to its end, cut off by a key or the hang-up, or not begun because keys were typed ahead."""

    prompts: tuple[Prompt, ...]
    whole: bool
    skipped: bool = False


@dataclass(frozen=True, slots=True)
class Unspoken:
    """A text that could not be spoken: a value is missing or of the wrong kind."""

    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Waits:
    """The line is quiet and waits for keys."""

    keys: Mapping[str, str]
    """What can be pressed -> where it leads or what it chooses; empty where digits are gathered."""
    digits: tuple[int, int] = (0, 0)
    """How many digits at least and at most, where they are gathered."""
    end_key: str = ""
    secret: bool = False
    limit: float = 0.0
    """Seconds until it gives up."""


@dataclass(frozen=True, slots=True)
class Pressed:
    """The caller pressed keys, one after the other."""

    keys: str
    secret: bool = False
    """True when they are masked."""


@dataclass(frozen=True, slots=True)
class Collected:
    """What the input came to: keys (masked when secret), or nothing."""

    keys: str | None


@dataclass(frozen=True, slots=True)
class Asked:
    """Something outside the call was asked: an action by its name, or `dial`, `record`, `notify`, `queue` ..."""

    name: str
    arguments: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of it."""

    name: str
    outcome: str
    values: Mapping[str, Value] = field(default_factory=dict)
    items: tuple[Mapping[str, Value], ...] = ()
    why: str = ""
    """What the hospital said when it came to an error."""


@dataclass(frozen=True, slots=True)
class Speaks:
    """The language or the pace changed."""

    language: str
    slow: bool


@dataclass(frozen=True, slots=True)
class Ended:
    """The call is over: the flow's own word, or `hung_up`."""

    outcome: str


What: TypeAlias = Entered | Saying | Said | Unspoken | Waits | Pressed | Collected | Asked | Answered | Speaks | Ended


@dataclass(frozen=True, slots=True)
class Moment:
    """Something happened `at` seconds after the answer."""

    at: float
    what: What
