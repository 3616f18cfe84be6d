"""The switch of the engine: worker processes that hold the calls, as many as are needed, replaced when they die.

Worker 0 listens on the configured SIP port and takes the calls from outside; worker n listens on port + 2n and
serves outgoing calls (or incoming ones behind an edge that spreads them). What a worker is told and what runs on a
call is elsewhere (`worker_process.py`, `pool_line.py`, the conversation).
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_address, ip_network
from pathlib import Path

from twisted.internet.defer import CancelledError, Deferred, DeferredList, execute
from twisted.logger import Logger
from twisted.python.failure import Failure

from background.reactor import Reactor, Timer, call_later
from ivr.switch import open_calls, ranges, wire
from ivr.switch.dialog import Dialog
from ivr.switch.line import (
    Capacity,
    Cause,
    Diversion,
    Ended,
    Line,
    LineGone,
    LineListener,
    NoLineFree,
    Offer,
    SwitchError,
    SwitchListener,
    SwitchRefused,
    TurnedAway,
)
from ivr.switch.parting import Parting
from ivr.switch.pool_line import PoolLine
from ivr.switch.sip import cause_of, checked_caller_id, checked_headers, checked_target
from ivr.switch.worker_process import Health, WorkerProcess, send_off


@dataclass(frozen=True, slots=True)
class SwitchSettings:
    """Times in seconds, ports of UDP and TCP."""

    address: str = "127.0.0.1"
    """What SIP and RTP are bound to."""
    port: int = 5060
    """SIP, UDP and TCP; 0 is any free port (tests)."""
    public_address: str = ""
    """What peers are told when it is not `address`: behind NAT."""
    lines: int = 0
    """Calls that a worker takes at most; 0 is as many as its build of PJSIP holds."""
    min_workers: int = 1
    max_workers: int = 1
    idle: float = 60.0
    """A worker beyond the minimum that held no call for so long is given back."""
    rtp_port: int = 0
    """First RTP port; 0 lets the system choose. Every worker has a range of its own (`ranges.py`)."""
    rtp_last: int = 32767
    memory: Path | None = None
    """A folder in which is kept what must outlive the engine; None keeps nothing."""
    media_timeout: float = 20.0
    """A peer that sent nothing for so long is asked by SIP whether it is still there, and has vanished if not."""
    silence_timeout: float = 300.0
    """A peer that sent nothing for so long has vanished whatever its SIP says."""
    hold_timeout: float = 300.0
    """The same while the peer holds the call."""
    ack_timeout: float = 4.0
    """How long SIP waits for an ACK or a response of a peer; it frees the line after twice that."""
    user_agent: str = "Wardbell"
    log_level: int = 1
    """Of PJSIP's own log, 0 to 6. Keys are in none of them."""
    trunks: tuple[str, ...] = ("127.0.0.0/8",)
    """Addresses or networks whose word on callers and forwarded calls is believed."""


class _Seat:
    """Where one worker is or will be: it keeps its number, and with it its port, when it is replaced."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.worker: WorkerProcess | None = None
        self.starting: list[Deferred[None]] = []
        self.failures = 0
        self.timer: Timer | None = None
        """Restart or give back, whichever it is time for."""
        self.port = 0


RESTARTS = (0.0, 0.3, 1.0, 3.0, 10.0, 30.0)
"""s before a dead worker is replaced: at once, then patiently when it keeps dying as it starts."""


class Pool:
    """Implements `Switch`."""

    log = Logger()

    def __init__(self, reactor: Reactor, settings: SwitchSettings, listener: SwitchListener) -> None:
        self._reactor = reactor
        self._settings = settings
        self._listener = listener
        self._trunks = [ip_network(trunk, strict=False) for trunk in settings.trunks]
        self._believes = lru_cache(maxsize=256)(self._is_believed)
        self._places = [_Seat(number) for number in range(max(1, settings.max_workers))]
        self._lines: dict[str, PoolLine] = {}
        self._ranges = _ranges(settings)
        self._open = open_calls.OpenCalls(settings.memory and settings.memory / open_calls.MEMORY)
        self._parting = Parting(reactor, settings.address, settings.public_address)
        self._per_worker = settings.lines
        self._stopping = False
        self._all: set[WorkerProcess] = set()
        """Also those that are dead but not yet reaped."""
        self._empty: list[Deferred[None]] = []

    async def start(self) -> None:
        """Start the least number of workers; SwitchError when one does not come up (the SIP port is taken)."""
        if self._open.left:
            self.log.warn("ending {calls} calls that the previous engine left behind", calls=len(self._open.left))
            self._parting.say(self._open.left)
        for place in self._places[: max(1, self._settings.min_workers)]:
            await self._bring_up(place)

    @property
    def port(self) -> int:
        """The SIP port of worker 0."""
        return self._places[0].port

    @property
    def pjsip(self) -> str:
        """The version of PJSIP that the workers run, empty before the first has started."""
        return next((worker.pjsip for worker in self.workers), "")

    @property
    def workers(self) -> list[WorkerProcess]:
        """Those that run."""
        return [place.worker for place in self._places if place.worker is not None]

    def capacity(self) -> Capacity:
        return Capacity(lines=self._per_worker * len(self._places), busy=len(self._lines))

    async def dial(
        self,
        target: str,
        *,
        caller_id: str,
        timeout: float,
        headers: Mapping[str, str] | None = None,
        beside: Line | None = None,
        listener: LineListener,
    ) -> PoolLine:
        target, caller_id = checked_target(target), checked_caller_id(caller_id)
        flat = [text for pair in checked_headers(headers or {}).items() for text in pair]
        if beside is not None and not isinstance(beside, PoolLine):
            raise SwitchRefused("the other line is not one of this switch")
        tried: set[WorkerProcess] = set()
        while not self._stopping:
            worker = beside.worker if beside is not None else await self._worker_with_room(tried)
            if worker is None or worker in tried or worker.health is not Health.READY or not self._room(worker):
                break
            tried.add(worker)
            line = PoolLine(uuid.uuid4().hex, worker, self._reactor)
            self._lines[line.call_id] = line
            line.listen(listener)
            try:
                sent = await worker.ask(
                    wire.DIAL, call=line.call_id, target=target, caller_id=caller_id, timeout=timeout, headers=flat
                )
            except (NoLineFree, LineGone):
                # Its lines may be held by calls whose BYE nobody has answered yet, or it has just died.
                self._forget(line)
                continue
            except SwitchError:
                self._forget(line)
                raise
            except CancelledError:  # whoever wanted the call is gone; the worker may have dialled already
                send_off(line.hang_up())
                raise
            if not line.is_over:
                dialog = Dialog(False, worker.port, sent["invite"], "", sent["seen"])
                line.sip_call_id = dialog.call_id
                self._open.put(line.call_id, dialog)
            return line
        raise NoLineFree("every line is in use")

    def line(self, call_id: str) -> PoolLine | None:
        return self._lines.get(call_id)

    def held(self) -> Counter[str]:
        """Calls by the name of the worker that holds them."""
        return Counter(line.worker.name for line in self._lines.values())

    async def drain(self, limit: float) -> None:
        self._stopping = True
        for worker in self.workers:
            if worker.health is Health.READY:
                send_off(worker.ask(wire.DRAIN))
        if self._lines and limit > 0:
            empty: Deferred[None] = Deferred()
            self._empty.append(empty)
            timer = call_later(self._reactor, limit, self._is_empty)
            await empty
            if timer.active():
                timer.cancel()
        for line in list(self._lines.values()):
            await line.hang_up(503)
        if self._lines:  # their last events are on the way
            empty = Deferred()
            self._empty.append(empty)
            timer = call_later(self._reactor, 1.0, self._is_empty)
            await empty
            if timer.active():
                timer.cancel()
        await self.stop()

    async def stop(self) -> None:
        """End what is left and stop the workers, now."""
        self._stopping = True
        for place in self._places:
            self._cancel(place)
        gone = [worker.when_dead() for worker in self._all]
        for worker in self.workers:
            worker.quit()
        await DeferredList(gone)
        self._parting.close()
        self._open.close()

    # Workers.

    async def _bring_up(self, place: _Seat) -> None:
        self._cancel(place)
        settings = self._settings
        rtp_port = self._ranges.take() if self._ranges is not None else 0
        worker = WorkerProcess(
            self._reactor,
            f"worker {place.number}",
            lambda message, fields: self._heard(worker, message, fields),
            lambda: self._worker_ended(place, worker),
        )
        place.worker = worker
        self._all.add(worker)
        worker.when_dead().addCallback(lambda _: self._buried(worker, rtp_port))
        port = place.port or (settings.port and settings.port + 2 * place.number)
        fields: wire.Fields = {
            "address": settings.address,
            "port": port,
            "public_address": settings.public_address,
            "lines": settings.lines,
            "rtp_port": rtp_port,
            "rtp_ports": self._ranges.size if self._ranges is not None else 0,
            "media_timeout": settings.media_timeout,
            "silence_timeout": settings.silence_timeout,
            "hold_timeout": settings.hold_timeout,
            "ack_timeout": settings.ack_timeout,
            "user_agent": settings.user_agent,
            "log_level": settings.log_level,
        }
        await worker.start(fields)
        place.failures = 0
        place.port = worker.port
        self._per_worker = worker.lines
        self._give_back_later(place)
        self.log.info(
            "{worker} holds {lines} lines on {address}:{port} (PJSIP {pjsip})",
            worker=worker.name,
            lines=worker.lines,
            address=settings.address,
            port=worker.port,
            pjsip=worker.pjsip,
        )

    def _buried(self, worker: WorkerProcess, rtp_port: int) -> None:
        self._all.discard(worker)
        if self._ranges is not None:
            self._ranges.give_back(rtp_port)

    def _worker_ended(self, place: _Seat, worker: WorkerProcess) -> None:
        if place.worker is not worker:
            return
        place.worker = None
        self._cancel(place)
        lost = [line for line in self._lines.values() if line.worker is worker]
        owed = [dialog for line in lost if (dialog := self._open.get(line.call_id)) is not None]
        if owed:  # before it is replaced: the port of the calls is free for that moment
            worker.when_dead().addCallback(lambda _: None if worker.left_in_order else self._parting.say(owed))
        for line in lost:
            self._end(line, Ended(Cause.SWITCH_LOST))
        wanted = place.number < max(1, self._settings.min_workers)
        if self._stopping or (not wanted and not lost):
            return
        if wanted:
            self.log.error("{worker} died with {calls} calls; replacing it", worker=worker.name, calls=len(lost))
            wait = RESTARTS[min(place.failures, len(RESTARTS) - 1)]
            place.failures += 1

            def replace(_: None) -> None:
                if not self._stopping:
                    place.timer = call_later(self._reactor, wait, lambda: self._replace(place))

            worker.when_dead().addCallback(replace)

    def _replace(self, place: _Seat) -> None:
        # A worker that does not come up ends, and that brings us here again.
        Deferred.fromCoroutine(self._bring_up(place)).addErrback(
            lambda failure: self.log.error("worker {n}: {why}", n=place.number, why=failure.getErrorMessage())
        )

    async def _worker_with_room(self, tried: set[WorkerProcess]) -> WorkerProcess | None:
        """A worker with a free line: the first that runs, those that no caller can reach preferred; else a new one."""
        for place in [*self._places[1:], self._places[0]]:
            worker = place.worker
            if worker is not None and worker not in tried and worker.health is Health.READY and self._room(worker):
                self._cancel(place)
                return worker
        for place in self._places:
            if place.worker is None or place.worker.health is Health.STARTING:
                await self._started(place)
                return place.worker
        return None

    async def _started(self, place: _Seat) -> None:
        """Bring a worker up, once for all who wait for it."""
        waiting: Deferred[None] = Deferred()
        place.starting.append(waiting)
        if len(place.starting) == 1:
            try:
                if place.worker is None:
                    await self._bring_up(place)
                else:
                    while place.worker is not None and place.worker.health is Health.STARTING:
                        await _sleep(self._reactor, 0.02)
            except SwitchError as error:
                self.log.error("no further worker could be started: {why}", why=error)
            starting, place.starting = place.starting, []
            for one in starting:
                one.callback(None)
        await waiting

    def _room(self, worker: WorkerProcess) -> int:
        return worker.lines - sum(line.worker is worker for line in self._lines.values())

    def _give_back_later(self, place: _Seat) -> None:
        worker = place.worker
        if worker is None or place.number < max(1, self._settings.min_workers) or self._room(worker) < worker.lines:
            return
        self._cancel(place)
        place.timer = call_later(self._reactor, self._settings.idle, lambda: self._give_back(worker))

    def _give_back(self, worker: WorkerProcess) -> None:
        """Unless it has a call: the one that it was brought up for began after its time did."""
        if self._room(worker) == worker.lines:
            worker.quit()

    def _cancel(self, place: _Seat) -> None:
        if place.timer is not None and place.timer.active():
            place.timer.cancel()
        place.timer = None

    # Calls.

    def _heard(self, worker: WorkerProcess, message: wire.Message, fields: wire.Fields) -> None:
        call_id = str(fields["call"])
        if message is wire.OFFERED:
            self._offered(worker, call_id, fields)
            return
        if message is wire.TURNED_AWAY:
            refused = TurnedAway(
                call_id,
                self._offer(fields),
                int(str(fields["sip_code"])),
                str(fields["why"]),
                str(fields["codecs"]),
            )
            self._listener.turned_away(refused)
            return
        line = self._lines.get(call_id)
        if line is None:
            return
        if message is wire.RINGING:
            line.mailbox.ringing()
            self._open.goes_on(call_id, peer=str(fields["seen"]))
        elif message is wire.ANSWERED:
            line.in_band = bool(fields["in_band"])
            line.mailbox.answered()
            self._open.goes_on(call_id, peer=str(fields["seen"]), final=str(fields["final"]))
        elif message is wire.KEY:
            line.mailbox.key(str(fields["key"]))
        elif message is wire.ENDED:
            sip_code = int(str(fields["sip_code"]))
            cause = Cause(str(fields["cause"])) if fields["cause"] else cause_of(sip_code)
            self._end(line, Ended(cause, sip_code, bool(fields["by_peer"]), float(str(fields["silence"]))))
            return
        line.mailbox.deliver()

    def _offered(self, worker: WorkerProcess, call_id: str, fields: wire.Fields) -> None:
        offer = self._offer(fields)
        line = PoolLine(call_id, worker, self._reactor, offer.headers.get("Call-ID", ""))
        self._lines[call_id] = line
        self._open.put(call_id, Dialog(True, worker.port, str(fields["invite"]), "", str(fields["seen"])))
        self._cancel(self._places[self._number(worker)])

        def not_taken(failure: Failure) -> None:
            self.log.failure("call {call} could not be taken", failure, call=call_id)
            send_off(line.hang_up(500))

        execute(self._listener.incoming, line, offer).addErrback(not_taken)

    def _offer(self, fields: wire.Fields) -> Offer:
        """What an INVITE says, as far as its sender is believed."""

        def texts(name: str) -> list[str]:
            return [str(text) for text in fields.get(name, [])]  # type: ignore[union-attr]

        said, vouched, pairs = texts("diversions"), texts("asserted"), texts("headers")
        believed = self._believes(str(fields["peer"]))
        caller, display = vouched if believed and vouched else (str(fields["caller"]), str(fields["display"]))
        return Offer(
            dialled=str(fields["dialled"]),
            caller=caller,
            display=display,
            diversions=tuple(map(Diversion, said[::2], said[1::2])) if believed else (),
            headers=dict(zip(pairs[::2], pairs[1::2], strict=True)),
        )

    def _is_believed(self, peer: str) -> bool:
        """Whether a peer's word on who calls and who forwarded the call counts."""
        try:
            address = ip_address(peer)
        except ValueError:
            return False
        return any(address in network for network in self._trunks)

    def _number(self, worker: WorkerProcess) -> int:
        return next((place.number for place in self._places if place.worker is worker), 0)

    def _end(self, line: PoolLine, end: Ended) -> None:
        line.is_over = True
        self._forget(line)
        line.mailbox.ended(end)
        execute(line.mailbox.deliver).addErrback(
            lambda failure: self.log.failure("whoever listens failed at the end of {call}", failure, call=line.call_id)
        )

    def _forget(self, line: PoolLine) -> None:
        self._lines.pop(line.call_id, None)
        self._open.drop(line.call_id)
        self._give_back_later(self._places[self._number(line.worker)])
        if not self._lines:
            self._is_empty()

    def _is_empty(self) -> None:
        empty, self._empty = self._empty, []
        for one in empty:
            one.callback(None)


def _ranges(settings: SwitchSettings) -> ranges.Ranges | None:
    if not settings.rtp_port:
        return None
    memory = settings.memory / ranges.MEMORY if settings.memory is not None else None
    return ranges.Ranges(settings.rtp_port, settings.rtp_last, max(1, settings.max_workers), memory)


async def _sleep(reactor: Reactor, seconds: float) -> None:
    woken: Deferred[None] = Deferred()
    call_later(reactor, seconds, lambda: woken.callback(None))
    await woken
