"""The door of the MLLP port: who may connect, and who has to go when it is crowded.

A true sender is never refused because of others that are silent, half open or slow: when the connections are used up,
one that is not being answered is cut. The first to go are those that never sent a message, of the address that has
most of them, the longest silent first.
"""

from __future__ import annotations

import ipaddress
from collections import Counter
from collections.abc import Sequence
from typing import TypeAlias

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IAddress
from twisted.internet.protocol import Factory
from twisted.logger import Logger

from background.reactor import Time, call_later
from notify.mllp.connection import Mllp
from notify.mllp.intake import Intake
from notify.mllp.limits import MllpLimits

log = Logger()

Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network

TOLD = 60.0
"""Seconds between two lines in the log about a crowd."""


class MllpDoor(Factory):
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
        self._open: dict[Mllp, None] = {}
        """In the order in which they came."""
        self._drained: list[Deferred[None]] = []
        self._told_at: float | None = None

    def buildProtocol(self, addr: IAddress | None) -> Mllp | None:
        """A protocol for a sender that may connect, else None (Twisted closes the connection)."""
        peer = getattr(addr, "host", "")
        if not self._allowed(peer):
            log.warn("{peer} is not among hl7.peers: refused", peer=peer)
            return None
        if len(self._open) >= self.limits.connections and not self._make_room():
            log.warn("{n} HL7 messages are being answered already: {peer} refused", n=len(self._open), peer=peer)
            return None
        return Mllp(self, peer)

    def _make_room(self) -> bool:
        """Cut the connection that is missed least; False when all are being answered."""
        idle = [one for one in self._open if not one.busy]
        if not idle:
            return False
        share = Counter(one.peer for one in self._open)
        goes = min(idle, key=lambda one: (one.served > 0, -share[one.peer], one.heard_at))
        now = self.clock.seconds()
        if self._told_at is None or now - self._told_at >= TOLD:
            self._told_at = now
            log.warn(
                "{n} HL7 connections are open (hl7.connections): the longest silent ones are closed to make room,"
                " those of {peer} first, which has {share}",
                n=len(self._open),
                peer=goes.peer,
                share=share[goes.peer],
            )
        self._open.pop(goes, None)
        goes.cut()
        return True

    def _allowed(self, peer: str) -> bool:
        if not self._peers:
            return True
        try:
            address = ipaddress.ip_address(peer.partition("%")[0])
        except ValueError:
            return False
        mapped = getattr(address, "ipv4_mapped", None)  # a dual-stack listener shows IPv4 peers so
        return any((mapped or address) in network for network in self._peers)

    @property
    def connections(self) -> int:
        """How many senders are connected."""
        return len(self._open)

    def opened(self, connection: Mllp) -> None:
        """A connection has been made."""
        self._open[connection] = None

    def closed(self, connection: Mllp) -> None:
        """A connection is gone."""
        if not connection.busy:
            self.settled(connection)

    def settled(self, connection: Mllp) -> None:
        """A connection is gone and owes no answer."""
        self._open.pop(connection, None)
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
