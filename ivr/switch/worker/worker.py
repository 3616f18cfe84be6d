"""A media worker: one process, one PJSIP endpoint, as many calls as its build holds. `python -m ivr.switch.worker`.

It speaks with the engine over the socket that it inherits as file descriptor 3 (`wire.py`) and decides nothing but
what cannot wait for the engine: it stops a prompt at a key, refuses a call when it is full, and hangs up and exits
when the engine is gone. No Twisted, no database, no business here: what this process imports, every worker pays for.

One thread owns PJSIP and everything in here. It sleeps in PJSIP's own poll, where the socket to the engine is too;
PJSIP's audio threads leave notes in `_inbox` and wake it with a datagram to its own SIP port.
"""

from __future__ import annotations

import gc
import os
import select
import signal
import socket
import sys
import threading
import time
from collections import deque

import pjsua2

from ivr.switch import wire
from ivr.switch.worker import boxes
from ivr.switch.worker.alarms import Alarms
from ivr.switch.worker.call_states import DIALLING, OFFERED, OVER
from ivr.switch.worker.entrance import Entrance
from ivr.switch.worker.invite import Invitation
from ivr.switch.worker.media_watch import Timeouts
from ivr.switch.worker.priority import go_ahead
from ivr.switch.worker.refusal import Refusal
from ivr.switch.worker.replies import Request
from ivr.switch.worker.sound import silence
from ivr.switch.worker.stack import Stack
from ivr.switch.worker.transactions import head_of
from ivr.switch.worker.worker_call import WorkerCall

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ivr.switch.wire import Fields, Message

ENGINE = 3
"""The file descriptor of the socket to the engine."""
FAREWELL = 1.5
"""s for BYE and its answer when the engine is gone; the process must be gone in 2."""
LINGER = 0.1
"""s that frames take at most from the clip to the network."""
LONGEST_SLEEP = 1.0
TOO_MANY = 70010
"""PJ_ETOOMANY: every call slot of this build is in use."""
COLLECT_EVERY = 500
"""Calls between two runs of the garbage collector. It runs in this thread only: one that runs in an audio thread and
finds a pjsua2 object would end a call from there."""


class Worker:
    """The calls of this process and the loop that serves them."""

    stack: Stack
    entrance: Entrance
    timeouts: Timeouts

    def __init__(self, engine: socket.socket) -> None:
        self._engine = engine
        self._inbox: deque[Callable[[], None]] = deque()
        self._reader = boxes.Reader()
        self._outbox: list[bytes] = []
        self._asks: set[bytes] = set()
        """Requests of the engine without an answer yet. A second answer would cost the link, and with it every call."""
        self.alarms = Alarms(time.monotonic)
        self.calls: dict[str, WorkerCall] = {}
        self.silence = silence()
        self._dead: dict[int, list[WorkerCall]] = {}
        self._leaving: list[tuple[WorkerCall, Fields]] = []
        self._lines = 0
        self._offered = 0
        self._ended = 0
        self._draining = False
        self._done = False
        self.own_uri = ""

    # The loop.

    def serve(self, start: wire.Fields, ask: bytes) -> None:
        """Until the engine says Quit or is gone."""
        self.timeouts = Timeouts(*(float(start[f"{what}_timeout"]) for what in ("media", "hold", "silence")))  # type: ignore[arg-type]
        try:
            self.stack = Stack(start, self._on_incoming)
        except pjsua2.Error as error:
            sys.stderr.write(f"no SIP on {start['address']}:{start['port']}: {error.reason}\n")
            sys.stderr.flush()
            os._exit(3)
        self._lines = min(int(start["lines"]) or self.stack.holds, self.stack.holds)  # type: ignore[arg-type]
        self.entrance = Entrance(self, self._lines)
        self.own_uri = str(self.stack.account.getInfo().uri)
        if not self.stack.has_tcp:
            self.alarms.after(1.0, self._listen_tcp)
        self._asks.add(ask)
        self._answer(
            ask,
            wire.START,
            {"version": wire.VERSION, "lines": self._lines, "port": self.stack.port, "pjsip": self.stack.version},
        )
        self._send()
        self.stack.hear(self._engine.fileno(), self._came)
        threading.Thread(target=self._watch_engine, daemon=True).start()
        gc.collect()
        gc.freeze()
        while not self._done:
            self._turn()

    def _turn(self) -> None:
        inbox = self._inbox
        try:
            while inbox:
                inbox.popleft()()
            self.alarms.run()
        except pjsua2.Error as error:  # one call's trouble (it may have ended meanwhile) is not the others'
            sys.stderr.write(f"pjsip {error.status}: {error.reason} in {error.title}\n")
        if self._leaving:
            self._let_go()
        if inbox:
            return
        self._send()
        self.stack.listen(to_calls=bool(self.calls))
        self.stack.wait(self.alarms.wait(0.02 if self._leaving else LONGEST_SLEEP))

    def soon(self, action: Callable[[], None]) -> None:
        """Do it in the loop. From the owner's thread."""
        self._inbox.append(action)

    def soon_from_thread(self, action: Callable[[], None]) -> None:
        """Do it in the loop, and wake it. From any thread."""
        self._inbox.append(action)
        self.stack.wake()

    def drop_later(self, thing: object) -> None:
        """Let go of a player when its last frames are out."""
        self.alarms.after(LINGER, lambda: _forget(thing))

    # Towards the engine.

    def tell(self, message: Message, **fields: wire.Value) -> None:
        """An event."""
        self._outbox.append(boxes.write({b"_command": message.command, **message.pack(fields)}))

    def _answer(self, ask: bytes, message: Message, fields: Fields) -> None:
        if ask not in self._asks:
            return
        self._asks.remove(ask)
        self._outbox.append(boxes.write({b"_answer": ask, **message.pack_answer(fields)}))

    def _refuse(self, ask: bytes, code: str, why: str) -> None:
        if ask not in self._asks:
            return
        self._asks.remove(ask)
        self._outbox.append(
            boxes.write({b"_error": ask, b"_error_code": code.encode(), b"_error_description": why.encode()[:1000]})
        )

    def _send(self) -> None:
        if self._outbox:
            out = b"".join(self._outbox)
            self._outbox.clear()
            try:
                while out:
                    try:
                        out = out[self._engine.send(out) :]
                    except BlockingIOError:
                        select.select([], [self._engine], [])
            except OSError:
                return  # reading notices, and says farewell

    def _came(self, received: bytes) -> None:
        """From the engine, told within PJSIP's poll."""
        try:
            found = self._reader.feed(received)
        except boxes.BadBox:
            received, found = b"", []
        for box in found:
            self._inbox.append(lambda box=box: self._asked(box))  # type: ignore[misc]
        if not received:
            self._inbox.append(self._farewell)

    def _watch_engine(self) -> None:
        """A thread for when the engine is gone and the owner's thread hangs."""
        watch = select.poll()
        watch.register(self._engine, 0)  # its end is reported whatever was asked for
        watch.poll()
        time.sleep(FAREWELL + 0.4)
        os._exit(1)

    # From the engine.

    def _asked(self, box: boxes.Box) -> None:
        ask = box.get(b"_ask", b"")
        name = box.get(b"_command", b"").decode()
        message = wire.REQUESTS[name]
        fields = message.unpack(box)
        self._asks.add(ask)
        try:
            if "call" in fields and message is not wire.DIAL:
                call = self.calls.get(str(fields["call"]))
                if call is None or call.state == OVER:
                    if message is wire.HANG_UP:
                        self._answer(ask, message, {})
                        return
                    raise Refusal(wire.GONE, "the call has ended")
                self._ask_call(call, message, fields, ask)
            else:
                self._ask_worker(message, fields, ask)
        except Refusal as refusal:
            self._refuse(ask, refusal.code, str(refusal))
        except pjsua2.Error as error:
            self._refuse(ask, wire.REFUSED, f"pjsip {error.status}: {error.reason}")

    def _ask_call(self, call: WorkerCall, message: Message, fields: Fields, ask: bytes) -> None:
        def answer(**values: wire.Value) -> None:
            self._answer(ask, message, values)

        def gone() -> None:
            self._refuse(ask, wire.GONE, "the call has ended")

        if message is wire.PLAY:
            call.play(
                list(fields["clips"]),  # type: ignore[arg-type]
                str(fields["stop_on"]),
                lambda finished, key: answer(finished=finished, stopped_by=key, silence=call.silence()),
                gone,
            )
            return
        if message is wire.RECORD:
            call.record(
                str(fields["path"]),
                float(fields["limit"]),  # type: ignore[arg-type]
                float(fields["silence"]),  # type: ignore[arg-type]
                str(fields["end_keys"]),
                lambda seconds, ended, key: answer(seconds=seconds, ended=ended, key=key),
            )
            return
        if message is wire.ANSWER:
            call.pick_up(answer, gone)
            return
        if message is wire.RING:
            call.ring()
        elif message is wire.REJECT:
            call.refuse(int(fields["sip_code"]))  # type: ignore[arg-type]
        elif message is wire.STOP:
            call.stop()
        elif message is wire.STOP_RECORDING:
            call.stop_recording()
        elif message is wire.BRIDGE:
            other = self.calls.get(str(fields["other"]))
            if other is None:
                raise Refusal(wire.REFUSED, "the other call is not on this worker")
            call.bridge(other)
        elif message is wire.UNBRIDGE:
            call.unbridge()
        elif message is wire.HANG_UP:
            call.hang_up(int(fields["sip_code"]))  # type: ignore[arg-type]
        answer()

    def _ask_worker(self, message: Message, fields: Fields, ask: bytes) -> None:
        if message is wire.DIAL:
            call = self._dial(fields)
            self._answer(ask, message, {"invite": call.sip.invite, "seen": call.sip.seen})
            return
        if message is wire.DRAIN:
            self._draining = True
        elif message is wire.QUIT:
            self._farewell()
        self._answer(ask, message, {})

    def _dial(self, fields: Fields) -> WorkerCall:
        if self._draining or len(self.calls) >= self._lines:
            raise Refusal(wire.NO_LINE, "every line is in use")
        call = WorkerCall(self, str(fields["call"]), DIALLING)
        self.calls[call.call_id] = call
        try:
            call.dial(
                str(fields["target"]),
                str(fields["caller_id"]),
                list(fields["headers"]),  # type: ignore[arg-type]
                float(fields["timeout"]),  # type: ignore[arg-type]
            )
        except pjsua2.Error as error:
            call.state = OVER
            del self.calls[call.call_id]
            self._bury(call)
            code = wire.NO_LINE if error.status == TOO_MANY else wire.REFUSED
            raise Refusal(code, f"pjsip {error.status}: {error.reason}") from None
        return call

    # Calls come and go.

    def _on_incoming(self, prm: pjsua2.OnIncomingCallParam) -> None:
        """A callback of pjsua2: the call object must be there when it returns."""
        code = 503 if self._draining else 486 if len(self.calls) >= self._lines else 0
        seen = str(prm.rdata.srcAddress)
        peer = seen.rpartition(":")[0].strip("[]")
        call = WorkerCall(self, os.urandom(16).hex(), OVER if code else OFFERED, prm.callId, peer)
        if code:
            refusal = pjsua2.CallOpParam()
            refusal.statusCode = code
            call.hangup(refusal)
            self._bury(call)
            return
        self.calls[call.call_id] = call
        request = self.entrance.taken(call.call_id, peer) or Request(str(prm.rdata.wholeMsg))
        call.sip.seen, call.sip_call_id = seen, request.call_id
        self.soon(lambda: self._offer(call, request, peer))

    def room(self) -> int:
        """0 when a further call can be taken, else the code that says why not."""
        full = len(self.calls) >= self._lines or self.stack.occupied() >= self.stack.holds
        return 503 if self._draining else 486 if full else 0

    def _offer(self, call: WorkerCall, request: Request, peer: str) -> None:
        invitation = Invitation(request.text, request.headers)
        self.tell(
            wire.OFFERED,
            call=call.call_id,
            dialled=invitation.dialled,
            caller=invitation.caller,
            display=invitation.display,
            asserted=list(invitation.asserted or ()),
            diversions=[text for diversion in invitation.diversions for text in diversion],
            peer=peer,
            seen=call.sip.seen,
            invite=head_of(request.text),
            headers=["Call-ID", invitation.call_id],
        )

    def leave(self, call: WorkerCall, **end: wire.Value) -> None:
        """The call is over; the engine hears so when its slot is free and its recording on disk."""
        self.entrance.settled(call.call_id)
        self._leaving.append((call, end))

    def _let_go(self) -> None:
        ghosts = self.stack.occupied() - (len(self.calls) - len(self._leaving))
        free = len(self._leaving) - max(0, ghosts)
        for call, end in list(self._leaving):
            if free <= 0:
                return
            if call.closing:
                continue
            free -= 1
            self._leaving.remove((call, end))
            del self.calls[call.call_id]
            self._bury(call)
            self.tell(wire.ENDED, call=call.call_id, **end)
            self._ended += 1
            if self._ended % COLLECT_EVERY == 0:
                gc.collect()

    def _bury(self, call: WorkerCall) -> None:
        """Keep the pjsua2 object of a call that is over until its slot is free again, then let go of it.

        It goes on pointing at its slot: the end of the object ends whatever call is in there by then. So the one
        before it is let go now, if nobody has the slot, and this one when the next call of the slot is over. By then
        no thread of PJSIP can be in one of its callbacks either.
        """
        slot = call.getId()
        dead = self._dead.setdefault(slot, [])
        if all(other.getId() != slot for other in self.calls.values()):
            for one in dead:
                WorkerCall.__swig_destroy__(one)  # now, not when the last reference goes
            dead.clear()
        dead.append(call)

    def _listen_tcp(self) -> None:
        if not self.stack.listen_tcp():
            self.alarms.after(1.0, self._listen_tcp)

    def _farewell(self) -> None:
        self._draining = True
        self.stack.endpoint.hangupAllCalls()
        until = self.alarms.now() + FAREWELL
        while self.stack.occupied() and self.alarms.now() < until:
            self.stack.wait(0.02)
        self._send()
        self._done = True


def _forget(thing: object) -> None:
    """The last reference goes with the argument."""


def main() -> None:
    """Wait for Start, serve, exit. PJSIP is not taken down in order: the kernel does that without crashing."""
    go_ahead()
    gc.disable()
    # Ctrl-C and systemd's SIGTERM reach the whole group; they are for the engine, which says Quit after its drain.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    engine = socket.socket(fileno=ENGINE)
    reader = boxes.Reader()
    started: list[boxes.Box] = []
    while not started:
        received = engine.recv(65536)
        if not received:
            return
        started = reader.feed(received)
    fields = wire.START.unpack(started[0])
    if fields["version"] != wire.VERSION:
        sys.exit(f"the engine speaks version {fields['version']}, this worker {wire.VERSION}")
    Worker(engine).serve(fields, started[0].get(b"_ask", b""))
    sys.stderr.flush()
    os._exit(0)
