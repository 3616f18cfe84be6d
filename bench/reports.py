"""Three years of a busy hospital: how long its days take to add up, and how long questions about them take.

    python -m bench.reports [--on sqlite,postgresql] [--calls 3000000] [--days 1096] [--events 60] [--json]
    python -m bench.reports --database sqlite:////path/bench.db       # one that is kept: a run may be interrupted

SQLite is a file in a folder of its own, PostgreSQL a cluster of its own (as in the tests: its `fsync` is off, which
matters to writing only); both are removed at the end. Calls, notices and dials are invented inside the database, with
events for the last `--events` days: those of all three years would take some 10 GB. "held" is how long storing a day
holds SQLite's one place for writers, "count" the longest transaction that counts a part of a day.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.database import Database
from reports.alerts import alerts_report
from reports.asked import By, Period
from reports.calls import calls_report, flows_report, heat_map
from reports.day_book import first_day
from reports.keys import keys_report
from reports.rolling import Rolling
from tests.notify.story import result_of
from tests.postgres import Cluster

P = ParamSpec("P")
T = TypeVar("T")

ZONE = ZoneInfo("Asia/Shanghai")
TODAY = date(2026, 11, 28)
NOW = datetime(2026, 11, 28, 10, tzinfo=UTC)  # 18:00 there
NOTICES_A_DAY = 200
HASH = "(({i} + {salt}) * 2654435761 % 4294967296)"
OUTCOMES = ("done", "done", "done", "booked", "booked", "hung_up", "hung_up", "full", "refused", "message_left")
FLOWS = ("main", "main", "registration", "registration", "registration", "card_login", "closed", "operator")
EVENTS = (
    ("step", '{"flow": "main", "step": "welcome"}'),
    ("prompt", '{"prompts": [{"id": "main.welcome"}], "heard": true}'),
    ("step", '{"flow": "main", "step": "menu"}'),
    ("prompt", '{"prompts": [{"id": "main.menu"}], "heard": false}'),
    ("keys", '{"keys": "1"}'),
    ("step", '{"flow": "card_login", "step": "number"}'),
    ("prompt", '{"prompts": [{"id": "card_login.card_number"}], "heard": false}'),
    ("keys", '{"keys": "****"}'),
    ("step", '{"flow": "registration", "step": "kind"}'),
    ("no_input", "{}"),
    ("keys", '{"keys": "2"}'),
    ("action", '{"action": "registration.book", "outcome": "booked"}'),
    ("ended", '{"cause": "normal"}'),
)


class Told(dict[str, float]):
    """Figures that are told as they come, on the error output: a run takes minutes."""

    def __setitem__(self, name: str, figure: float) -> None:
        super().__setitem__(name, figure)
        print(f"{name:<44}{figure:>14,.1f}", file=sys.stderr, flush=True)


class Timed:
    """Transactions in this thread, with how long each took by its name."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.took: dict[str, list[float]] = defaultdict(list)

    async def run(self, work: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """As `Transactions.run`."""
        began = time.perf_counter()
        try:
            return self._database.run_now(work, *args, **kwargs)
        finally:
            self.took[work.__name__].append((time.perf_counter() - began) * 1e3)


def main() -> None:
    """Run and print."""
    given = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    given.add_argument("--on", default="sqlite,postgresql")
    given.add_argument("--calls", type=int, default=3_000_000)
    given.add_argument("--days", type=int, default=1_096)
    given.add_argument("--events", type=int, default=60, help="days that have events")
    given.add_argument("--json", action="store_true")
    given.add_argument(
        "--database", help="measure this one; what was made or added up there stays, and is gone on with"
    )
    chosen = given.parse_args()
    figures = {}
    for kind in [chosen.database] if chosen.database else chosen.on.split(","):
        with _database(kind) as database:
            figures[database.dialect] = measure(database, chosen.calls, chosen.days, chosen.events)
    if chosen.json:
        print(json.dumps(figures, indent=1))
        return
    names = list(next(iter(figures.values())))
    print(f"{'':<44}" + "".join(f"{kind:>14}" for kind in figures))
    for name in names:
        print(f"{name:<44}" + "".join(f"{of[name]:>14,.1f}" for of in figures.values()))


@contextmanager
def _database(kind: str) -> Iterator[Database]:
    with tempfile.TemporaryDirectory(prefix="wardbell-bench-") as folder:
        if ":" in kind:
            database = Database(kind)
            database.create_all()
            yield database
            database.close()
            return
        cluster = Cluster() if kind == "postgresql" else None
        database = Database(cluster.url(cluster.create()) if cluster else f"sqlite:///{Path(folder) / 'bench.db'}")
        database.create_all()
        try:
            yield database
        finally:
            database.close()
            if cluster is not None:
                cluster.stop()


def measure(database: Database, calls: int, days: int, with_events: int) -> dict[str, float]:
    """All figures of one database."""
    began = time.perf_counter()
    if database.run_now(first_day, ZONE) is None:
        fill(database, calls, days, with_events)
    figures = Told()
    figures["filling, s"] = time.perf_counter() - began
    timed = Timed(database)
    rolling = Rolling(timed, lambda: NOW, ZONE, "bench")
    began = time.perf_counter()
    healed = result_of(rolling.round())
    took = time.perf_counter() - began
    figures["adding up all days, s"] = took
    figures["days a second"] = len(healed.made) / took
    for name, transactions in (("count", ["count_all"]), ("held", ["put", "write"])):
        spent = [took for transaction in transactions for took in timed.took[transaction]] or [0.0]
        figures[f"{name}, ms, median"] = statistics.median(spent)
        figures[f"{name}, ms, longest"] = max(spent)
    began = time.perf_counter()
    again = result_of(rolling.round(date.min))
    assert not again.made, "nothing had changed"
    figures["looking at all days again, s"] = time.perf_counter() - began
    for name, days_asked in (("3 years", days), ("30 days", 30), ("today", 1)):
        period = Period(TODAY - timedelta(days_asked - 1), TODAY)
        for question, ask in QUESTIONS.items():
            figures[f"{name}: {question}, ms"] = _median(lambda ask=ask, period=period: ask(database, period))  # type: ignore[misc]
    plain = text("SELECT flow, outcome, count(*), sum(waited) FROM calls GROUP BY flow, outcome")
    figures["for comparison: 3 years by flow, plainly, ms"] = _median(
        lambda: database.run_now(lambda session: session.execute(plain).all()), 1
    )
    return figures


QUESTIONS: dict[str, Callable[[Database, Period], Any]] = {
    "calls by day": lambda db, period: db.run_now(calls_report, period, By.DAY, ZONE, NOW),
    "calls by hour": lambda db, period: db.run_now(calls_report, period, By.HOUR, ZONE, NOW),
    "flows": lambda db, period: db.run_now(flows_report, period, ZONE, NOW),
    "weekdays and hours": lambda db, period: db.run_now(heat_map, period, ZONE, NOW),
    "keys": lambda db, period: db.run_now(keys_report, period, ZONE, NOW),
    "alerts by hour, ward, rule": lambda db, period: db.run_now(alerts_report, period, By.HOUR, ZONE, NOW),
}


def _median(ask: Callable[[], object], times: int = 3) -> float:
    took = []
    for _ in range(times):
        began = time.perf_counter()
        ask()
        took.append((time.perf_counter() - began) * 1e3)
    return statistics.median(took)


def fill(database: Database, calls: int, days: int, with_events: int) -> None:
    """Invent the past, inside the database."""
    first = datetime(TODAY.year, TODAY.month, TODAY.day, tzinfo=ZONE).astimezone(UTC) - timedelta(days - 1)
    sqlite = database.dialect == "sqlite"

    def moment(seconds: str) -> str:
        if sqlite:
            return f"strftime('%Y-%m-%d %H:%M:%S.000000', '{first:%Y-%m-%d %H:%M:%S}', ({seconds}) || ' seconds')"
        return f"timestamptz '{first:%Y-%m-%d %H:%M:%S}+00' + ({seconds}) * interval '1 second'"

    def series(count: int) -> str:
        if sqlite:
            more = f"SELECT i + 1 FROM n WHERE i + 1 < {count}"
            return f"(WITH RECURSIVE n(i) AS (VALUES(0) UNION ALL {more}) SELECT i FROM n)"
        return f"(SELECT i::bigint AS i FROM generate_series(0, {count - 1}) AS i) AS n"

    def some(salt: int, below: int) -> str:
        return f"({HASH.format(i='i', salt=salt)} / 1024 % {below})"

    def one_of(words: tuple[str, ...], salt: int) -> str:
        return (
            f"CASE {some(salt, len(words))} " + " ".join(f"WHEN {n} THEN '{w}'" for n, w in enumerate(words)) + " END"
        )

    # The first `days` - 1 days are whole; most calls come about noon.
    at = f"(i * {days} / {calls}) * 86400 + ({some(1, 43200)} + {some(2, 43200)})"
    id_ = "printf('%08x%024x', {h}, i)" if sqlite else "lpad(to_hex({h}), 8, '0') || lpad(to_hex(i), 24, '0')"
    id_ = id_.format(h=HASH.format(i="i", salt=3))
    waited = f"CASE WHEN {some(4, 5)} = 0 THEN {some(5, 300)} + 0.5 ELSE 0.0 END"
    talked = f"CASE WHEN {some(4, 5)} = 0 AND {some(6, 4)} > 0 THEN {some(7, 400)} + 0.25 ELSE 0.0 END"
    false = "0" if sqlite else "false"
    statements = [
        "INSERT INTO calls (id, engine, direction, dialled, caller, flow, language, notice, began_at, answered_at,"
        f" ended_at, cause, sip_code, ended_by_peer, outcome, ended_by, waited, talked)"
        f" SELECT {id_}, 'engine-1', 'in', '1000', '139' || {some(8, 100000000)}, {one_of(FLOWS, 9)}, 'zh', '',"
        f" {moment(at)}, {moment(at + ' + 1')},"
        f" {moment(at + f' + 30 + {some(10, 300)}')}, 'normal', 200, {false}, {one_of(OUTCOMES, 11)}, 'caller',"
        f" {waited}, {talked} FROM {series(calls)}",
    ]
    since = moment(f"{days - with_events} * 86400")
    json_ = "e.detail" if sqlite else "e.detail::json"
    events = " UNION ALL ".join(
        f"SELECT {n} AS number, '{kind}' AS kind, '{detail}' AS detail" for n, (kind, detail) in enumerate(EVENTS, 1)
    ).replace(":", r"\:")
    statements.append(
        "INSERT INTO call_events (call_id, number, at, kind, detail)"
        f" SELECT c.id, e.number, c.began_at, e.kind, {json_.replace('::', chr(92) + ':' + chr(92) + ':')}"
        f" FROM calls c CROSS JOIN ({events}) AS e WHERE c.began_at >= {since}"
    )
    alerts = NOTICES_A_DAY * days
    at = f"(i * {days} / {alerts}) * 86400 + ({some(12, 43200)} + {some(13, 43200)})"
    kinds = one_of(("admission", "discharge", "emergency", "bed_change"), 14)
    wards = one_of(tuple(f"W{n}" for n in range(40)), 15)
    state = one_of((*(("confirmed",) * 9), "failed"), 16)
    statements += [
        "INSERT INTO events (id, key, kind, source, received_at, facts)"
        f" VALUES (1, 'k', 'bench', '', {moment('0')}, '{{}}')",
        "INSERT INTO notices (id, event_id, kind, priority, addressee_kind, addressee, language, variables, state,"
        " created_at, due_at, expires_at, ended_at, step, round, place, attempts, reason) SELECT i + 1, 1, "
        f"{kinds}, 1, 'ward', {wards}, 'zh', '{{}}', {state}, {moment(at)}, {moment(at)}, {moment(at + ' + 3600')},"
        f" {moment(at + f' + 8 + {some(17, 60)} * {some(18, 12)}')}, 0, 0, 0, 1, '' FROM {series(alerts)}",
        "INSERT INTO notice_attempts (id, notice_id, number, step, round, place, places, role, target, owner, began_at,"
        " ended_at, cause, heard, confirmed, call_id) SELECT id, id, 1, 0, 0, 0, 1, 'station', '8301', 'e', created_at,"
        f" ended_at, 'normal', {false}, {false}, '' FROM notices",
    ]
    if sqlite:  # the fill is not what is measured
        statements = ["PRAGMA cache_size=-600000", *statements]
    for statement in statements:
        escaped = statement if "\\:" in statement else statement.replace(":", r"\:")
        database.run_now(lambda session, escaped=escaped: session.execute(text(escaped)) and None)  # type: ignore[misc]
    if not sqlite:
        database.run_now(lambda session: session.execute(text("ANALYZE")) and None)


if __name__ == "__main__":
    main()
