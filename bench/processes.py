"""CPU time and memory of processes, from /proc. Linux only."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")


def tree(root: int) -> list[int]:
    """A process and everything that came from it and still runs."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (fields := _stat(int(entry.name))) is not None:
            children.setdefault(int(fields[1]), []).append(int(entry.name))
    found, new = [root], [root]
    while new:
        new = [child for parent in new for child in children.get(parent, [])]
        found += new
    return found


def cpu(pids: Iterable[int]) -> float:
    """CPU seconds used so far."""
    fields = [f for pid in pids if (f := _stat(pid)) is not None]
    return sum(int(f[11]) + int(f[12]) for f in fields) / TICK


@dataclass(frozen=True, slots=True)
class Memory:
    """MiB and counts, summed over processes."""

    pss: float
    rss: float
    threads: int
    files: int


def memory(pids: Iterable[int]) -> Memory:
    """PSS shares what processes share; it is the memory that really goes."""
    pss = rss = threads = files = 0
    for pid in pids:
        try:
            rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
            status = Path(f"/proc/{pid}/status").read_text()
            files += len(list(Path(f"/proc/{pid}/fd").iterdir()))
        except OSError:
            continue
        sizes = {line.split(":")[0]: int(line.split()[1]) for line in rollup.splitlines()[1:]}
        pss += sizes["Pss"]
        rss += sizes["Rss"]
        threads += int(status.split("Threads:")[1].split()[0])
    return Memory(round(pss / 1024, 1), round(rss / 1024, 1), threads, files)


def whole_machine() -> tuple[float, float]:
    """(busy, whole) CPU seconds of all cores since the start of the machine."""
    fields = list(map(int, Path("/proc/stat").read_text().split("\n")[0].split()[1:9]))
    return (sum(fields) - fields[3] - fields[4]) / TICK, sum(fields) / TICK


def load() -> float:
    """Load average of the last minute."""
    return float(Path("/proc/loadavg").read_text().split()[0])


def _stat(pid: int) -> list[str] | None:
    """The fields of /proc/<pid>/stat after the command name (field 0 is the state)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return None
