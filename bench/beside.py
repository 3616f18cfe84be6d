"""What calls feel of other work on the machine: the gaps between RTP packets that callers get.

    python -m bench.beside                          # needs root (tcpdump)

Three callers listen to the line while nothing else happens, while Kokoro renders sentences (left out where it is not
installed), and while a program spins on every processor. Everything stays on the loopback address.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path

from bench import machine, report
from bench.rtp import packets, spread
from bench.sipp import Bench, Capture
from prompts.voices.kokoro import Kokoro
from tests.e2e.line import Line
from tests.phone.phone import Phone

OUT = Path(__file__).parent / "out"
CALLERS = 3
LATE = 60
"""ms; a gap longer than this is heard."""
WORDS = ("one", "two", "three", "four", "five")
SOUND = 172
"""Bytes of an RTP packet with 20 ms of G.711."""


@contextmanager
def nothing() -> Iterator[None]:
    """A quiet machine."""
    yield


@contextmanager
def a_voice() -> Iterator[None]:
    """Kokoro speaks one sentence after the other, as it does for calls."""
    voice, over = Kokoro(), threading.Event()
    spoken: list[str] = []

    def speak() -> None:
        with tempfile.TemporaryDirectory() as folder:
            for word in cycle(WORDS):
                if over.is_set():
                    return
                voice.render(f"Please come to the second floor, room {word}.", "en", Path(folder) / "a")
                spoken.append(word)

    voice.keep()
    thread = threading.Thread(target=speak)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
        voice.close()
    if len(spoken) < 2:
        raise SystemExit("Kokoro did not speak")


def _spin() -> None:
    while True:
        pass


@contextmanager
def programs() -> Iterator[None]:
    """One that does nothing but compute on each processor."""
    spinning = [multiprocessing.Process(target=_spin, daemon=True) for _ in range(os.cpu_count() or 1)]
    for one in spinning:
        one.start()
    try:
        yield
    finally:
        for one in spinning:
            one.kill()


def gaps(path: Path, callers: set[int]) -> list[float]:
    """Milliseconds between each two packets of sound from one of the line's ports to a caller's."""
    last: dict[tuple[int, int], float] = {}
    found = []
    for at, source, target, payload in packets(path):
        if len(payload) == SOUND and payload[0] == 0x80 and source in callers:
            if (source, target) in last:
                found.append((at - last[source, target]) * 1000)
            last[source, target] = at
    return found


def listen(line: Line, phone: Phone, bench: Bench, name: str, seconds: float) -> report.Row:
    """Hold the calls and look at what came."""
    first = int(line.settings["sip__rtp_first"])
    capture = Capture(bench, name.replace(" ", "-"), f"udp src portrange {first}-{first + 40}")
    calls = [phone.dial(line.uri("1000"), caller=f"1380000000{n}") for n in range(CALLERS)]
    for call in calls:
        call.wait_answered(20)
    time.sleep(seconds)
    for call in calls:
        call.hang_up(20)
    capture.stop()
    found = gaps(capture.path, set(range(first, first + 41)))
    return {
        "measure": "beside", "subject": name, "build": f"{CALLERS} calls",
        "gap_ms": spread(found), "late": sum(gap > LATE for gap in found),
    }  # fmt: skip


def main() -> None:
    """Measure, print, write JSON."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--seconds", type=float, default=25.0)
    seconds = asked.parse_args().seconds
    works = {"a quiet machine": nothing, "Kokoro renders": a_voice, "a program spins on each processor": programs}
    if not Kokoro().languages:
        del works["Kokoro renders"]
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder))
        line = Line(Path(folder) / "line", 9)
        line.prepare()
        line.command("prompts", "render", "--quiet", "--no-slow")
        try:
            line.start()
            with Phone(Path(folder), "callers") as phone:
                for name, work in works.items():
                    with work():
                        rows.append(listen(line, phone, bench, name, seconds))
        finally:
            line.close()
            bench.close()
    print(report.table(rows))
    print(report.write(OUT, f"beside-{time.strftime('%Y%m%d-%H%M%S')}", machine.facts(), rows))


if __name__ == "__main__":
    main()
