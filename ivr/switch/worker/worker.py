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
import signal
import socket
import sys
import time
from collections import deque

import pjsua2

from ivr.switch import wire
from ivr.switch.worker import boxes
from ivr.switch.worker.alarms import Alarms
from ivr.switch.worker.calls import Calls
from ivr.switch.worker.engine import FAREWELL, Engine
from ivr.switch.worker.entrance import Entrance
from ivr.switch.worker.media_watch import Timeouts
from ivr.switch.worker.priority import go_ahead
from ivr.switch.worker.requests import Requests
from ivr.switch.worker.sound import silence
from ivr.switch.worker.stack import Stack

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

ENGINE = 3
"""The file descriptor of the socket to the engine."""
LINGER = 0.1
"""s that frames take at most from the clip to the network."""
LONGEST_SLEEP = 1.0


class Worker:
    """The loop of this process, and what its calls share."""

    stack: Stack
    calls: Calls
    entrance: Entrance
    timeouts: Timeouts
    _requests: Requests

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.tell = engine.tell
        self._inbox: deque[Callable[[], None]] = deque()
        self.alarms = Alarms(time.monotonic)
        self.silence = silence()
        self.own_uri = ""
        self._done = False

    def serve(self, start: wire.Fields, ask: bytes) -> None:
        """Until the engine says Quit or is gone."""
        self.timeouts = Timeouts(*(float(start[f"{what}_timeout"]) for what in ("media", "hold", "silence")))  # type: ignore[arg-type]
        try:
            self.stack = Stack(start, lambda prm: self.calls.come(prm))
        except pjsua2.Error as error:
            sys.stderr.write(f"no SIP on {start['address']}:{start['port']}: {error.reason}\n")
            sys.stderr.flush()
            os._exit(3)
        lines = min(int(start["lines"]) or self.stack.holds, self.stack.holds)  # type: ignore[arg-type]
        self.calls = Calls(self, lines)
        self.entrance = Entrance(self, self.calls)
        self._requests = Requests(self._engine, self.calls, self._farewell)
        self.own_uri = str(self.stack.account.getInfo().uri)
        if not self.stack.has_tcp:
            self.alarms.after(1.0, self._listen_tcp)
        self._engine.asked(ask)
        self._engine.answer(
            ask,
            wire.START,
            {"version": wire.VERSION, "lines": lines, "port": self.stack.port, "pjsip": self.stack.version},
        )
        self._engine.send()
        self.stack.hear(self._engine.descriptor, self._came)
        self._engine.watch()
        gc.collect()
        gc.freeze()
        while not self._done:
            self._turn()

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

    def _turn(self) -> None:
        inbox = self._inbox
        try:
            while inbox:
                inbox.popleft()()
            self.alarms.run()
        except pjsua2.Error as error:  # one call's trouble (it may have ended meanwhile) is not the others'
            sys.stderr.write(f"pjsip {error.status}: {error.reason} in {error.title}\n")
        if self.calls.are_leaving:
            self.calls.let_go()
        if inbox:
            return
        self._engine.send()
        self.stack.listen(to_calls=bool(self.calls.held))
        self.stack.wait(self.alarms.wait(0.02 if self.calls.are_leaving else LONGEST_SLEEP))

    def _came(self, received: bytes) -> None:
        """From the engine, told within PJSIP's poll."""
        found = self._engine.read(received)
        if found is None:
            self._inbox.append(self._farewell)
            return
        for box in found:
            self._inbox.append(lambda box=box: self._requests.take(box))  # type: ignore[misc]

    def _listen_tcp(self) -> None:
        if not self.stack.listen_tcp():
            self.alarms.after(1.0, self._listen_tcp)

    def _farewell(self) -> None:
        self.calls.is_draining = True
        self.stack.endpoint.hangupAllCalls()
        until = self.alarms.now() + FAREWELL
        while self.stack.occupied() and self.alarms.now() < until:
            self.stack.wait(0.02)
        self._engine.send()
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
    Worker(Engine(engine)).serve(fields, started[0].get(b"_ask", b""))
    sys.stderr.flush()
    os._exit(0)
