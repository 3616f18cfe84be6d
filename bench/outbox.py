"""How many notices a second can be planned, claimed and finished, and what a million waiting rows cost a tick.

    python -m bench.outbox --database postgresql+psycopg://user@host/name [--waiting 1000000] [--expired 1000000]

`--expired`: so many run out of time at once; how long it takes to close them, and how long an alert takes meanwhile
from its planning to its claim. The database is filled with invented notices: give it an empty one. Prints a table;
`--json` prints JSON.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert, text, update
from sqlalchemy.orm import Session
from twisted.internet.defer import Deferred
from twisted.internet.task import deferLater, react

from background.spawn import spawn
from db.database import Database
from db.tables.notices import EventRow, NoticeRow
from ivr.call.order import CallResult
from ivr.switch.line import Cause
from notify.notices.addressee import of_ward
from notify.notices.budget import Room
from notify.notices.claim import claim
from notify.notices.ends import TOGETHER, End, end_calls
from notify.notices.flood import Flood
from notify.notices.plan import Planned, plan
from notify.notices.rules import NoticeRules
from notify.notices.rules_file import load_rules
from notify.notices.states import State
from notify.notices.sweep import sweep
from notify.notices.telephone import NoticeOrder
from notify.notices.telephone_locks import Hold

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
LEASE = timedelta(seconds=30)
BATCH = 200


def phonebook(session: Session, ward: str) -> Mapping[str, Sequence[str]]:
    """Each ward has a telephone of its own."""
    return {"station": [ward.removeprefix("W")]}


def main() -> None:
    """Run and print."""
    given = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    given.add_argument("--database", required=True)
    given.add_argument("--notices", type=int, default=10_000)
    given.add_argument("--waiting", type=int, default=0, help="rows that wait for later, made beforehand")
    given.add_argument("--expired", type=int, default=0, help="rows that expire at once, made beforehand")
    given.add_argument("--json", action="store_true")
    chosen = given.parse_args()
    database = Database(chosen.database)
    database.create_all()
    rules = load_rules(Path(__file__).parents[1] / "flows" / "notices.yaml")
    event = database.run_now(_event)
    for _ in range(0, chosen.waiting, 50_000):
        database.run_now(_later, event, min(50_000, chosen.waiting))
    if chosen.waiting and database.dialect == "postgresql":
        database.run_now(lambda session: session.execute(text("analyze notices")) and None)
    figures = {"waiting": float(chosen.waiting), **_measure(database, rules, event, chosen.notices)}
    if chosen.expired:
        database.run_now(_put_off, set(), State.WAITING)  # what was ended above would be claimed with each alert
        for made in range(0, chosen.expired, 50_000):
            database.run_now(_later, event, min(50_000, chosen.expired - made), NOW - timedelta(2), timedelta(2))
        if database.dialect == "postgresql":
            database.run_now(lambda session: session.execute(text("analyze notices")) and None)
        figures |= {"expired": float(chosen.expired)}
        with suppress(SystemExit):  # how `react` ends
            react(lambda reactor: Deferred.fromCoroutine(_flood(reactor, chosen.database, rules, event, figures)))
    database.close()
    if chosen.json:
        print(json.dumps(figures))
        return
    for name, figure in figures.items():
        print(f"{name:<32}{figure:>14,.2f}")


def _event(session: Session) -> int:
    made: int | None = session.scalar(
        insert(EventRow)
        .values(key=f"bench {time.time_ns()}", kind="bench", source="bench", received_at=NOW, facts={})
        .returning(EventRow.id)
    )
    assert made is not None
    return made


def _later(
    session: Session,
    event: int,
    count: int,
    due: datetime = NOW + timedelta(days=1),
    lasts: timedelta = timedelta(days=8),
) -> None:
    """Waiting rows of all classes, due tomorrow unless it is said otherwise."""
    row = {
        "event_id": event,
        "kind": "admission",
        "addressee": "W3",
        "language": "zh",
        "variables": {"bed": "1"},
        "state": State.WAITING,
        "created_at": NOW,
        "expires_at": due + lasts,
    }
    session.execute(
        insert(NoticeRow),
        [{**row, "priority": n % 4, "due_at": due + timedelta(seconds=n % 80_000)} for n in range(count)],
    )


def _put_off(session: Session, but: set[int], state: State = State.IN_AIR) -> None:
    """All that is in this state waits for tomorrow, `but` what a site with a hundred lines would hold in the air."""
    session.execute(
        update(NoticeRow)
        .where(NoticeRow.state == state, NoticeRow.id.not_in(but))
        .values(state=State.WAITING, lease_owner=None, lease_until=None, due_at=NOW + timedelta(days=1))
        .execution_options(synchronize_session=False)
    )


def _measure(database: Database, rules: NoticeRules, event: int, count: int) -> dict[str, float]:
    rule = rules.rules["admission"]
    said = {"bed": "1", "urgent": False}
    began = time.perf_counter()
    for batch in range(count // BATCH):
        wards = range(batch * BATCH, (batch + 1) * BATCH)
        database.run_now(plan, [Planned(event, rule, of_ward(f"W{ward}"), said, NOW) for ward in wards], NOW)
    plan_seconds = time.perf_counter() - began

    orders: list[NoticeOrder] = []
    began = time.perf_counter()
    while got := database.run_now(claim, rules, phonebook, "bench", NOW, LEASE, Room(BATCH, BATCH)).orders:
        orders += got
    claim_seconds = time.perf_counter() - began

    began = time.perf_counter()
    ends = [
        End(order.attempt_id, CallResult(Cause.UNREACHABLE), Hold(order.target, "bench", order.attempt_id), False)
        for order in orders[:1000]
    ]
    half = len(ends) // 2
    for end in ends[:half]:
        database.run_now(end_calls, rules, phonebook, [end], NOW)
    singly_seconds = time.perf_counter() - began
    began = time.perf_counter()
    for first in range(half, len(ends), TOGETHER):
        database.run_now(end_calls, rules, phonebook, ends[first : first + TOGETHER], NOW)
    together_seconds = time.perf_counter() - began

    in_air = {order.notice_id: order.attempt_id for order in orders[-100:]}
    database.run_now(_put_off, set(in_air))
    ticks = []
    for _ in range(50):
        began = time.perf_counter()
        database.run_now(sweep, rules, "bench", in_air, list(in_air.values()), NOW)
        database.run_now(claim, rules, phonebook, "bench", NOW - timedelta(1), LEASE, Room(BATCH, BATCH))
        ticks.append((time.perf_counter() - began) * 1000)
    done = len(orders)
    return {
        "planned a second": count / plan_seconds,
        "claimed a second": done / claim_seconds,
        "planned and claimed a second": done / (plan_seconds + claim_seconds),
        "ends written a second, singly": half / singly_seconds,
        "ends written a second, together": (len(ends) - half) / together_seconds,
        "idle tick, median ms": statistics.median(ticks),
        "idle tick, worst ms": max(ticks),
    }


async def _flood(reactor: Any, url: str, rules: NoticeRules, event: int, figures: dict[str, float]) -> None:
    """Close what expired, and plan and claim alerts meanwhile."""
    database = Database(url, reactor)
    flood = Flood(database, reactor, lambda: NOW)
    began, claims = time.perf_counter(), []
    closing = spawn(flood.close(), "closing expired notices")
    rule = rules.rules["admission"]
    while flood.running:
        at = time.perf_counter()
        await database.run(
            plan, [Planned(event, rule, of_ward(f"W9{len(claims)}"), {"bed": "1", "urgent": False}, NOW)], NOW
        )
        await database.run(claim, rules, phonebook, "bench", NOW, LEASE, Room(BATCH, 0))
        claims.append((time.perf_counter() - at) * 1000)
        await deferLater(reactor, 0.02)
    await closing
    figures["closed in s"] = time.perf_counter() - began
    claims.sort()
    figures |= {
        "alerts meanwhile": float(len(claims)),
        "alert claimed, median ms": statistics.median(claims),
        "alert claimed, p99 ms": claims[int(len(claims) * 0.99)],
        "alert claimed, worst ms": claims[-1],
        "longest slice, ms": flood.longest * 1000,
    }
    database.close()


if __name__ == "__main__":
    main()
