"""What it costs a message that its bytes are kept: CPU and time of the transaction that accepts it, and its place on
the disk, with and without them, for a short message and for one with 20 KB of text.

    python -m bench.hl7_kept [--messages 1000]
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from db.database import Database
from hospital.wards import wards
from notify.hl7.adt import Message
from notify.mllp.messages import Freshness, accept
from notify.notices.wards import variables
from tests.notify.story import SHIPPED, WARD, adt, read

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SIZES = {"short": 0, "20 KB": 20_000}
FIRST = 200
"""Messages before those that are measured."""


def main() -> None:
    """Measure and print."""
    given = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    given.add_argument("--messages", type=int, default=1000)
    count = given.parse_args().messages
    print(f"{'message':<10}{'bytes kept':<12}{'CPU ms':>8}{'ms p50':>8}{'bytes on disk':>15}")
    for name, size in SIZES.items():
        messages = [_message(number, size) for number in range(FIRST + count)]
        for keeps in (False, True, False, True):
            cpu, wall, disk = _measured(messages, keeps)
            print(f"{name:<10}{'yes' if keeps else 'no':<12}{cpu:>8.2f}{wall:>8.2f}{disk:>15.0f}", flush=True)


def _message(number: int, size: int) -> tuple[bytes, Message]:
    """An admission, or a message that tells nothing of interest, by turns."""
    more = f"NTE|1||{'x' * size}\r" if size else ""
    raw = (adt("A04" if number % 2 else "A01", control_id=str(number)) + more).encode()
    return raw, read(raw)


def _measured(messages: list[tuple[bytes, Message]], keeps: bool) -> tuple[float, float, float]:
    with tempfile.TemporaryDirectory(prefix="wardbell-bench-") as folder:
        file = Path(folder) / "bench.db"
        database = Database(f"sqlite:///{file}")
        database.create_all()
        database.run_now(wards.store, WARD)
        walls: list[float] = []
        for number, (raw, message) in enumerate(messages):
            if number == FIRST:
                worked = time.process_time()
                walls.clear()
            began = time.perf_counter()
            kept = raw if keeps else b""
            database.run_now(accept, SHIPPED, variables, message, "10.0.0.9", NOON, Freshness(), kept)
            walls.append((time.perf_counter() - began) * 1e3)
        cpu = (time.process_time() - worked) * 1e3 / len(walls)
        database.close()
        return cpu, statistics.median(walls), file.stat().st_size / len(messages)


if __name__ == "__main__":
    main()
