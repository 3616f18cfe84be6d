"""MLLP (HL7 minimal lower layer protocol) over TCP: frames in, one answer for each, in order.

A frame is 0x0B, the message, 0x1C 0x0D. TCP may split and join them anywhere. The next message of a
connection waits until the one before is answered. What a message says is for `intake.py`.
Nothing of a message is ever logged here: it holds patient data.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IAddress
from twisted.internet.protocol import Factory, Protocol, connectionDone
from twisted.logger import Logger
from twisted.python.failure import Failure

from ivr.spawn import spawn
from ivr.switch.reactor import Time, Timer, call_later
from notify.intake import Intake

log = Logger()

START = b"\x0b"
END = b"\x1c"
CARRIAGE_RETURN = b"\x0d"

Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True)
class MllpLimits:
    """What a connection may take."""

    message: int = 1_048_576
    """Bytes of one message; a longer one is refused and its connection closed."""
    connections: int = 50
    begun: float = 30.0
    """Seconds within which a message that has begun must be whole."""
    idle: float = 3600.0
    """Seconds without a byte after which a quiet connection is closed."""
    leaving: float = 5.0
    """Seconds that a drain leaves senders to take their last answers; then connections are cut."""
    garbage: int = 65_536
    """Bytes outside frames after which a connection is closed: whoever this is doesn't speak MLLP."""


def framed(message: bytes) -> bytes:
    """`message` as it goes over the wire."""
    return START + message + END + CARRIAGE_RETURN


class Mllp(Protocol):
    """One connection of a sender."""

    def __init__(self, factory: MllpFactory, peer: str) -> None:
        self._factory = factory
        self._peer = peer
        self._clock = factory.clock
        self._limits = factory.limits
        self._buffer = bytearray()
        self._searched = 0
        self._garbage = 0
        self._answering: Deferred[None] | None = None
        self._paused = False
        self._closing = False
        self._timer: Timer | None = None

    # Twisted's

    def connectionMade(self) -> None:
        self._factory.opened(self)
        self._watch()

    def dataReceived(self, data: bytes) -> None:
        if self._closing:
            return
        begun = bool(self._buffer)
        self._buffer += data
        if self._answering is None:
            self._next()
        elif len(self._buffer) > self._limits.message and not self._paused:
            self._transport.pauseProducing()  # it sends faster than we answer
            self._paused = True
        # A message that trickles in must not hold the connection for ever: its time runs from its first byte.
        if not (begun and self._buffer and self._answering is None):
            self._watch()

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        self._closing = True
        self._stop_watching()
        self._factory.closed(self)
        # An answer under way goes on: what was stored is stored, and the sender will ask again.

    # Frames

    def _next(self) -> None:
        """Take frames out of the buffer until one has to be answered."""
        while self._answering is None and not self._closing:
            start = self._buffer.find(START)
            if start != 0:
                self._skip(len(self._buffer) if start < 0 else start)
                if start < 0:
                    return
                continue
            end = self._buffer.find(END, self._searched)
            if end < 0:
                self._searched = len(self._buffer)
                if len(self._buffer) > self._limits.message + 1:
                    self._refuse(bytes(self._buffer[1 : self._limits.message + 1]), "the message is too long")
                return
            frame = bytes(self._buffer[1:end])
            self._drop(end + 1)
            # A start within a frame: the sender died in the middle of a message and began anew.
            cut_off, begun_anew, whole = frame.rpartition(START)
            if len(whole) > self._limits.message:
                self._refuse(whole[: self._limits.message], "the message is too long")
                return
            self._start(self._answer(whole, cut_off if begun_anew else None))

    def _skip(self, length: int) -> None:
        """Bytes between frames: a carriage return belongs to the end of a frame, others to nothing."""
        self._garbage += len(bytes(self._buffer[:length]).strip(b"\r\n"))
        self._drop(length)
        if self._garbage > self._limits.garbage:
            log.warn("{peer} doesn't speak MLLP: closed", peer=self._peer)
            self.close()

    def _drop(self, length: int) -> None:
        del self._buffer[:length]
        self._searched = 0

    def _refuse(self, raw: bytes, reason: str) -> None:
        self._buffer.clear()
        self._searched = 0
        self._start(self._refuse_and_close(raw, reason))

    # Answers

    def _start(self, work: Any) -> None:
        answering = self._answering = spawn(work, f"answering HL7 from {self._peer}")
        answering.addBoth(self._answered)

    def _answered(self, _: object) -> None:
        self._answering = None
        if self._closing:
            self._transport.loseConnection()
            self._factory.settled(self)
            return
        self._watch()
        if self._paused:
            self._paused = False
            self._transport.resumeProducing()
        # From the reactor, lest a thousand messages in one packet make a thousand nested calls.
        call_later(self._clock, 0, self._go_on)

    def _go_on(self) -> None:
        if self._answering is None and not self._closing:
            self._next()

    async def _answer(self, message: bytes, cut_off: bytes | None) -> None:
        intake = self._factory.intake
        if cut_off is not None:
            await intake.refuse_frame(cut_off, self._peer, "the message was cut off: a new one began before its end")
        try:
            answer = await intake.receive(message, self._peer)
        except Exception:  # noqa: BLE001 - logged with its traceback; the sender keeps its message and tries again
            log.failure("an HL7 message from {peer} could not be handled", peer=self._peer)
            answer = intake.sorry(message)
        self._transport.write(framed(answer))

    async def _refuse_and_close(self, raw: bytes, reason: str) -> None:
        answer = await self._factory.intake.refuse_frame(raw, self._peer, reason)
        self._transport.write(framed(answer))
        self._closing = True

    # Time

    def _watch(self) -> None:
        self._stop_watching()
        if not self._closing:
            begun = bool(self._buffer) and self._answering is None
            seconds = self._limits.begun if begun else self._limits.idle
            self._timer = call_later(self._clock, seconds, self._too_slow)

    def _stop_watching(self) -> None:
        if self._timer is not None and self._timer.active():
            self._timer.cancel()
        self._timer = None

    def _too_slow(self) -> None:
        self._timer = None
        if self._answering is not None:
            self._watch()
            return
        if self._buffer:
            log.warn("{peer} began a message and didn't end it in time: closed", peer=self._peer)
            self._refuse(bytes(self._buffer[1:]), "the message was cut off: its end never came")
        else:
            self.close()

    # The end

    @property
    def busy(self) -> bool:
        """Whether a message is being answered."""
        return self._answering is not None

    def close(self) -> None:
        """Answer what is being answered, then close."""
        self._closing = True
        self._stop_watching()
        if self._answering is None:
            self._transport.loseConnection()

    def cut(self) -> None:
        """Close at once, whatever is under way. What was stored is stored; the sender will ask again."""
        self._closing = True
        self._stop_watching()
        self._transport.abortConnection()

    @property
    def _transport(self) -> Any:
        return self.transport


class MllpFactory(Factory):
    """Takes the connections of senders. `peers` are addresses or networks that may connect; empty: all."""

    noisy = False

    def __init__(
        self,
        clock: Time,
        intake: Intake,
        peers: Sequence[str] = (),
        limits: MllpLimits | None = None,
    ) -> None:
        self.clock = clock
        self.intake = intake
        self.limits = limits or MllpLimits()
        self._peers: tuple[Network, ...] = tuple(ipaddress.ip_network(peer, strict=False) for peer in peers)
        self._open: set[Mllp] = set()
        self._drained: list[Deferred[None]] = []

    def buildProtocol(self, addr: IAddress | None) -> Mllp | None:
        """A protocol for a sender that may connect, else None (Twisted closes the connection)."""
        peer = getattr(addr, "host", "")
        if not self._allowed(peer):
            log.warn("{peer} is not among hl7.peers: refused", peer=peer)
            return None
        if len(self._open) >= self.limits.connections:
            log.warn("{n} HL7 connections are open already: {peer} refused", n=len(self._open), peer=peer)
            return None
        return Mllp(self, peer)

    def _allowed(self, peer: str) -> bool:
        if not self._peers:
            return True
        try:
            address = ipaddress.ip_address(peer.partition("%")[0])
        except ValueError:
            return False
        mapped = getattr(address, "ipv4_mapped", None)  # a dual-stack listener shows IPv4 peers so
        return any((mapped or address) in network for network in self._peers)

    def opened(self, connection: Mllp) -> None:
        """A connection stands."""
        self._open.add(connection)

    def closed(self, connection: Mllp) -> None:
        """A connection is gone."""
        if not connection.busy:
            self.settled(connection)

    def settled(self, connection: Mllp) -> None:
        """A connection is gone and owes no answer."""
        self._open.discard(connection)
        if not self._open:
            self._is_drained()

    async def drain(self) -> None:
        """Answer what is being answered and close every connection; cut those that do not end in time.
        Stop listening before."""
        for connection in tuple(self._open):
            connection.close()
        if self._open:
            told: Deferred[None] = Deferred()
            self._drained.append(told)
            late = call_later(self.clock, self.limits.leaving, self._cut_all)
            await told
            if late.active():
                late.cancel()

    def _cut_all(self) -> None:
        log.warn("{n} HL7 connections did not end in time: cut", n=len(self._open))
        for connection in tuple(self._open):
            connection.cut()
        self._is_drained()

    def _is_drained(self) -> None:
        waiting, self._drained = self._drained, []
        for told in waiting:
            told.callback(None)
