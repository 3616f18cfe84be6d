"""A switch without SIP for tests: peers act when the test says so, time passes when its Clock is advanced.

    clock = Clock()
    switch = FakeSwitch(clock, lines=4)
    switch.listener = engine
    line = switch.offer("8000", "13800000000")    # engine.incoming(line, offer) was called
    line.press("12#"); clock.advance(3.5); line.peer_hangs_up()

It keeps the same promises as the pool: `tests/switch/test_contract.py` runs on both.
"""

from __future__ import annotations

import wave
from collections.abc import Mapping, Sequence
from pathlib import Path

from twisted.internet.defer import Deferred

from background.reactor import Time, call_later
from ivr.switch.fake_line import FakeLine, State
from ivr.switch.line import Capacity, Diversion, Line, LineListener, NoLineFree, Offer, SwitchListener, SwitchRefused
from ivr.switch.sip import checked_caller_id, checked_headers, checked_target


class FakeSwitch:
    """Lines of one imaginary worker (or several: `per_worker`)."""

    def __init__(
        self,
        clock: Time,
        *,
        lines: int = 4,
        listener: SwitchListener | None = None,
        instant: bool = False,
        clip_seconds: float | None = None,
        per_worker: int | None = None,
    ) -> None:
        """`instant`: plays are over at once. `clip_seconds`: every clip lasts so long and need not
        exist; without it clips are read and a missing one is refused, as the real switch does.
        `per_worker`: calls of one worker; only those can be bridged (default: all lines)."""
        self.clock = clock
        self.lines = lines
        self.listener = listener
        self.instant = instant
        self.clip_seconds = clip_seconds
        self.per_worker = per_worker or lines
        self.busy: set[FakeLine] = set()
        self.offered: list[FakeLine] = []
        """Every incoming call, refused ones too."""
        self.dialled: list[FakeLine] = []
        """Every outgoing call."""
        self.draining = False

    def offer(
        self,
        dialled: str,
        caller: str,
        *,
        display: str = "",
        diversions: Sequence[Diversion] = (),
        headers: Mapping[str, str] = {},
        in_band: bool = False,
    ) -> FakeLine:
        """A caller dials in. Without a free line, or while draining, the returned line is already
        ended (486 or 503) and the listener heard nothing. `in_band`: his telephone offers no key events."""
        line = FakeLine(self, State.OFFERED)
        line.in_band = in_band
        line.offer = Offer(dialled, caller, display, tuple(diversions), {"Call-ID": line.call_id, **headers})
        self.offered.append(line)
        worker = self._free_worker()
        if self.draining or worker is None:
            line.refused_at_the_door(503 if self.draining else 486)
            return line
        line.worker = worker
        self.busy.add(line)
        if self.listener is None:
            raise AssertionError("set switch.listener before a call is offered")
        self.listener.incoming(line, line.offer)
        return line

    def capacity(self) -> Capacity:
        return Capacity(lines=self.lines, busy=len(self.busy))

    async def dial(
        self,
        target: str,
        *,
        caller_id: str,
        timeout: float,
        headers: Mapping[str, str] | None = None,
        beside: Line | None = None,
        listener: LineListener,
    ) -> FakeLine:
        checked = checked_target(target)
        line = FakeLine(self, State.DIALLING)
        line.caller_id = checked_caller_id(caller_id)
        line.headers = {**checked_headers(headers or {}), "X-Wardbell-Call": line.call_id}
        line.target, line.timeout = checked, timeout
        worker = beside.worker if isinstance(beside, FakeLine) else self._free_worker()
        if self.draining or worker is None or self._on(worker) >= self.per_worker:
            raise NoLineFree("every line is in use")
        line.worker = worker
        self.busy.add(line)
        self.dialled.append(line)
        line.listen(listener)
        line.start_dialling()
        return line

    def line(self, call_id: str) -> FakeLine | None:
        return next((line for line in self.busy if line.call_id == call_id), None)

    async def drain(self, limit: float) -> None:
        self.draining = True
        until = self.clock.seconds() + limit
        while self.busy and self.clock.seconds() < until:
            await self._sleep(min(0.1, until - self.clock.seconds()))
        for line in list(self.busy):
            await line.hang_up(503)

    def lose_worker(self, worker: int = 0) -> None:
        """A worker dies: its calls end with SWITCH_LOST, its lines are free again."""
        lost = [line for line in (*self.offered, *self.dialled) if line in self.busy and line.worker == worker]
        for line in lost:
            line.lost()
        for line in lost:
            line.mailbox.deliver()

    def gone(self, line: FakeLine) -> None:
        """A call has ended."""
        self.busy.discard(line)

    def seconds(self, clip: Path) -> float:
        """How long a clip lasts."""
        if self.clip_seconds is not None:
            return self.clip_seconds
        return wav_seconds(clip)

    async def _sleep(self, seconds: float) -> None:
        woken: Deferred[None] = Deferred()
        call_later(self.clock, seconds, lambda: woken.callback(None))
        await woken

    def _on(self, worker: int) -> int:
        return sum(line.worker == worker for line in self.busy)

    def _free_worker(self) -> int | None:
        if len(self.busy) >= self.lines:
            return None
        workers = -(-self.lines // self.per_worker)
        return next((number for number in range(workers) if self._on(number) < self.per_worker), None)


def wav_seconds(clip: Path) -> float:
    """Length of a WAV file; SwitchRefused when it is missing or not 8 kHz mono 16-bit."""
    try:
        with wave.open(str(clip)) as wav:
            if (wav.getframerate(), wav.getnchannels(), wav.getsampwidth()) != (8000, 1, 2):
                raise SwitchRefused(f"not an 8 kHz mono 16-bit WAV: {clip}")
            return float(wav.getnframes() / 8000)
    except (OSError, EOFError, wave.Error) as error:
        raise SwitchRefused(f"no clip {clip}: {error}") from error
