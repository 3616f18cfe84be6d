"""How phones and gateways in the field send keys as RTP events, and what was pressed. Data of tests.

Lines of packets: ms since the first, sequence number, timestamp, payload in hex; `M` is RTP's marker bit.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

STEP = 160
"""Samples of 20 ms."""


@dataclass(frozen=True)
class Packet:
    """One RTP packet of events."""

    ms: int
    seq: int
    stamp: int
    payload: bytes
    marker: bool = False


@dataclass(frozen=True)
class Sender:
    """A way to send keys."""

    name: str
    keys: str
    """What was pressed."""
    packets: tuple[Packet, ...]


def written(text: str) -> tuple[Packet, ...]:
    """Packets of lines of text."""
    found = []
    for line in text.strip().splitlines():
        ms, seq, stamp, *rest = line.split()
        marker = rest[-1] == "M"
        found.append(Packet(int(ms), int(seq), int(stamp), bytes.fromhex("".join(rest[: len(rest) - marker])), marker))
    return tuple(found)


def pressed(
    keys: str, *, ms: int = 100, pause: int = 100, ends: int = 3, stamp: int | None = None, clock: int = 8000
) -> tuple[Packet, ...]:
    """Keys as RFC 4733 wants them, voice between; `stamp`: one timestamp for all."""
    found: list[Packet] = []
    at, seq, step = 0, 100, clock // 50
    for key in keys:
        number, start = "0123456789*#ABCD".index(key), stamp if stamp is not None else 5000 + at * clock // 1000
        for n in range(1, ms // 20 + 1):
            found.append(Packet(at, seq, start, bytes([number, 10]) + (n * step).to_bytes(2, "big"), n == 1))
            at, seq = at + 20, seq + 1
        last = bytes([number, 0x8A]) + (ms // 20 * step).to_bytes(2, "big")
        found += [Packet(at, seq + n, start, last) for n in range(ends)]
        at, seq = at + pause, seq + ends + pause // 20
    return tuple(found)


def is_end(packet: Packet) -> bool:
    """Whether it is one of the packets that end a press."""
    return bool(packet.payload[1] & 0x80)


def only_ends(packets: tuple[Packet, ...]) -> tuple[Packet, ...]:
    """What is left when nothing but the ends of presses arrives."""
    return tuple(packet for packet in packets if is_end(packet))


def backwards(packets: tuple[Packet, ...]) -> tuple[Packet, ...]:
    """Each press arrives from its end to its beginning."""
    found: list[Packet] = []
    for stamp in dict.fromkeys(packet.stamp for packet in packets):
        press = [packet for packet in packets if packet.stamp == stamp]
        found += [replace(late, ms=early.ms) for early, late in zip(press, reversed(press), strict=True)]
    return tuple(found)


def sent_backwards(packets: tuple[Packet, ...]) -> tuple[Packet, ...]:
    """Each press is sent from its end to its beginning."""
    turned = backwards(packets)
    return tuple(replace(packet, seq=as_sent.seq) for packet, as_sent in zip(turned, packets, strict=True))


def in_one_row(packets: tuple[Packet, ...]) -> tuple[Packet, ...]:
    """No voice between presses: sequence numbers without gaps."""
    return tuple(replace(packet, seq=100 + n) for n, packet in enumerate(packets))


def with_short(packets: tuple[Packet, ...]) -> tuple[Packet, ...]:
    """Packets of events without room for one before the true ones."""
    short = [Packet(0, 90 + n, 4000, bytes([5, 10, 0][:n])) for n in range(4)]
    return (*short, *(replace(packet, ms=packet.ms + 60) for packet in packets))


GROWING = """
0   1 8000 02 0a 00a0 M
20  2 8160 02 0a 0140
40  3 8320 02 0a 01e0
60  4 8480 02 0a 0280
80  5 8640 02 8a 0320
100 6 8640 02 8a 0320
120 7 8640 02 8a 0320
"""
GROWING_WITH_LOSS = """
0   1 8000 02 0a 00a0 M
60  4 8480 02 0a 0280
120 7 8640 02 8a 0320
320 17 11000 02 0a 00a0 M
360 19 11320 02 0a 01e0
400 21 11640 02 8a 0320
"""
OTHER_END = """
0   1 8000 04 0a 00a0 M
20  2 8000 04 0a 0140
40  3 8000 04 0a 01e0
60  4 8000 04 0a 0280
80  5 8160 04 8a 0320
100 6 8160 04 8a 0320
120 7 8160 04 8a 0320
"""
END_MOVED_TO_THE_END = """
0   1 8000 04 0a 00a0 M
20  2 8000 04 0a 0140
60  4 8320 04 8a 0140
80  5 8320 04 8a 0140
300 16 10400 04 0a 00a0 M
320 17 10400 04 0a 0140
340 18 10720 04 8a 0140
"""
ONE_END_EACH = """
0   1 8000 01 8a 00a0
200 11 9600 01 8a 00a0
400 21 11200 02 8a 00a0
"""
TWO_IN_ONE_PACKET = """
0   1 8000 01 8a 0320 02 8a 0320 M
20  2 8000 01 8a 0320 02 8a 0320
"""

SENDERS = (
    Sender("by the book", "1123555#*0", pressed("1123555#*0")),
    Sender("quick and short", "1123555#", pressed("1123555#", ms=40, pause=40)),
    Sender("presses of one packet", "5552", pressed("5552", ms=20, pause=40)),
    Sender("no packet between presses", "1123", in_one_row(pressed("1123"))),
    Sender("no end packets", "1123", pressed("1123", ends=0)),
    Sender("no end packets, nothing between", "1123", in_one_row(pressed("1123", ends=0))),
    Sender("only end packets", "1123", only_ends(pressed("1123"))),
    Sender("only end packets, in a row", "11", in_one_row(only_ends(pressed("11")))),
    Sender("only end packets of keys of 20 ms", "1155", only_ends(pressed("1155", ms=20, pause=40))),
    Sender("one end packet a key", "112", written(ONE_END_EACH)),
    Sender("the timestamp grows", "2", written(GROWING)),
    Sender("the timestamp grows and packets are lost", "22", written(GROWING_WITH_LOSS)),
    Sender("the end has another timestamp", "4", written(OTHER_END)),
    Sender("the end has the timestamp of the end", "44", written(END_MOVED_TO_THE_END)),
    Sender("one timestamp for all", "1133", pressed("1133", pause=400, stamp=8000)),
    Sender("one timestamp for all, in a row", "1133", in_one_row(pressed("1133", pause=400, stamp=8000))),
    Sender("one timestamp for all, to and fro", "1212", pressed("1212", pause=200, stamp=8000)),
    Sender("one timestamp for all, ends only", "1123", only_ends(pressed("1123", pause=200, stamp=8000))),
    Sender("one timestamp for all, no ends", "1123", pressed("1123", pause=200, ends=0, stamp=8000)),
    Sender("arriving backwards", "11", backwards(pressed("11"))),
    Sender("sent backwards", "11", sent_backwards(pressed("11"))),
    Sender("short packets before the true ones", "7", with_short(pressed("7"))),
    Sender("two events in one packet", "12", written(TWO_IN_ONE_PACKET)),
    Sender("a clock of 16 kHz", "112", pressed("112", clock=16000)),
)
