"""How long a page of calls takes to find among a million, also when the question fits few of them.

    python -m bench.calls_search --database postgresql+psycopg://user@host/name [--calls 1000000]

The database is filled with invented calls of a year: give it an empty one, or one that an earlier run has filled and
with `--empty` another one. Each question is asked of the empty table first; then of the full one, its first page, the
page behind it, and back. "CPU" is that of this process, which on SQLite does all the work, whatever else the machine
does. Prints a table, `--json` JSON.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from sqlalchemy import Table, insert, text
from sqlalchemy.orm import Session

from db.database import Database
from db.tables.calls import CallRow
from db.tables.recordings import RecordingRow
from ivr.record.cursor import Cursor
from ivr.record.search import Found, Wanted, search, walk, words

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
YEAR = timedelta(days=365)
SLICE = 20_000
REPEATS = 7
RECORDED = 3_000
"""Calls with words left: what thirty days keep."""

CALLER = "13900012345"
QUESTIONS: dict[str, Wanted] = {
    "everything": Wanted(),
    "yesterday": Wanted(since=NOW - timedelta(days=1), until=NOW),
    "a day half a year ago": Wanted(since=NOW - timedelta(days=180), until=NOW - timedelta(days=179)),
    "a caller": Wanted(number=CALLER),
    "a caller, as he writes himself": Wanted(number="139 0001-2345"),
    "last four digits": Wanted(number=CALLER[-4:]),
    "last two digits": Wanted(number=CALLER[-2:]),
    "the line's own number": Wanted(number="1000"),
    "a number that never called": Wanted(number="5555555"),
    "a ward's telephone": Wanted(number="8301"),
    "calls out": Wanted(direction="out"),
    "a flow": Wanted(flow="registration"),
    "a flow of old": Wanted(flow="vaccination"),
    "a flow that never was": Wanted(flow="nothing"),
    "refused": Wanted(outcome="refused"),
    "lost, twenty a year": Wanted(outcome="lost"),
    "media time-out": Wanted(cause="media_timeout"),
    "over an hour": Wanted(shortest=3600),
    "over an hour, this month": Wanted(since=NOW - timedelta(days=31), shortest=3600),
    "less than two seconds": Wanted(longest=2),
    "with words left": Wanted(recorded=True),
    "with words left, long": Wanted(recorded=True, shortest=600),
    "frequent flow, frequent outcome, never both": Wanted(flow="ward_admission", outcome="refused"),
    "the same this quarter": Wanted(since=NOW - timedelta(days=92), flow="ward_admission", outcome="refused"),
    "calls in of a flow that calls out": Wanted(direction="in", flow="ward_admission"),
    "the line's number, lost": Wanted(number="1000", outcome="lost"),
    "the line's number, calls out": Wanted(number="1000", direction="out"),
    "the line's number, over an hour": Wanted(number="1000", shortest=3600),
    "last two digits, refused, this year": Wanted(since=NOW - YEAR, number="45", outcome="refused"),
    "last two digits, never": Wanted(number="45", cause="media_timeout", flow="vaccination"),
    "everything at once": Wanted(
        NOW - timedelta(days=200), NOW, "1000", "in", "registration", "end", "normal", 60, 600, True
    ),
}

COLUMNS = ("first ms", "worst ms", "worst CPU ms", "ratio", "CPU ratio")


def main() -> None:
    """Run and print."""
    given = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    given.add_argument("--database", required=True)
    given.add_argument("--calls", type=int, default=1_000_000)
    given.add_argument("--empty", help="ask this one as the empty table")
    given.add_argument("--json", action="store_true")
    chosen = given.parse_args()
    database = Database(chosen.database)
    database.create_all()
    nothing = Database(chosen.empty or chosen.database)
    nothing.create_all()
    empty = {name: _timed(lambda wanted=wanted: nothing.run_now(search, wanted)) for name, wanted in QUESTIONS.items()}
    nothing.close()
    began = time.perf_counter()
    if not database.run_now(search, Wanted()).calls:
        _fill(database, chosen.calls)
    filled = time.perf_counter() - began
    figures: dict[str, dict[str, float | str]] = {}
    for name, wanted in QUESTIONS.items():
        found, first = _asked(database, wanted, None)
        others = [first]
        for cursor in (found.older, _newer(database, wanted, found)):
            if cursor is not None:
                others.append(_asked(database, wanted, cursor)[1])
        figures[name] = {
            "found": len(found.calls),
            "reached": "" if found.reached is None else f"{found.reached:%Y-%m-%d}",
            "first ms": first[0],
            "worst ms": max(wall for wall, _ in others),
            "worst CPU ms": max(cpu for _, cpu in others),
            "ratio": first[0] / empty[name][0],
            "CPU ratio": first[1] / empty[name][1],
        }
    figures["flows, outcomes, causes"] = {"first ms": _timed(lambda: database.run_now(words))[0]}
    began = time.perf_counter()
    taken = sum(1 for _ in walk(lambda cursor: database.run_now(search, Wanted(), cursor, 1000), 50_000))
    figures["taken away"] = {"found": taken, "first ms": (time.perf_counter() - began) * 1000}
    database.close()
    if chosen.json:
        print(json.dumps(figures))
        return
    print(f"{database.dialect}, {chosen.calls:,} calls, filled in {filled:.0f} s")
    print(f"| {'question':<44} | found | first ms | worst ms | worst CPU ms | to empty | CPU to empty | gone back to |")
    print("|---|---|---|---|---|---|---|---|")
    for name, row in figures.items():
        cells = (f"{row[key]:.1f}" if key in row else "" for key in COLUMNS)
        print(f"| {name:<44} | {row.get('found', '')} | {' | '.join(cells)} | {row.get('reached', '')} |")


def _newer(database: Database, wanted: Wanted, found: Found) -> Cursor | None:
    """Back from the second page."""
    return database.run_now(search, wanted, found.older).newer if found.older is not None else None


def _asked(database: Database, wanted: Wanted, cursor: Cursor | None) -> tuple[Found, tuple[float, float]]:
    return database.run_now(search, wanted, cursor), _timed(lambda: database.run_now(search, wanted, cursor))


def _timed(work: Callable[[], object]) -> tuple[float, float]:
    """Milliseconds, and those in which this process was at work; the medians."""
    walls, works = [], []
    for _ in range(REPEATS):
        began, worked = time.perf_counter(), time.process_time()
        work()
        walls.append((time.perf_counter() - began) * 1000)
        works.append((time.process_time() - worked) * 1000)
    return statistics.median(walls), statistics.median(works)


def _fill(database: Database, calls: int) -> None:
    chance = random.Random(10)
    table = cast("Table", CallRow.__table__)
    for first in range(0, calls, SLICE):
        rows = list(_calls(chance, range(first, min(first + SLICE, calls)), calls))
        database.run_now(lambda session, rows=rows: session.connection().execute(insert(table), rows) and None)
    database.run_now(_record, calls)
    if database.dialect == "postgresql":
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("vacuum analyze calls"))
            connection.execute(text("vacuum analyze recordings"))


def _calls(chance: random.Random, numbers: range, of: int) -> Iterator[dict[str, Any]]:
    for number in numbers:
        share = number / of
        began = NOW - YEAR + share * YEAR
        caller = f"139{chance.randrange(100_000):08}"
        flow = chance.choices(("main", "registration", "complaints", "ward_admission"), (60, 18, 4, 18))[0]
        if number % 50_000 == 7:
            outcome, cause, flow = "lost", "engine_lost", "main"
        elif flow != "ward_admission" and chance.random() < 0.03:
            outcome, cause, flow = "refused", "rejected", ""
        else:
            outcome = chance.choices(("end", "operator", "hung_up"), (70, 10, 20))[0]
            cause = chance.choices(("normal", "busy", "no_answer", "media_timeout"), (920, 40, 39, 1))[0]
        if share < 0.02 and flow == "main":
            flow = "vaccination"
        out = flow == "ward_admission"
        dialled, caller = (f"8{chance.randrange(3, 9)}01", "1000") if out else (f"100{chance.randrange(4)}", caller)
        answered = began + timedelta(seconds=chance.uniform(0.1, 5)) if cause in ("normal", "media_timeout") else None
        ended = (answered or began) + timedelta(seconds=chance.expovariate(1 / 90) if number % 9_999 else 4000)
        yield {
            "id": f"{chance.getrandbits(128):032x}",
            "engine": "bench",
            "direction": "out" if out else "in",
            "dialled": dialled,
            "dialled_reversed": dialled[::-1],
            "caller": caller,
            "caller_reversed": caller[::-1],
            "flow": flow,
            "language": "zh",
            "notice": "",
            "edition": 1,
            "began_at": began,
            "answered_at": answered,
            "ended_at": ended,
            "cause": cause,
            "sip_code": 200,
            "ended_by_peer": True,
            "outcome": outcome,
            "ended_by": "caller",
            "waited": 0.0,
            "talked": 0.0,
        }


def _record(session: Session, calls: int) -> None:
    """Words left in calls of the last month."""
    found = search(session, Wanted(since=NOW - timedelta(days=31), direction="in"), None, RECORDED)
    rows = [
        {
            "id": call.call_id,
            "engine": "bench",
            "call_id": call.call_id,
            "flow": call.flow,
            "step": "message",
            "language": "zh",
            "began_at": call.began_at,
            "path": f"{call.call_id}.wav",
            "seconds": 20.0,
            "ended": "key",
        }
        for call in found.calls
    ]
    if rows:
        session.execute(insert(RecordingRow), rows)


if __name__ == "__main__":
    main()
