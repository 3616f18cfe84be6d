"""How long `wardbell db upgrade` takes on a database with a million calls of before.

    python -m bench.upgrade --database sqlite:////tmp/old.db [--calls 1000000] [--since 0012]

The database must be empty: it is brought to the tables of `--since`, filled there, in the database, with calls of three
years, each with two legs, a segment and three events, and then brought to the tables of this version, a step at a time.
Prints the seconds of each step.
"""

from __future__ import annotations

import argparse
import time

from sqlalchemy import inspect, text

from db import migrate, version
from db.database import Database

DAYS = 1_096
KNOWN = {
    "calls": {
        "id": "{hex}", "engine": "'bench'", "direction": "'in'", "dialled": "'1000'", "caller": "'139' || {i}",
        "flow": "'main'", "language": "'zh'", "began_at": "{at}", "answered_at": "{at}", "ended_at": "{at}",
        "cause": "'normal'", "sip_code": "200", "ended_by_peer": "{false}", "outcome": "'end'", "waited": "0.0",
        "talked": "0.0", "notice": "''", "ended_by": "'caller'",
    },
    "legs": {
        "call_id": "{hex}", "number": "{n}", "role": "'caller'", "direction": "'in'", "party": "'139' || {i}",
        "line": "''", "sip_call_id": "''", "worker": "''", "begun_by": "0", "offered_at": "{at}", "ended_at": "{at}",
        "cause": "''", "sip_code": "200",
    },
    "segments": {
        "call_id": "{hex}", "number": "{n}", "kind": "'talk'", "leg": "1", "other": "2", "began_at": "{at}",
        "ended_at": "{at}",
    },
    "call_events": {
        "call_id": "{hex}", "number": "{n}", "at": "{at}", "kind": "'step'", "detail": "{json}",
    },
}  # fmt: skip
"""Table -> column -> what it gets, of those that the version of before has."""
ROWS = {"calls": 1, "legs": 2, "segments": 1, "call_events": 3}


def main() -> None:
    """Fill, upgrade, print."""
    given = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    given.add_argument("--database", required=True)
    given.add_argument("--calls", type=int, default=1_000_000)
    given.add_argument("--since", default="0012")
    given.add_argument("--fill", action="store_true", help="only fill it; without this a filled one is upgraded")
    chosen = given.parse_args()
    if version.current(chosen.database) is None:
        migrate.upgrade(chosen.database, chosen.since)
        database = Database(chosen.database)
        began = time.perf_counter()
        fill(database, chosen.calls)
        print(f"{database.dialect}: {chosen.calls:,} calls of version {chosen.since}: {_since(began)}", flush=True)
        database.close()
    if chosen.fill:
        return
    whole = time.perf_counter()
    for step in range(int(version.current(chosen.database) or 0) + 1, int(version.head()) + 1):
        began = time.perf_counter()
        migrate.upgrade(chosen.database, f"{step:04}")
        print(f"{step:04}: {_since(began)}", flush=True)
    print(f"all steps: {_since(whole)}")


def fill(database: Database, calls: int) -> None:
    """Calls that were over long ago, made inside the database."""
    sqlite = database.dialect == "sqlite"
    seconds = f"i * {DAYS} * 86400.0 / {calls}"
    words = {
        "i": "i",
        "hex": "printf('%032x', i)" if sqlite else "lpad(to_hex(i), 32, '0')",
        "at": f"strftime('%Y-%m-%d %H:%M:%S.000000', '2023-01-01', ({seconds}) || ' seconds')"
        if sqlite
        else f"timestamptz '2023-01-01 00:00:00+00' + ({seconds}) * interval '1 second'",
        "false": "0" if sqlite else "false",
        "json": "'{{}}'".replace("{{}}", "{}") if sqlite else "'{}'::json".replace("::", r"\:\:"),
    }
    series = (
        f"(WITH RECURSIVE n(i) AS (VALUES(0) UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {calls}) SELECT i FROM n)"
        if sqlite
        else f"(SELECT i::bigint AS i FROM generate_series(0, {calls - 1}) AS i) AS n".replace("::", r"\:\:")
    )
    there = inspect(database.engine)
    for table, columns in KNOWN.items():
        mine = [name for name in columns if name in {one["name"] for one in there.get_columns(table)}]
        for number in range(1, ROWS[table] + 1):
            values = ", ".join(columns[name].format(n=number, **words) for name in mine)
            statement = f"INSERT INTO {table} ({', '.join(mine)}) SELECT {_escaped(values)} FROM {series}"
            database.run_now(lambda session, statement=statement: session.execute(text(statement)) and None)  # type: ignore[misc]


def _escaped(values: str) -> str:
    """A colon in SQL text is no parameter."""
    return values if "\\:" in values else values.replace(":", r"\:")


def _since(began: float) -> str:
    return f"{time.perf_counter() - began:.1f} s"


if __name__ == "__main__":
    main()
