"""The engine's end of the socket to one worker: requests with their answers, and events. What they mean is for
`worker_process.py`; the messages are `wire.py`'s, the boxes on the wire `boxes.py`'s, as in the worker.

A descriptor of the reactor, not a protocol on a transport: what is asked is sent at once, and each call asks
some ten times.
"""

from __future__ import annotations

import socket
from collections.abc import Callable

from twisted.internet.defer import Deferred
from twisted.logger import Logger
from twisted.python.failure import Failure

from background.reactor import Reactor
from ivr.switch import wire
from ivr.switch.line import LineGone, NoLineFree, SwitchError, SwitchRefused
from ivr.switch.worker import boxes

AT_ONCE = 1 << 16
"""Bytes that are taken in at one go."""
_ERRORS: dict[bytes, type[SwitchError]] = {
    wire.GONE.encode(): LineGone,
    wire.NO_LINE.encode(): NoLineFree,
    wire.REFUSED.encode(): SwitchRefused,
}


class Link:
    """Implements `IReadDescriptor` and `IWriteDescriptor`. `heard` is told of each event; `lost`, once, that the worker
    has closed its end or says what is no message."""

    log = Logger()

    def __init__(
        self,
        reactor: Reactor,
        ours: socket.socket,
        heard: Callable[[wire.Message, wire.Fields], None],
        lost: Callable[[], None],
    ) -> None:
        ours.setblocking(False)
        self._reactor = reactor
        self._socket = ours
        self._heard = heard
        self._lost = lost
        self._reader = boxes.Reader()
        self._unsent = b""
        self._asked: dict[bytes, tuple[wire.Message, Deferred[wire.Fields]]] = {}
        self._count = 0
        self._is_open = True
        reactor.addReader(self)

    def ask(self, message: wire.Message, fields: wire.Fields) -> Deferred[wire.Fields]:
        """Fires with the answer, or fails with what the worker says: LineGone, NoLineFree, SwitchRefused; LineGone too
        when the link is lost meanwhile."""
        answer: Deferred[wire.Fields] = Deferred()
        self._count += 1
        ask = b"%x" % self._count
        try:
            box = boxes.write({b"_ask": ask, b"_command": message.command, **message.pack(fields)})
        except boxes.BadBox:
            answer.errback(SwitchRefused("too long to be told to a worker"))
            return answer
        if not self._is_open:
            answer.errback(LineGone("the worker is gone"))
            return answer
        self._asked[ask] = (message, answer)
        self._send(box)
        return answer

    def close(self) -> None:
        """No more is said or heard; what was asked fails."""
        if not self._is_open:
            return
        self._is_open = False
        self._reactor.removeReader(self)
        self._reactor.removeWriter(self)
        self._socket.close()
        asked, self._asked = self._asked, {}
        for _, answer in asked.values():
            answer.errback(LineGone("the worker is gone"))

    # What the reactor asks of a descriptor.

    def fileno(self) -> int:
        return self._socket.fileno()

    def logPrefix(self) -> str:
        return "worker"

    def doRead(self) -> None:
        try:
            received = self._socket.recv(AT_ONCE)
            found = self._reader.feed(received)
        except BlockingIOError:
            return
        except (OSError, boxes.BadBox):
            received, found = b"", []
        for box in found:
            if self._is_open:
                self._take(box)
        if not received:
            self._end()

    def doWrite(self) -> None:
        self._send(b"")

    def connectionLost(self, reason: Failure) -> None:
        """The reactor gives up on the descriptor."""
        self._end()

    # Within.

    def _end(self) -> None:
        if self._is_open:
            self.close()
            self._lost()

    def _send(self, box: bytes) -> None:
        had, self._unsent = bool(self._unsent), self._unsent + box
        try:
            self._unsent = self._unsent[self._socket.send(self._unsent) :]
        except BlockingIOError:
            pass
        except OSError:  # it has closed its end: reading finds out
            self._unsent = b""
        if bool(self._unsent) != had:
            (self._reactor.addWriter if self._unsent else self._reactor.removeWriter)(self)

    def _take(self, box: boxes.Box) -> None:
        """What the owner of a call does with it must not cost the link, and every call with it: a failure is logged."""
        try:
            if b"_command" in box:
                message = wire.EVENTS[box[b"_command"].decode()]
                self._heard(message, message.unpack(box))
            elif b"_answer" in box:
                asked, answer = self._asked.pop(box[b"_answer"])
                answer.callback(asked.unpack_answer(box))
            else:
                _, answer = self._asked.pop(box[b"_error"])
                error = _ERRORS.get(box.get(b"_error_code", b""), SwitchError)
                answer.errback(error(box.get(b"_error_description", b"").decode(errors="replace")))
        except Exception:  # noqa: BLE001 - told; the next box is another call's
            self.log.failure("whoever listens failed at {box} of a worker", box=next(iter(box.values()), b"").decode())
