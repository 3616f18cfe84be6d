"""What the web asks of the engine about what goes on in it: how it stands, what changes, and to end a call.

The engine has its own thread; nothing here makes it wait for the web, nor the web for long for it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from ivr.in_progress.board import Changes
from ivr.in_progress.call_now import CallNow
from ivr.in_progress.line_now import LineNow, TrunkNow
from web.errors import EngineAway


@dataclass(frozen=True, slots=True)
class EngineNow:
    """One engine, but for its calls."""

    name: str
    edition: int
    """The number of the live one."""
    line: LineNow
    senders: int
    """Connections to its HL7 port."""


@dataclass(frozen=True, slots=True)
class Told:
    """What an engine tells whoever watches it."""

    engine: EngineNow
    calls: Changes
    whole: bool = False
    """Whether these are all its calls, not just those that changed."""


class Engine(Protocol):
    """May be asked from any thread."""

    def now(self) -> Told:
        """How it stands, whole. Raises `EngineAway`."""

    def watch(self, tell: Callable[[Told], None]) -> None:
        """Tell how it stands, then what changes, and once a second that it is there. One watches at a time. `tell` is
        called in the engine's thread: it must not wait."""

    def unwatch(self) -> None:
        """Nobody watches any more."""

    def hang_up(self, call_id: str, who: str, why: str) -> bool:
        """End a call in progress, and note in it who did and why. False: it is over, or another engine's. Raises
        `EngineAway`."""


@dataclass
class FakeEngine:
    """An engine whose calls a test sets with `goes_on`. `hung_up` holds what was ended."""

    standing: EngineNow = field(default_factory=lambda: EngineNow("test", 1, LineNow(4, 0, (), TrunkNow()), 0))
    calls: dict[str, CallNow] = field(default_factory=dict)
    hung_up: list[tuple[str, str, str]] = field(default_factory=list)
    watched: Callable[[Told], None] | None = None
    silent: bool = False

    def now(self) -> Told:
        """As `Engine.now`."""
        if self.silent:
            raise EngineAway("no answer")
        return Told(self.standing, dict(self.calls), whole=True)

    def watch(self, tell: Callable[[Told], None]) -> None:
        """As `Engine.watch`."""
        self.watched = tell
        if not self.silent:
            tell(self.now())

    def unwatch(self) -> None:
        """As `Engine.unwatch`."""
        self.watched = None

    def hang_up(self, call_id: str, who: str, why: str) -> bool:
        """As `Engine.hang_up`."""
        if call_id not in self.calls:
            return False
        self.hung_up.append((call_id, who, why))
        self.ends(call_id)
        return True

    def goes_on(self, call: CallNow) -> None:
        """A call stands so now."""
        self.calls[call.call_id] = call
        self._tell({call.call_id: call})

    def ends(self, call_id: str) -> None:
        """A call is over."""
        del self.calls[call_id]
        self._tell({call_id: None})

    def _tell(self, changes: Changes) -> None:
        if self.watched is not None:
            self.watched(Told(self.standing, changes))
