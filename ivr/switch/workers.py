"""The worker processes of a switch: as many as are needed, each in its place, replaced when they die, given back when
they have held no call for a while.

Worker 0 listens on the configured SIP port; worker n on port + 2n. What a worker is told is for `worker_process.py`,
the calls in it for `pool.py`.
"""

from __future__ import annotations

from collections.abc import Callable

from twisted.internet.defer import Deferred, DeferredList
from twisted.logger import Logger

from background.reactor import Reactor, Timer, call_later
from ivr.switch import ranges, wire
from ivr.switch.line import SwitchError
from ivr.switch.settings import SwitchSettings
from ivr.switch.worker_process import Health, WorkerProcess, send_off


class _Place:
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


class Workers:
    """Those of one switch."""

    log = Logger()

    def __init__(
        self,
        reactor: Reactor,
        settings: SwitchSettings,
        heard: Callable[[WorkerProcess, wire.Message, wire.Fields], None],
        held: Callable[[WorkerProcess], int],
        lost: Callable[[WorkerProcess], int],
    ) -> None:
        """`heard` takes what a worker tells; `held` says how many calls it has; when it has died, `lost` ends them and
        says how many there were."""
        self._reactor = reactor
        self._settings = settings
        self._heard = heard
        self._held = held
        self._lost = lost
        self._places = [_Place(number) for number in range(max(1, settings.max_workers))]
        self._ranges = _ranges(settings)
        self._per_worker = settings.lines
        self._all: set[WorkerProcess] = set()
        """Also those that are dead but not yet reaped."""
        self.stopping = False
        """Nobody is replaced any more, and no further call begins."""

    async def start(self) -> None:
        """Start the least number of workers; SwitchError when one does not come up (the SIP port is taken)."""
        for place in self._places[: max(1, self._settings.min_workers)]:
            await self._bring_up(place)

    @property
    def port(self) -> int:
        """The SIP port of worker 0."""
        return self._places[0].port

    @property
    def running(self) -> list[WorkerProcess]:
        """Those that run."""
        return [place.worker for place in self._places if place.worker is not None]

    @property
    def lines(self) -> int:
        """Calls that all can hold, when as many run as may."""
        return self._per_worker * len(self._places)

    def has_room(self, worker: WorkerProcess) -> bool:
        """Whether it can take a call now."""
        return worker.health is Health.READY and self._room(worker) > 0

    async def with_room(self, tried: set[WorkerProcess]) -> WorkerProcess | None:
        """A worker with a free line: the first that runs, those that no caller can reach preferred; else a new one."""
        for place in [*self._places[1:], self._places[0]]:
            worker = place.worker
            if worker is not None and worker not in tried and self.has_room(worker):
                self._cancel(place)
                return worker
        for place in self._places:
            if place.worker is None or place.worker.health is Health.STARTING:
                await self._started(place)
                return place.worker
        return None

    def took_call(self, worker: WorkerProcess) -> None:
        """It is not given back now."""
        self._cancel(self._place_of(worker))

    def lost_call(self, worker: WorkerProcess) -> None:
        """If that was its last one, it is given back some time."""
        self._give_back_later(self._place_of(worker))

    def drain(self) -> None:
        """Refuse new calls."""
        self.stopping = True
        for worker in self.running:
            if worker.health is Health.READY:
                send_off(worker.ask(wire.DRAIN))

    async def stop(self) -> None:
        """Now, whatever they hold."""
        self.stopping = True
        for place in self._places:
            self._cancel(place)
        gone = [worker.when_dead() for worker in self._all]
        for worker in self.running:
            worker.quit()
        await DeferredList(gone)

    async def _bring_up(self, place: _Place) -> None:
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

    def _worker_ended(self, place: _Place, worker: WorkerProcess) -> None:
        if place.worker is not worker:
            return
        place.worker = None
        self._cancel(place)
        lost = self._lost(worker)
        wanted = place.number < max(1, self._settings.min_workers)
        if self.stopping or (not wanted and not lost):
            return
        if wanted:
            self.log.error("{worker} died with {calls} calls; replacing it", worker=worker.name, calls=lost)
            wait = RESTARTS[min(place.failures, len(RESTARTS) - 1)]
            place.failures += 1

            def replace(_: None) -> None:
                if not self.stopping:
                    place.timer = call_later(self._reactor, wait, lambda: self._replace(place))

            worker.when_dead().addCallback(replace)

    def _replace(self, place: _Place) -> None:
        # A worker that does not come up ends, and that brings us here again.
        Deferred.fromCoroutine(self._bring_up(place)).addErrback(
            lambda failure: self.log.error("worker {n}: {why}", n=place.number, why=failure.getErrorMessage())
        )

    async def _started(self, place: _Place) -> None:
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
        return worker.lines - self._held(worker)

    def _give_back_later(self, place: _Place) -> None:
        worker = place.worker
        if worker is None or place.number < max(1, self._settings.min_workers) or self._room(worker) < worker.lines:
            return
        self._cancel(place)
        place.timer = call_later(self._reactor, self._settings.idle, lambda: self._give_back(worker))

    def _give_back(self, worker: WorkerProcess) -> None:
        """Unless it has a call: the one that it was brought up for began after its time did."""
        if self._room(worker) == worker.lines:
            worker.quit()

    def _cancel(self, place: _Place) -> None:
        if place.timer is not None and place.timer.active():
            place.timer.cancel()
        place.timer = None

    def _place_of(self, worker: WorkerProcess) -> _Place:
        return next((place for place in self._places if place.worker is worker), self._places[0])


def _ranges(settings: SwitchSettings) -> ranges.Ranges | None:
    if not settings.rtp_port:
        return None
    memory = settings.memory / ranges.MEMORY if settings.memory is not None else None
    return ranges.Ranges(settings.rtp_port, settings.rtp_last, max(1, settings.max_workers), memory)


async def _sleep(reactor: Reactor, seconds: float) -> None:
    woken: Deferred[None] = Deferred()
    call_later(reactor, seconds, lambda: woken.callback(None))
    await woken
