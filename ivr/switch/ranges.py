"""Which RTP ports a worker gets: none that a telephone of a lost call may still send to.

The ports of the settings are cut into ranges, several for each worker, and a worker that starts gets the one that was
used longest ago. What was used is remembered on disk, over restarts of the engine. A name in Linux's abstract
namespace tells every engine of this machine that a range is held; the kernel drops it when its owner ends.
"""

from __future__ import annotations

import json
import re
import socket
from pathlib import Path

from ivr.switch.line import SwitchError

MEMORY = "rtp.json"
MOST = 4000
"""Ports of one range: what 1,000 calls at once need, and as many again that rest."""
LEAST = 16
FOR_EACH = 3
"""Ranges for each worker: two rest while it has the third."""
_MARK = re.compile(r"@wardbell/rtp/(\d+)-(\d+)$", re.MULTILINE)


def each(first: int, last: int, workers: int) -> int:
    """How many ports make one range. Less than `LEAST`: the workers do not fit."""
    ports = (last - first + 1) // 2 * 2
    return min(MOST, max(ports // (FOR_EACH * workers), min(LEAST, ports // workers)) // 2 * 2)


class Ranges:
    """The ranges of one engine. `memory` is the file in which it is noted which of them were used, last of all the
    last one; without it only this process remembers."""

    def __init__(self, first: int, last: int, workers: int, memory: Path | None = None) -> None:
        self.size = each(first, last, workers)
        self._memory = memory
        count = (last - first + 1) // self.size
        self._all = [first + n * self.size for n in range(count)]
        remembered = used(memory) if memory is not None else []
        self._used = [port for port in remembered if port in self._all]
        self._held: dict[int, socket.socket | None] = {}
        """Those in use, with the mark of each; None for one that another engine had marked."""

    def take(self) -> int:
        """The first port of the range that has rested longest; one that another engine holds as well only when there
        is no other (PJSIP passes over ports that are taken). SwitchError when this engine has them all."""
        rested = [port for port in self._all if port not in self._used]
        marked = held_here()
        own = [port for port in [*rested, *self._used] if port not in self._held]
        if not own:
            raise SwitchError(f"every range of RTP ports from {self._all[0]} on is in use")
        free = [port for port in own if all(last < port or port + self.size <= first for first, last in marked)]
        port, mark = next(((port, mark) for port in free if (mark := self._mark(port)) is not None), (own[0], None))
        self._held[port] = mark
        self._used = [*(one for one in self._used if one != port), port]
        self._write()
        return port

    def give_back(self, port: int) -> None:
        """Its worker is gone: it rests."""
        if port in self._held:
            mark = self._held.pop(port)
            if mark is not None:
                mark.close()
            self._used = [*(one for one in self._used if one != port), port]
            self._write()

    def _mark(self, port: int) -> socket.socket | None:
        return _marked(port, port + self.size - 1)

    def _write(self) -> None:
        if self._memory is not None:
            fresh = self._memory.with_suffix(".new")
            fresh.write_text(json.dumps(self._used))
            fresh.replace(self._memory)


def held_here() -> list[tuple[int, int]]:
    """First and last port of every range that an engine of this machine holds."""
    try:
        names = Path("/proc/net/unix").read_text(errors="replace")
    except OSError:
        return []
    return [(int(found[1]), int(found[2])) for found in _MARK.finditer(names)]


def _marked(first: int, last: int) -> socket.socket | None:
    """A mark that this range is held; None when another has it."""
    mark = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
    try:
        mark.bind(f"\0wardbell/rtp/{first}-{last}")
    except OSError:
        mark.close()
        return None
    return mark


def used(memory: Path) -> list[int]:
    """First ports of the ranges that an engine used, last of all the last one."""
    try:
        found = json.loads(memory.read_text())
    except (OSError, ValueError):
        return []
    return [port for port in found if isinstance(port, int)] if isinstance(found, list) else []
