"""What it costs callers that somebody floods the console: the menu's times in peace, and beside 200 requests of
nonsense a second (`tests/e2e/nonsense.py`: half requests, paths that climb, false sessions, other protocols).

    python -m bench.nonsense                    24 lines, two rounds of each
    python -m bench.nonsense --lines 48

Callers hear a prompt, press a key and hear the next one, as in `python -m bench menu`. The flood is another process.
Needs root, sipp, tcpdump. The last column says how many requests a second were sent and answered, or cut off.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench import measures
from bench.service import Service, calls_of_a_worker
from bench.sipp import Bench
from tests.e2e.nonsense import nonsense
from tests.phone.ports import free_port

FLOODED = 34.0
"""Seconds for which it comes: longer than a measure takes."""
RISING = 3.0
"""Seconds before a measure begins."""


def flood(port: int, seconds: float) -> None:
    """Nonsense for so long; how much of it, to the standard output."""
    with nonsense(port) as sent:
        time.sleep(seconds)
    print(sent[0])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="bench.nonsense", description=__doc__)
    parser.add_argument("--lines", type=int, default=24)
    parser.add_argument("--rounds", type=int, default=2, help="in peace and flooded, in turn")
    parser.add_argument("--server-cpu", default="")
    parser.add_argument("--load-cpu", default="")
    parser.add_argument("--flood", nargs=2, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.flood:
        flood(int(chosen.flood[0]), float(chosen.flood[1]))
        return
    if os.geteuid() != 0:
        sys.exit("the bench needs root: tcpdump and SIPp's pcap play open raw sockets")
    directory = Path(tempfile.mkdtemp(prefix="wardbell-bench-"))
    try:
        measure(directory, chosen)
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def measure(directory: Path, chosen: argparse.Namespace) -> None:
    """Rounds in turn, so that a machine which changes its speed does so for both."""
    per_worker, port = calls_of_a_worker(), free_port()
    bench = Bench(directory, chosen.load_cpu)
    build = f"{per_worker} calls a worker"
    subject = Service(directory, chosen.lines, per_worker, build, chosen.server_cpu, web__port=port)
    try:
        print("           key-prompt ms median    p95    max  INVITE-200 p95  cores  failed  requests/s")
        for _ in range(chosen.rounds):
            for flooded in (False, True):
                row, sent = beside(bench, subject, port if flooded else 0, max(1, chosen.lines * 3 // 4))
                keys, setup = row["key_to_prompt_ms"], row["setup_ms"]
                print(
                    f"{'flooded' if flooded else 'in peace':9}  {keys['median']:20.1f} {keys['p95']:6.1f}"
                    f" {keys['max']:6.1f} {setup['p95']:15.1f} {row['cores']:6.2f} {row['failed']:7} {sent}",
                    flush=True,
                )
    finally:
        bench.close()
        subject.close()


def beside(bench: Bench, subject: Service, port: int, lines: int) -> tuple[measures.Row, str]:
    """The menu's row while `port` (0: none) is flooded, and with how much."""
    if not port:
        return measures.menu(bench, subject, lines), ""
    command = [sys.executable, "-m", "bench.nonsense", "--flood", str(port), str(FLOODED)]
    pinned = ["taskset", "-c", bench.load_cpu, *command] if bench.load_cpu else command
    with subprocess.Popen(pinned, stdout=subprocess.PIPE, text=True) as flooding:
        time.sleep(RISING)
        row = measures.menu(bench, subject, lines)
        sent, _ = flooding.communicate()
    return row, f"{int(sent) / FLOODED:11.0f}"


if __name__ == "__main__":
    main()
