"""RTP statistics from a capture on the loopback interface.

For each stream of the server: packets, lost ones, RFC 3550 jitter, gaps; and where the caller
pressed a key, the time from the first packet of the key to the last packet of the high marker prompt and to
the first one of the low (see `media.py`).
"""

from __future__ import annotations

import statistics
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LINK_HEADER = {1: 14, 113: 16, 0: 4, 276: 20}
QUIET = 0xFF
"""What silence is in mu-law; its sign is that of the high marker."""
KEY_APART = 1.0
"""Seconds: the scenarios press one key a call; an event packet later than this begins a new one."""


def packets(path: Path) -> Iterator[tuple[float, int, int, memoryview]]:
    """(time, source port, destination port, payload) of each UDP packet."""
    data = memoryview(path.read_bytes())
    if len(data) < 24:
        return
    scale = 1e-9 if struct.unpack_from("<I", data, 0)[0] == 0xA1B23C4D else 1e-6
    skip = LINK_HEADER[struct.unpack_from("<I", data, 20)[0]]
    at = 24
    while at + 16 <= len(data):
        seconds, fraction, length, _ = struct.unpack_from("<IIII", data, at)
        ip = at + 16 + skip
        end = at + 16 + length
        if end > len(data):
            return
        head = ip + (data[ip] & 15) * 4
        if data[ip + 9] == 17:
            source, target, size = struct.unpack_from("!HHH", data, head)
            if size >= 20:
                yield seconds + fraction * scale, source, target, data[head + 8 : end]
        at = end


def percentile(values: Sequence[float], share: float) -> float | None:
    """The value below which `share` of the values lie; None without values."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else None


def spread(values: Sequence[float]) -> dict[str, float | int | None]:
    """Median, p95, p99 and greatest, to two places."""
    names = {"median": 0.5, "p95": 0.95, "p99": 0.99}
    out: dict[str, float | int | None] = {name: rounded(percentile(values, share)) for name, share in names.items()}
    return {**out, "max": rounded(max(values, default=None)), "n": len(values)}


def rounded(value: float | None, places: int = 2) -> float | None:
    """To some decimal places, None stays."""
    return None if value is None else round(value, places)


@dataclass
class Stream:
    """What one sender's packets came to."""

    first: float
    last: float
    sequence: int
    stamp: int
    count: int = 1
    lost: int = 0
    jitter: float = 0.0
    gap: float = 0.0

    def add(self, at: float, sequence: int, stamp: int) -> None:
        """One more packet."""
        missing = (sequence - self.sequence - 1) & 0xFFFF
        if 0 < missing < 1000:
            self.lost += missing
        drift = abs((at - self.last) * 8000 - ((stamp - self.stamp) & 0xFFFFFFFF))
        if drift < 80000:
            self.jitter += (drift - self.jitter) / 16
        self.gap = max(self.gap, at - self.last)
        self.last, self.sequence, self.stamp = at, sequence, stamp
        self.count += 1


@dataclass
class Pressed:
    """A key on its way, and the prompt that answers it."""

    start: float
    stopped: float | None = None
    """The last packet of the prompt that it interrupted."""
    prompt: float | None = None


def analyse(path: Path, caller: int) -> dict[str, Any]:
    """Statistics of all that went to and from the RTP port `caller` of SIPp."""
    streams: dict[tuple[int, int], Stream] = {}
    pressed: dict[int, Pressed] = {}
    answered: list[float] = []
    stopped: list[float] = []
    keys = 0

    def settle(key: Pressed | None) -> None:
        if key is not None and key.prompt is not None:
            answered.append((key.prompt - key.start) * 1e3)
            stopped.append(((key.stopped or key.start) - key.start) * 1e3)

    for at, source, target, body in packets(path):
        if len(body) < 13 or body[0] >> 6 != 2:
            continue
        kind = body[1] & 127
        if target == caller and not 72 <= kind <= 76:
            sequence, stamp, sender = struct.unpack_from("!HII", body, 2)
            stream = streams.get((source, sender))
            if stream is None:
                streams[source, sender] = Stream(at, at, sequence, stamp)
            else:
                stream.add(at, sequence, stamp)
            key = pressed.get(source)
            if key is not None and key.prompt is None and kind == 0:
                if body[-1] < 0x80:
                    key.prompt = at
                elif body[-1] != QUIET:
                    key.stopped = at
        elif source == caller and kind == 101:
            key = pressed.get(target)
            if key is None or at - key.start > KEY_APART:
                settle(key)
                keys += 1
                pressed[target] = Pressed(at)
    for key in pressed.values():
        settle(key)
    live = [stream for stream in streams.values() if stream.count > 10]
    got, lost = sum(s.count for s in live), sum(s.lost for s in live)
    speeds = [(s.count - 1) / (s.last - s.first) for s in live if s.last > s.first]
    return {
        "streams": len(live),
        "packets": got,
        "lost_pct": rounded(100 * lost / (got + lost), 4) if got else None,
        "pps_median": rounded(statistics.median(speeds)) if speeds else None,
        "pps_min": rounded(min(speeds, default=None)),
        "jitter_ms_p95": rounded(percentile([s.jitter / 8 for s in live], 0.95), 3),
        "streams_with_gap_over_60ms": sum(s.gap > 0.06 for s in live),
        "keys": keys,
        "key_to_stop_ms": spread(stopped),
        "key_to_prompt_ms": spread(answered),
    }
