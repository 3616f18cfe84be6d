"""What it was measured on, and how fast that was at the time: machines that are shared change from hour to hour."""

from __future__ import annotations

import os
import platform
import re
import subprocess
import time
import warnings
from array import array
from collections.abc import Callable
from pathlib import Path

ROUNDS = 20
"""Of which the best counts: the others were interrupted."""
STEPS = 200_000
"""Of a loop that does nothing but add in Python."""
MINUTE = array("h", (at * 7919 % 65536 - 32768 for at in range(60 * 8000)))
"""Samples of a telephone call, to be encoded."""


def speed() -> dict[str, float]:
    """Milliseconds of a fixed loop in Python and of a minute of sound into G.711, which is C: compare figures of two
    hours by the first where Python does the work (calls set up), by the second where PJSIP does (calls held)."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        import audioop
    samples = MINUTE.tobytes()
    return {
        "python_loop_ms": _best(_loop),
        "g711_minute_ms": _best(lambda: audioop.lin2ulaw(samples, 2)),
    }


def _loop() -> int:
    total = 0
    for step in range(STEPS):
        total += step & 7
    return total


def _best(work: Callable[[], object]) -> float:
    """Milliseconds of CPU."""
    took = []
    for _ in range(ROUNDS):
        began = time.thread_time()
        work()
        took.append(time.thread_time() - began)
    return round(min(took) * 1e3, 2)


def facts() -> dict[str, str | int | float]:
    """The machine and the programs, for the head of a report."""
    cpu = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text())
    memory = re.search(r"MemTotal:\s*(\d+)", Path("/proc/meminfo").read_text())
    system = re.search(r'PRETTY_NAME="(.+)"', Path("/etc/os-release").read_text())
    return {
        "cpu": cpu[1] if cpu else platform.machine(),
        "cores": os.cpu_count() or 0,
        "memory_gib": round(int(memory[1]) / 1048576, 1) if memory else 0,
        "system": system[1] if system else platform.platform(),
        "kernel": platform.release(),
        "python": platform.python_version(),
        "sipp": _first_line(["sipp", "-v"]),
    }


def _first_line(command: list[str]) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)
    except OSError:
        return "not installed"
    lines = [line.strip() for line in done.stdout.splitlines() if line.strip()]
    return lines[0] if lines else ""
