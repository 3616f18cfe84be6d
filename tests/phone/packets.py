"""RTP as telephones and bad networks make it: voice and RFC 4733 events, written as pcap for SIPp.

A `Tape` is a list of (seconds, RTP packet). Keys can be sent as gateways in the field send them:
with packets lost or repeated, with a duration that never grows, without the packets that end
them, or held for seconds. Sending is `sipp.py`'s business.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

PTIME = 160
"""Samples in a packet of 20 ms."""
ULAW, EVENT = 0, 101
EVENTS = "0123456789*#ABCD"


def ulaw(sample: int) -> int:
    """One 16-bit sample as a mu-law byte (G.711)."""
    sign = 0x80 if sample < 0 else 0
    magnitude = min(abs(sample), 32635) + 132
    exponent = max(magnitude.bit_length() - 8, 0)
    return ~(sign | (exponent << 4) | ((magnitude >> (exponent + 3)) & 0x0F)) & 0xFF


HUM = bytes(ulaw(int(300 * math.sin(2 * math.pi * 200 * i / 8000))) for i in range(PTIME))


@dataclass
class Tape:
    """RTP packets of one sender in the order of time."""

    packets: list[tuple[float, bytes]] = field(default_factory=list)
    now: float = 0.0
    sequence: int = 1
    stamp: int = PTIME

    def voice(self, seconds: float) -> Tape:
        """A quiet hum."""
        for _ in range(round(seconds * 50)):
            self._send(ULAW, self.stamp, HUM, marker=self.sequence == 1)
            self._pass(1)
        return self

    def key(
        self, key: str, *, ms: int = 100, ends: int = 3, grows: bool = True, again: int = 1, event: int | None = None
    ) -> Tape:
        """One key of `ms`: a packet each 20 ms with a growing duration, then `ends` packets with the end bit.

        `grows=False`: every packet says the whole duration (fixed-duration senders). `again`: every packet is sent
        this many times. `event`: the event number, when it is no key (16 is a flash).
        """
        number = EVENTS.index(key) if event is None else event
        steps = max(1, ms // 20)
        for step in range(1, steps + 1):
            spoken = min(0xFFFF, step * PTIME if grows else steps * PTIME)
            body = struct.pack("!BBH", number, 10, spoken)
            self._send(EVENT, self.stamp, body, marker=step == 1, times=again)
            self.now += 0.02
        body = struct.pack("!BBH", number, 0x8A, min(0xFFFF, steps * PTIME))
        for _ in range(ends):
            self._send(EVENT, self.stamp, body, times=again)
            self.now += 0.0005
        self.stamp += steps * PTIME
        self._pass(1)
        return self

    def keys(self, keys: str, *, pause: float = 0.06, **how: int | bool) -> Tape:
        """Several keys with a hum of `pause` seconds between them."""
        for key in keys:
            self.key(key, **how)  # type: ignore[arg-type]
            self.voice(pause)
        return self

    def losing(self, lost: Callable[[int], bool]) -> Tape:
        """The same tape as it arrives when packet i (from 0) is lost wherever `lost(i)`."""
        kept = [packet for i, packet in enumerate(self.packets) if not lost(i)]
        return Tape(kept, self.now, self.sequence, self.stamp)

    def losing_events(self, lost: Callable[[int], bool]) -> Tape:
        """As `losing`, but only event packets are lost: packet i of the events."""
        kept, seen = [], 0
        for at, packet in self.packets:
            if packet[1] & 0x7F == EVENT:
                seen += 1
                if lost(seen - 1):
                    continue
            kept.append((at, packet))
        return Tape(kept, self.now, self.sequence, self.stamp)

    @property
    def seconds(self) -> float:
        """How long the tape lasts."""
        return self.now

    def _send(self, kind: int, stamp: int, body: bytes, *, marker: bool = False, times: int = 1) -> None:
        head = struct.pack("!BBHII", 0x80, marker << 7 | kind, self.sequence & 0xFFFF, stamp & 0xFFFFFFFF, 0x1BADCAFE)
        self.packets += [(self.now + copy * 0.0002, head + body) for copy in range(times)]
        self.sequence += 1

    def _pass(self, frames: int) -> None:
        self.now += 0.02 * frames
        self.stamp += PTIME * frames


def write_pcap(path: Path, packets: Iterable[tuple[float, bytes]]) -> Path:
    """A pcap of UDP on Ethernet; SIPp puts its own addresses and ports in."""
    with path.open("wb") as out:
        out.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
        for at, rtp in packets:
            udp = struct.pack("!HHHH", 6000, 6000, 8 + len(rtp), 0) + rtp
            home = b"\x7f\0\0\1"
            ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, 0x4000, 64, 17, 0, home, home)
            frame = b"\0" * 12 + b"\x08\0" + ip + udp
            out.write(struct.pack("<IIII", int(at), round(at % 1 * 1e6), len(frame), len(frame)) + frame)
    return path
