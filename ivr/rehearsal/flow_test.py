"""One flow test: what the caller does and what must happen, line by line, and the edition that it is played against.

How it is written is for `test_file`, how it is played for `test_run`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import TypeAlias
from zoneinfo import ZoneInfo

from actions.action import ActionOutcome, Declared
from forms.form import TEXT_ID
from forms.report import Mark
from ivr.flow.commands import Value
from ivr.flow.language import FlowSet
from ivr.numbers import Numbers
from ivr.rehearsal.caller import Caller
from prompts.catalog import Catalog


@dataclass(frozen=True, slots=True)
class Press:
    """The caller presses keys; none is `nothing`."""

    mark: Mark
    keys: str
    after: float | None


@dataclass(frozen=True, slots=True)
class Wait:
    """Time passes."""

    mark: Mark
    seconds: float


@dataclass(frozen=True, slots=True)
class HangUp:
    """The caller hangs up."""

    mark: Mark
    after: float | None


@dataclass(frozen=True, slots=True)
class Says:
    """A text is said; `given` are values of it."""

    mark: Mark
    text: str
    given: Mapping[str, Value] = field(default_factory=dict)

    @property
    def is_id(self) -> bool:
        """Whether it is the name of a text, not words."""
        return TEXT_ID.fullmatch(self.text) is not None


@dataclass(frozen=True, slots=True)
class NotSays:
    """A text is not said until the line waits or the call ends."""

    mark: Mark
    what: Says


@dataclass(frozen=True, slots=True)
class Asks:
    """Something outside the call is asked."""

    mark: Mark
    name: str
    given: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Enters:
    """A step begins."""

    mark: Mark
    flow: str
    step: str


@dataclass(frozen=True, slots=True)
class Speaks:
    """The language or the pace is another now."""

    mark: Mark
    language: str
    slow: bool | None


@dataclass(frozen=True, slots=True)
class Ends:
    """The call is over."""

    mark: Mark
    outcome: str


TestLine: TypeAlias = Press | Wait | HangUp | Says | NotSays | Asks | Enters | Speaks | Ends


@dataclass(frozen=True, slots=True)
class FlowTest:
    """One test of a file."""

    name: str
    mark: Mark
    caller: Caller
    answers: Mapping[str, Sequence[ActionOutcome]]
    lines: Sequence[TestLine]


@dataclass(frozen=True, slots=True)
class EditionUnderTest:
    """What tests are read against: one edition, what flows may ask, and what is answered when a test is silent."""

    flows: FlowSet
    numbers: Numbers
    texts: Catalog
    declared: Mapping[str, Declared]
    usual: Mapping[str, ActionOutcome] = field(default_factory=dict)
    zone: tzinfo = field(default_factory=lambda: ZoneInfo("Asia/Shanghai"))
