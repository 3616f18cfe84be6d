"""The engine as those who watch it see it: asked from any thread, answered in the reactor's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted.logger import Logger

from background.reactor import Timer, call_later
from background.spawn import spawn
from editions.live import Live
from ivr.in_progress.board import CallsInProgress, Changes
from ivr.in_progress.line_now import line_now
from ivr.switch.pool import Pool
from notify.mllp.door import MllpDoor
from wardbell.engine_thread import EngineThread
from web.live.engine import EngineNow, Told

log = Logger()

SIGN = 1.0
"""Seconds between two signs that it is there."""
HUNG_UP = "hung_up_by"
"""The event of a call that somebody ended from outside."""


class WatchedEngine:
    """Implements `Engine`. `reactor` is Twisted's."""

    def __init__(
        self, reactor: Any, name: str, calls: CallsInProgress, pool: Pool, senders: MllpDoor, live: Live
    ) -> None:
        self._reactor = reactor
        self._thread = EngineThread(reactor)
        self._name = name
        self._calls = calls
        self._pool = pool
        self._senders = senders
        self._live = live
        self._tell: Callable[[Told], None] | None = None
        self._sign: Timer | None = None

    def now(self) -> Told:
        """As `Engine.now`."""
        return self._thread.ask(self._whole)

    def watch(self, tell: Callable[[Told], None]) -> None:
        """As `Engine.watch`."""
        self._reactor.callFromThread(self._begin, tell)

    def unwatch(self) -> None:
        """As `Engine.unwatch`."""
        self._reactor.callFromThread(self._end)

    def hang_up(self, call_id: str, who: str, why: str) -> bool:
        """As `Engine.hang_up`."""
        return self._thread.ask(lambda: self.end(call_id, who, why))

    # In the reactor's thread

    def _engine(self) -> EngineNow:
        line = line_now(self._pool, self._calls.trunk)
        return EngineNow(self._name, self._live.now.head.number, line, self._senders.connections)

    def _whole(self) -> Told:
        return Told(self._engine(), {call.call_id: call for call in self._calls.calls()}, whole=True)

    def _begin(self, tell: Callable[[Told], None]) -> None:
        self._end()
        self._tell = tell
        tell(self._whole())
        self._calls.watch(self._say)
        self._be_there()

    def _end(self) -> None:
        self._tell = None
        self._calls.unwatch()
        if self._sign is not None and self._sign.active():
            self._sign.cancel()

    def _say(self, changes: Changes) -> None:
        if self._tell is not None:
            self._tell(Told(self._engine(), changes))

    def _be_there(self) -> None:
        self._sign = call_later(self._reactor, SIGN, self._be_there)
        self._say({})

    def end(self, call_id: str, who: str, why: str) -> bool:
        """As `hang_up`, for whoever is in the reactor's thread."""
        line = self._pool.line(call_id)
        if line is None or not self._calls.note(call_id, HUNG_UP, who=who, why=why):
            return False
        log.info("{who} hangs up call {call}", who=who, call=call_id)
        spawn(line.hang_up(), f"hanging up call {call_id}")
        return True
