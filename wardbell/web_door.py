"""The engine's side of the door: a page's thread asks, the reactor's thread answers. Implements `web.door.Door`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ivr.numbers import Numbers
from ivr.switch.pool import Pool
from notify.mllp.intake import Intake
from notify.notices.outbox import Outbox
from notify.notices.rules import NoticeRules
from wardbell.engine_thread import EngineThread
from web.door import Lines
from web.live.engine import Engine


class EngineDoor:
    """The parts of the engine that pages may reach."""

    def __init__(
        self,
        reactor: Any,
        pool: Pool,
        outbox: Outbox,
        intake: Intake,
        rules: Callable[[], NoticeRules],
        numbers: Callable[[], Numbers],
        engine: Engine,
    ) -> None:
        self._thread = EngineThread(reactor)
        self._pool = pool
        self._outbox = outbox
        self._intake = intake
        self._rules = rules
        self._numbers = numbers
        self.engine = engine
        """As `Door.engine`."""

    def lines(self) -> Lines:
        """As `Door.lines`."""
        capacity = self._thread.ask(self._pool.capacity)
        return Lines(capacity.lines, capacity.lines - capacity.busy)

    def look_for_notices(self) -> None:
        """As `Door.look_for_notices`."""
        self._thread.ask(self._outbox.poke)

    def notice_rules(self) -> NoticeRules:
        """As `Door.notice_rules`. An edition is put on air at once, so any thread may look which it is."""
        return self._rules()

    def numbers(self) -> Numbers:
        """As `Door.numbers`; as with the rules, any thread may look."""
        return self._numbers()

    def receive_hl7(self, raw: bytes, peer: str) -> bytes:
        """As `Door.receive_hl7`."""
        return self._thread.carry_out(lambda: self._intake.receive(raw, peer))
