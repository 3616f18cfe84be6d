"""The bench's command line.

    python -m bench                       the service on this build of pjsua2, every measure
    python -m bench --quick               a few minutes' worth
    python -m bench hold --lines 4,16     one measure, chosen sizes
    python -m bench --on bare             bare pjsua2 processes, to compare with

Writes bench/out/<time>.md and .json and prints the tables. Needs root, sipp, tcpdump; calls
127.0.0.1 only. Let nothing else run: on a busy machine times are worth nothing.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from bench import alerts, machine, measures, processes, report
from bench.service import Service, calls_of_a_worker
from bench.sipp import Bench
from bench.subjects import Bare

OUT = Path(__file__).with_name("out")
KINDS = ("hold", "menu", "rate", "alerts")
WHEEL_LINES = (4, 16, 48, 96)
LARGE_LINES = (10, 50, 100, 200, 400)
RATES = (10, 25, 50, 75, 100, 150)
LARGE = 32
"""From so many calls a worker a build counts as large."""


def arguments() -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("kinds", nargs="*", metavar="measure", help=f"of {', '.join(KINDS)} (default: all)")
    parser.add_argument("--on", choices=["service", "bare"], default="service")
    parser.add_argument("--lines", default="", help="sizes, parted by commas")
    parser.add_argument("--rates", default="", help="calls a second, parted by commas; stops where it is too much")
    parser.add_argument("--quick", action="store_true", help="small sizes, short windows")
    parser.add_argument("--server-cpu", default="", help="taskset list for the server, e.g. 0")
    parser.add_argument("--load-cpu", default="", help="taskset list for SIPp and tcpdump, e.g. 1")
    parser.add_argument("--keep", action="store_true", help="keep captures and logs, say where")
    chosen = parser.parse_args()
    if wrong := set(chosen.kinds) - set(KINDS):
        parser.error(f"no measure {', '.join(sorted(wrong))}")
    return chosen


class Run:
    """One run of the bench: subjects are started for each size and rows gathered."""

    def __init__(self, chosen: argparse.Namespace, directory: Path) -> None:
        self._chosen = chosen
        self._directory = directory
        self._per_worker = calls_of_a_worker()
        self._build = f"{self._per_worker} calls a worker"
        self.rows: list[measures.Row] = []

    def sizes(self) -> list[int]:
        """Lines to measure at."""
        if self._chosen.lines:
            return [int(size) for size in self._chosen.lines.split(",")]
        sizes = LARGE_LINES if self._per_worker >= LARGE else WHEEL_LINES
        return list(sizes[:2] if self._chosen.quick else sizes)

    def rates(self) -> list[int]:
        """Calls a second to try."""
        if self._chosen.rates:
            return [int(rate) for rate in self._chosen.rates.split(",")]
        return list(RATES[:2] if self._chosen.quick else RATES)

    def go(self) -> None:
        """Everything that was asked for."""
        kinds = self._chosen.kinds or KINDS
        window = 6.0 if self._chosen.quick else 12.0
        for lines in self.sizes():
            steps: list[tuple[str, Callable[[Bench, measures.Subject], measures.Row]]] = []
            if "hold" in kinds:
                steps.append(("hold", lambda b, s: measures.idle(b, s)))
                steps.append(("hold", lambda b, s, n=lines: measures.hold(b, s, n, window)))  # type: ignore[misc]
            if "menu" in kinds:
                steps.append(("menu", lambda b, s, n=lines: measures.menu(b, s, max(1, n * 3 // 4))))  # type: ignore[misc]
            if steps:
                self._on_subject(lines, steps)
        lines = max(self.sizes())
        if "rate" in kinds:
            self._on_subject(lines, [], self._rates)
        if "alerts" in kinds and self._chosen.on == "service":
            self._on_subject(lines, [], self._alerts)

    def _rates(self, bench: Bench, subject: measures.Subject) -> None:
        for per_second in self.rates():
            self._add(subject, measures.rate(bench, subject, per_second))
            if not measures.sustained(self.rows[-1]):
                return

    def _alerts(self, bench: Bench, subject: measures.Subject) -> None:
        assert isinstance(subject, Service)
        for held in (0, subject.lines // 2):
            self._add(subject, alerts.alerts(bench, subject, held, 20 if self._chosen.quick else 100))

    def _on_subject(
        self,
        lines: int,
        steps: list[tuple[str, Callable[[Bench, measures.Subject], measures.Row]]],
        more: Callable[[Bench, measures.Subject], None] | None = None,
    ) -> None:
        directory = self._directory / f"{len(self.rows)}-{lines}"
        directory.mkdir()
        bench = Bench(directory, self._chosen.load_cpu)
        subject = self._subject(directory, lines)
        try:
            for _, step in steps:
                self._add(subject, step(bench, subject))
            if more is not None:
                more(bench, subject)
        finally:
            bench.close()
            subject.close()

    def _subject(self, directory: Path, lines: int) -> Bare | Service:
        if self._chosen.on == "bare":
            count = -(-lines // self._per_worker)
            return Bare(directory, count, min(lines, self._per_worker), self._build, self._chosen.server_cpu)
        return Service(directory, lines, self._per_worker, self._build, self._chosen.server_cpu)

    def _add(self, subject: measures.Subject, row: measures.Row) -> None:
        now = {"load1": processes.load(), "machine": machine.speed()}
        row = {"subject": subject.name, "build": subject.build, **now, **row}
        self.rows.append(row)
        print(report.table([row]), flush=True)


def main() -> None:
    """Measure, print, write."""
    chosen = arguments()
    if os.geteuid() != 0:
        sys.exit("the bench needs root: tcpdump and SIPp's pcap play open raw sockets")
    started = datetime.now().astimezone()
    directory = Path(tempfile.mkdtemp(prefix="wardbell-bench-"))
    run = Run(chosen, directory)
    try:
        run.go()
    finally:
        if run.rows:
            facts = {"measured": started.isoformat(timespec="minutes"), **machine.facts()}
            path = report.write(OUT, started.strftime("%Y%m%d-%H%M%S"), facts, run.rows)
            print(f"\n{report.table(run.rows)}\n{path}")
        if chosen.keep:
            print(f"captures and logs: {directory}")
        else:
            shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    main()
