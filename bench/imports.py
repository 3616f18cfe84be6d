"""What alerts feel of a large import: HL7 messages acknowledged and confirmations noted while cards come in.

    python -m bench.imports [--cards 100000] [--postgresql]

Starts a line of its own (SQLite, or a PostgreSQL cluster of its own), sends it admissions and notes confirmations, ten
of each a second, first alone and then beside `wardbell cards import`. Prints a table; `--json` prints JSON.
"""

from __future__ import annotations

import argparse
import json
import math
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.database import Database
from db.reading import reading
from db.tables.notices import NoticeRow
from notify.notices.stopping import confirm
from tests.e2e.line import PROGRAM, Line, admission
from tests.phone.ports import free_port
from tests.postgres import Cluster

WARDS = "W3", "W5"
A_SECOND = 10
ALONE = 20.0
"""Seconds that are measured without an import."""


def main() -> None:
    """Run and print."""
    given = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    given.add_argument("--cards", type=int, default=100_000)
    given.add_argument("--pins", type=int, default=0, help="of these cards, how many come with a PIN")
    given.add_argument("--postgresql", action="store_true")
    given.add_argument("--keep-days", type=int, default=30, help="the setting hl7.keep_days")
    given.add_argument("--json", action="store_true")
    chosen = given.parse_args()
    with tempfile.TemporaryDirectory(prefix="wardbell-bench-") as folder, _url(chosen.postgresql) as url:
        figures = _measure(Path(folder), url, chosen.cards, chosen.pins, chosen.keep_days)
    if chosen.json:
        print(json.dumps(figures))
        return
    for name, value in figures.items():
        print(f"{name:<48} {value:>10.1f}")


def _measure(folder: Path, url: str, cards: int, pins: int, keep_days: int) -> dict[str, float]:
    more = {"hl7__keep_days": str(keep_days), **({"database": url} if url else {})}
    line = Line(folder, free_port(), **more)
    line.prepare()
    line.start()
    database = Database(url or f"sqlite:///{line.data / 'wardbell.db'}")
    file = folder / "cards.csv"
    with file.open("w") as out:
        out.write("number,patient,phone,pin\n")
        for n in range(cards):
            out.write(f"{3000000 + n},X{n},1390000{n % 10000:04d},{'1234' if n < pins else ''}\n")
    try:
        figures = _while(line, database, "alone", lambda: time.sleep(ALONE))
        began = time.monotonic()
        figures |= _while(line, database, "beside the import", lambda: _import(line, file))
        figures["seconds that the import took"] = time.monotonic() - began
    finally:
        database.close()
        line.close()
    return figures


def _import(line: Line, file: Path) -> None:
    subprocess.run(
        [*PROGRAM, "cards", "import", str(file)],
        env=line.environment, cwd=line.directory, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


NUMBERS = count(1)


def _while(line: Line, database: Database, when: str, work: Callable[[], None]) -> dict[str, float]:
    """Times of messages and confirmations in milliseconds while `work` goes on."""
    over = threading.Event()
    acknowledged: list[float] = []
    noted: list[float] = []
    failed: list[str] = []

    def send() -> None:
        number = next(NUMBERS)
        answer = line.send(admission(f"I{number}", WARDS[number % len(WARDS)], bed=str(number)), 30)
        if "MSA|AA" not in answer:
            failed.append(answer)

    def note() -> None:
        notice = database.run_now(_newest_waiting)
        if notice:
            database.run_now(confirm, notice, 0, datetime.now(UTC))

    threads = [
        threading.Thread(target=_each, args=(over, act, times)) for act, times in ((send, acknowledged), (note, noted))
    ]
    for thread in threads:
        thread.start()
    try:
        work()
    finally:
        over.set()
        for thread in threads:
            thread.join()
    return {
        **_told(f"HL7 acknowledged, {when}", acknowledged),
        **_told(f"confirmation noted, {when}", noted),
        f"messages not accepted, {when}": float(len(failed)),
    }


def _each(over: threading.Event, act: Callable[[], None], times: list[float]) -> None:
    while not over.is_set():
        began = time.monotonic()
        act()
        took = time.monotonic() - began
        times.append(took * 1000)
        over.wait(max(0.0, 1 / A_SECOND - took))


@reading
def _newest_waiting(session: Session) -> int | None:
    open_ = NoticeRow.state.in_(["waiting", "in_air"])
    return session.scalars(select(NoticeRow.id).where(open_).order_by(NoticeRow.id.desc()).limit(1)).first()


def _told(what: str, times: list[float]) -> dict[str, float]:
    ordered = sorted(times)

    def share(part: float) -> float:
        return ordered[min(len(ordered) - 1, math.ceil(len(ordered) * part) - 1)]

    return {f"{what}: p50 ms": share(0.5), f"{what}: p99 ms": share(0.99), f"{what}: worst ms": ordered[-1]}


@contextmanager
def _url(postgresql: bool) -> Iterator[str]:
    """The URL of a fresh PostgreSQL database, or nothing: SQLite in the data folder."""
    if not postgresql:
        yield ""
        return
    cluster = Cluster()
    try:
        yield cluster.url(cluster.create())
    finally:
        cluster.stop()


if __name__ == "__main__":
    main()
