"""The switch of the engine: its calls, held by worker processes.

Worker 0 takes the calls from outside, the others serve outgoing calls (or incoming ones behind an edge that spreads
them). How many there are is for `workers.py`; one call is a `PoolLine`, and what runs on it the conversation's.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Mapping

from twisted.internet.defer import CancelledError, Deferred, execute
from twisted.logger import Logger
from twisted.python.failure import Failure

from background.reactor import Reactor, call_later
from ivr.switch import open_calls, wire
from ivr.switch.dialog import Dialog
from ivr.switch.line import (
    Capacity,
    Cause,
    Ended,
    Line,
    LineGone,
    LineListener,
    NoLineFree,
    SwitchError,
    SwitchListener,
    SwitchRefused,
    TurnedAway,
)
from ivr.switch.offers import Offers
from ivr.switch.parting import Parting
from ivr.switch.pool_line import PoolLine
from ivr.switch.settings import SwitchSettings
from ivr.switch.sip import cause_of, checked_caller_id, checked_headers, checked_target
from ivr.switch.worker_process import WorkerProcess, send_off
from ivr.switch.workers import Workers


class Pool:
    """Implements `Switch`."""

    log = Logger()

    def __init__(self, reactor: Reactor, settings: SwitchSettings, listener: SwitchListener) -> None:
        self._reactor = reactor
        self._listener = listener
        self._offers = Offers(settings.trunks)
        self._workers = Workers(reactor, settings, self._heard, self._held, self._lost)
        self._lines: dict[str, PoolLine] = {}
        self._open = open_calls.OpenCalls(settings.memory and settings.memory / open_calls.MEMORY)
        self._parting = Parting(reactor, settings.address, settings.public_address)
        self._empty: list[Deferred[None]] = []

    async def start(self) -> None:
        """Start the least number of workers; SwitchError when one does not come up (the SIP port is taken)."""
        if self._open.left:
            self.log.warn("ending {calls} calls that the previous engine left behind", calls=len(self._open.left))
            self._parting.say(self._open.left)
        await self._workers.start()

    @property
    def port(self) -> int:
        """The SIP port of worker 0."""
        return self._workers.port

    @property
    def pjsip(self) -> str:
        """The version of PJSIP that the workers run, empty before the first has started."""
        return next((worker.pjsip for worker in self.workers), "")

    @property
    def workers(self) -> list[WorkerProcess]:
        """Those that run."""
        return self._workers.running

    def capacity(self) -> Capacity:
        return Capacity(lines=self._workers.lines, busy=len(self._lines))

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
        while not self._workers.stopping:
            worker = beside.worker if beside is not None else await self._workers.with_room(tried)
            if worker is None or worker in tried or not self._workers.has_room(worker):
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
        self._workers.drain()
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
        await self._workers.stop()
        self._parting.close()
        self._open.close()

    # What the workers tell, and whether they live.

    def _held(self, worker: WorkerProcess) -> int:
        return sum(line.worker is worker for line in self._lines.values())

    def _lost(self, worker: WorkerProcess) -> int:
        lost = [line for line in self._lines.values() if line.worker is worker]
        owed = [dialog for line in lost if (dialog := self._open.get(line.call_id)) is not None]
        if owed:  # before it is replaced: the port of the calls is free for that moment
            worker.when_dead().addCallback(lambda _: None if worker.left_in_order else self._parting.say(owed))
        for line in lost:
            self._end(line, Ended(Cause.SWITCH_LOST))
        return len(lost)

    def _heard(self, worker: WorkerProcess, message: wire.Message, fields: wire.Fields) -> None:
        call_id = str(fields["call"])
        if message is wire.OFFERED:
            self._offered(worker, call_id, fields)
            return
        if message is wire.TURNED_AWAY:
            refused = TurnedAway(
                call_id,
                self._offers.read(fields),
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
        offer = self._offers.read(fields)
        line = PoolLine(call_id, worker, self._reactor, offer.headers.get("Call-ID", ""))
        self._lines[call_id] = line
        self._open.put(call_id, Dialog(True, worker.port, str(fields["invite"]), "", str(fields["seen"])))
        self._workers.took_call(worker)

        def not_taken(failure: Failure) -> None:
            self.log.failure("call {call} could not be taken", failure, call=call_id)
            send_off(line.hang_up(500))

        execute(self._listener.incoming, line, offer).addErrback(not_taken)

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
        self._workers.lost_call(line.worker)
        if not self._lines:
            self._is_empty()

    def _is_empty(self) -> None:
        empty, self._empty = self._empty, []
        for one in empty:
            one.callback(None)
