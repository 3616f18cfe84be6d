"""The one way from a page into the engine, whose parts live on the reactor's thread. A page calls it and waits.

The real one is `wardbell.web_door`. What a page can do by a transaction alone, it does by that.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from ivr.numbers import Numbers
from notify.notices.rules import NoticeRules
from web.live.engine import Engine, FakeEngine


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines of this engine."""

    total: int
    free: int


class Door(Protocol):
    """What the engine does for pages. Every method may raise `EngineAway`."""

    @property
    def engine(self) -> Engine:
        """What goes on in it, and hanging up a call."""

    def lines(self) -> Lines:
        """How many lines there are and how many of them are free."""

    def look_for_notices(self) -> None:
        """Something was written about notices: the outbox looks now, not at its next tick."""

    def notice_rules(self) -> NoticeRules:
        """The rules of notices in force."""

    def numbers(self) -> Numbers:
        """What answers which number, by the edition on the air."""

    def receive_hl7(self, raw: bytes, peer: str) -> bytes:
        """Take the bytes of a message as if `peer` had sent them now; what is answered, empty when nothing is."""


@dataclass
class FakeDoor:
    """An engine that does nothing but remember what was asked of it."""

    all_lines: Lines = Lines(4, 4)
    engine: FakeEngine = field(default_factory=FakeEngine)
    asked: list[str] = field(default_factory=list)
    rules: NoticeRules = field(default_factory=lambda: NoticeRules({}))
    on_air: Numbers = field(default_factory=lambda: Numbers({}))
    received: list[tuple[bytes, str]] = field(default_factory=list)
    answers: Callable[[bytes], bytes] = lambda _: b""
    """What the intake does with a message."""

    def lines(self) -> Lines:
        """As `Door.lines`."""
        return self.all_lines

    def look_for_notices(self) -> None:
        """As `Door.look_for_notices`."""
        self.asked.append("look_for_notices")

    def notice_rules(self) -> NoticeRules:
        """As `Door.notice_rules`."""
        return self.rules

    def numbers(self) -> Numbers:
        """As `Door.numbers`."""
        return self.on_air

    def receive_hl7(self, raw: bytes, peer: str) -> bytes:
        """As `Door.receive_hl7`."""
        self.received.append((raw, peer))
        return self.answers(raw)
