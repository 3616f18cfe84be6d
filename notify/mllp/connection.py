"""MLLP (HL7 minimal lower layer protocol) over TCP: frames in, one answer for each, in order.

How bytes become frames is `frames.py`'s, what a frame says `intake.py`'s, who may connect and who has to go when
it is crowded `door.py`'s. The next frame of a connection waits until the one before is answered.
Nothing of a message is ever logged here: it holds patient data.
"""

from __future__ import annotations

import socket
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any
from typing import Protocol as Shape

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IHalfCloseableProtocol
from twisted.internet.protocol import Protocol, connectionDone
from twisted.logger import Logger
from twisted.python.failure import Failure
from zope.interface import implementer

from background.reactor import Time, Timer, call_later
from background.spawn import spawn
from notify.hl7.frame import Frame
from notify.mllp.frames import CutOff, Frames, Whole, framed
from notify.mllp.intake import Intake
from notify.mllp.limits import MllpLimits

log = Logger()

KEEPALIVE = (("TCP_KEEPIDLE", 60), ("TCP_KEEPINTVL", 15), ("TCP_KEEPCNT", 4))
"""A sender that died without a word is noticed after two minutes."""


TOO_LONG = "the message is too long"


class Door(Shape):
    """Who counts the connections (`door.MllpDoor`)."""

    clock: Time
    intake: Intake
    limits: MllpLimits

    def opened(self, connection: Mllp) -> None: ...

    def closed(self, connection: Mllp) -> None: ...

    def settled(self, connection: Mllp) -> None: ...


@implementer(IHalfCloseableProtocol)
class Mllp(Protocol):
    """One connection of a sender."""

    def __init__(self, door: Door, peer: str) -> None:
        self._door = door
        self.peer = peer
        self._clock = door.clock
        self._limits = door.limits
        self._frames = Frames(door.intake.segments)
        self._answering: Deferred[None] | None = None
        self._paused = False
        self._closing = False
        self._sent_all = False
        """The sender sends no more; it may still want its answers."""
        self._gone = False
        self._timer: Timer | None = None
        self._begun_at: float | None = None
        self.heard_at = self._clock.seconds()
        """When the last byte came."""
        self.served = 0
        """Frames that were answered."""

    # Twisted's

    def connectionMade(self) -> None:
        self._keep_alive()
        self._door.opened(self)
        self._watch()

    def dataReceived(self, data: bytes) -> None:
        if self._closing:
            return
        self.heard_at = self._clock.seconds()
        self._frames.take(data)
        if self._answering is None:
            self._next()
        elif self._frames.waiting > self._limits.ahead and not self._paused:
            self._transport.pauseProducing()  # it sends faster than we answer
            self._paused = True
        self._watch()

    def readConnectionLost(self) -> None:
        """The sender has finished sending."""
        self._sent_all = True
        if self._answering is None:
            self._next()

    def writeConnectionLost(self) -> None:
        """We have finished answering."""

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        self._gone = True
        self._stop_watching()
        if self._closing:
            self._frames.clear()
        # What came whole is stored though nobody waits for its answer: not every sender keeps what it sent.
        self._sent_all = True
        if self._answering is None:
            self._next()
        self._door.closed(self)

    # Frames

    def _next(self) -> None:
        """Take frames until one has to be answered."""
        while self._answering is None and not self._closing:
            found = self._frames.next()
            if isinstance(found, Whole):
                self._begun_at = None
                if found.frame.length > self._limits.longest:
                    self._start(self._answer_refused(found.frame, TOO_LONG))
                else:
                    self._start(self._answer(found.frame))
            elif isinstance(found, CutOff):
                self._begun_at = None
                reason = "the message was cut off: a new one began before its end"
                self._start(self._door.intake.take_unfinished(found.frame, self.peer, reason))
            elif self._frames.length > self._limits.longest:
                self._refuse(TOO_LONG)
            elif self._frames.garbage > self._limits.garbage:
                log.warn("{peer} doesn't speak MLLP: closed", peer=self.peer)
                self.close()
            elif self._sent_all:
                self._unfinished("the message was cut off: the connection ended before it")
            else:
                return

    def _unfinished(self, reason: str) -> None:
        """No more bytes come of a message that has begun."""
        frame = self._frames.end()
        if frame is None or not frame.length:
            self.close()
            return
        self._start(self._answer_unfinished(frame, reason))

    def _refuse(self, reason: str) -> None:
        frame = self._frames.end()
        if frame is not None:
            self._start(self._answer_refused(frame, reason))

    # Answers

    def _start(self, work: Coroutine[Any, Any, object]) -> None:
        answering: Any = spawn(work, f"answering HL7 from {self.peer}")
        self._answering = answering
        answering.addBoth(self._answered)

    def _answered(self, _: object) -> None:
        self._answering = None
        if self._closing:
            self._frames.clear()
            if not self._gone:
                self._transport.loseConnection()
            self._door.settled(self)
            return
        self._watch()
        if self._gone and not self._frames.waiting and not self._frames.begun:
            self._door.settled(self)
            return
        if self._paused:
            self._paused = False
            self._transport.resumeProducing()
        # From the reactor, lest a thousand messages in one packet make a thousand nested calls.
        call_later(self._clock, 0, self._go_on)

    def _go_on(self) -> None:
        if self._answering is None and not self._closing:
            self._next()
            self._watch()
        if self._gone and self._answering is None:
            self._door.settled(self)

    async def _answer(self, frame: Frame) -> None:
        intake = self._door.intake
        try:
            answer = await intake.answer(frame, self.peer)
        except Exception:  # noqa: BLE001 - logged with its traceback; the message is kept and refused
            log.failure("an HL7 message from {peer} could not be handled", peer=self.peer)
            answer = await intake.failed(frame, self.peer)
        self._write(answer)

    async def _answer_unfinished(self, frame: Frame, reason: str) -> None:
        self._write(await self._door.intake.take_unfinished(frame, self.peer, reason))
        self._closing = True

    async def _answer_refused(self, frame: Frame, reason: str) -> None:
        self._write(await self._door.intake.refuse_frame(frame, self.peer, reason))
        self._closing = True

    def _write(self, answer: bytes | None) -> None:
        """Send the answer. None: it is not stored, so the sender is left without one and keeps its message."""
        if answer is None:
            self._closing = True
        elif not self._gone:
            self.served += 1
            self._transport.write(framed(answer))

    # Time

    def _watch(self) -> None:
        self._stop_watching()
        if self._closing or self._gone or self._answering is not None:
            return
        now, limits = self._clock.seconds(), self._limits
        if not self._frames.begun:
            self._begun_at = None
            seconds = self.heard_at + limits.idle - now
        else:
            # A message that trickles in must not hold the connection for ever: its time runs from its first byte.
            self._begun_at = now if self._begun_at is None else self._begun_at
            seconds = self._begun_at + max(limits.begun, self._frames.length / limits.rate) - now
            if self._frames.may_have_ended:
                seconds = min(seconds, limits.pending)
        self._timer = call_later(self._clock, max(seconds, 0.0), self._too_slow)

    def _stop_watching(self) -> None:
        if self._timer is not None and self._timer.active():
            self._timer.cancel()
        self._timer = None

    def _too_slow(self) -> None:
        self._timer = None
        if self._frames.may_have_ended:
            frame = self._frames.end()
            if frame is not None:
                self._start(self._answer(frame))
        elif self._frames.begun:
            log.warn("{peer} began a message and didn't end it in time: closed", peer=self.peer)
            self._unfinished("the message was cut off: its end never came")
        else:
            self.close()

    def _keep_alive(self) -> None:
        transport = self._transport
        if hasattr(transport, "setTcpKeepAlive"):
            transport.setTcpKeepAlive(True)
            with suppress(OSError, AttributeError):  # not every system can be set so
                for name, value in KEEPALIVE:
                    transport.getHandle().setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)

    # The end

    @property
    def busy(self) -> bool:
        """Whether a message is being answered."""
        return self._answering is not None

    @property
    def begun(self) -> bool:
        """Whether a message has begun and not ended."""
        return self._frames.begun

    def close(self) -> None:
        """Answer what is being answered, then close."""
        self._closing = True
        self._stop_watching()
        if self._answering is None:
            self._frames.clear()
            if self._gone:
                self._door.settled(self)
            else:
                self._transport.loseConnection()

    def cut(self) -> None:
        """Close at once, whatever is under way. What was stored is stored; the sender will ask again."""
        self._closing = True
        self._stop_watching()
        self._transport.abortConnection()

    @property
    def _transport(self) -> Any:
        return self.transport
