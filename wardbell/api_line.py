"""The engine as the API asks it, from any thread. Implements `web.api.line.ApiLine`."""

from __future__ import annotations

from concurrent.futures import Future
from concurrent.futures import TimeoutError as TooLate
from typing import Any

from background.spawn import spawn
from ivr.call.originate import Originator
from ivr.in_progress.board import CallsInProgress
from ivr.in_progress.call_now import CallNow
from ivr.numbers.plan import Numbers
from ivr.switch.line import NoLineFree
from ivr.switch.pool import Pool
from notify.notices.rules import NoticeRules
from wardbell.engine_thread import PATIENCE, EngineThread
from web.api.line import NoLine
from web.door import Door
from web.errors import EngineAway


class EngineApiLine:
    """`reactor` is Twisted's."""

    def __init__(
        self, reactor: Any, door: Door, pool: Pool, calls: CallsInProgress, originator: Originator, reserve: int
    ) -> None:
        """What pages ask too goes through their `door`. `reserve`: lines that are left free for callers."""
        self._door = door
        self._thread = EngineThread(reactor)
        self._pool = pool
        self._calls = calls
        self._originator = originator
        self._reserve = reserve

    def notice_rules(self) -> NoticeRules:
        """As `ApiLine.notice_rules`."""
        return self._door.notice_rules()

    def numbers(self) -> Numbers:
        """As `ApiLine.numbers`."""
        return self._door.numbers()

    def look_for_notices(self) -> None:
        """As `ApiLine.look_for_notices`."""
        self._door.look_for_notices()

    def calls(self) -> tuple[CallNow, ...]:
        """As `ApiLine.calls`."""
        return self._thread.ask(self._calls.calls)

    def hang_up(self, call_id: str, who: str, why: str) -> bool:
        """As `ApiLine.hang_up`."""
        return self._door.engine.hang_up(call_id, who, why)

    def originate(self, own: str, other: str, ring: float) -> str:
        """As `ApiLine.originate`."""
        begun: Future[str] = Future()
        self._thread.ask(lambda: self._originate(own, other, ring, begun))
        try:
            return begun.result(PATIENCE)
        except TooLate:
            raise EngineAway("the engine does not dial") from None
        except NoLineFree as full:
            raise NoLine("no line is free") from full

    # In the reactor's thread

    def _originate(self, own: str, other: str, ring: float, begun: Future[str]) -> None:
        capacity = self._pool.capacity()
        if capacity.lines - capacity.busy < 2 + self._reserve:
            raise NoLine("no two lines are free beside those for callers")
        spawn(self._originator.call(own, other, ring, begun.set_result, begun.set_exception), "a call for the API")
