"""A past to count: calls, what was keyed in them, notices and their dials, written as the line writes them.

`Past` remembers what it wrote, so that a test can count it plainly, without a database and without roll-ups."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import delete, insert, update
from sqlalchemy.orm import Session

from db.database import Database, ImmediateTransactions
from db.tables import Base
from db.tables.calls import CallEventRow, CallRow
from db.tables.notices import AttemptRow, EventRow, NoticeRow
from reports.counting import Counted
from reports.days import whole
from reports.rolling import Healed, Rolling, count_all
from tests.notify.story import result_of

WARSAW = ZoneInfo("Europe/Warsaw")
Steps = Sequence[tuple[str, dict[str, Any]]]


@dataclass
class Past:
    """`now` is the clock on the wall."""

    database: Database
    now: datetime
    zone: ZoneInfo = WARSAW
    calls: dict[str, dict[str, Any]] = field(default_factory=dict)
    steps: dict[str, Steps] = field(default_factory=dict)
    notices: dict[int, dict[str, Any]] = field(default_factory=dict)

    def empty(self) -> None:
        """Nothing has happened."""
        self.calls.clear()
        self.steps.clear()
        self.notices.clear()

        def work(session: Session) -> None:
            for table in reversed(Base.metadata.sorted_tables):
                session.execute(delete(table))

        self.database.run_now(work)

    def call(self, began: datetime, *, steps: Steps = (), ends: bool = True, **values: Any) -> str:
        """A call; one that `ends` did so after a minute, answered after a second."""
        id_ = f"{len(self.calls):032}"
        end = {
            "answered_at": began + timedelta(seconds=1),
            "ended_at": began + timedelta(minutes=1) if ends else None,
            "outcome": "done" if ends else "",
            "cause": "normal" if ends else "",
        }
        row = {
            "id": id_, "engine": "engine-1", "direction": "in", "dialled": "1000", "caller": "8001", "flow": "main",
            "language": "zh", "began_at": began, "waited": 0.0, "talked": 0.0, "sip_code": 0, "ended_by_peer": False,
            "ended_by": "", "notice": "", "edition": 1, **end, **values,
        }  # fmt: skip
        self.calls[id_], self.steps[id_] = row, steps
        events = [
            {"call_id": id_, "number": number, "at": began, "kind": kind, "detail": detail}
            for number, (kind, detail) in enumerate(steps, 1)
        ]

        def work(session: Session) -> None:
            session.execute(insert(CallRow), [row])
            if events:
                session.execute(insert(CallEventRow), events)

        self.database.run_now(work)
        return id_

    def ends(self, call: str, **values: Any) -> None:
        """A call that went on ends, or is healed."""
        self.calls[call].update(values)
        change = update(CallRow).where(CallRow.id == call).values(**values)
        self.database.run_now(lambda session: session.execute(change) and None)

    def deleted(self, call: str) -> None:
        """A call is kept no longer; those who count plainly still know it."""
        self.database.run_now(lambda session: session.execute(delete(CallRow).where(CallRow.id == call)) and None)

    def notice(self, created: datetime, took: float | None = None, **values: Any) -> int:
        """An alert, confirmed after `took` seconds, else waiting."""
        id_ = len(self.notices) + 1
        ended = None if took is None else created + timedelta(seconds=took)
        row = {
            "id": id_, "event_id": 1, "kind": "admission", "priority": 1, "addressee_kind": "ward", "addressee": "N3",
            "language": "zh", "variables": {}, "state": "waiting" if took is None else "confirmed",
            "created_at": created, "due_at": created, "expires_at": created + timedelta(days=1), "ended_at": ended,
            **values,
        }  # fmt: skip
        self.notices[id_] = row

        def work(session: Session) -> None:
            if session.get(EventRow, 1) is None:
                session.add(EventRow(id=1, key="k", kind="admission", source="", received_at=created, facts={}))
                session.flush()
            session.execute(insert(NoticeRow), [row])

        self.database.run_now(work)
        return id_

    def counted(self, day: date) -> Counted:
        """What a day comes to, counted now."""
        return self.database.run_now(count_all, whole(day, self.zone))

    def dial(self, notice: int, began: datetime, cause: str, **values: Any) -> None:
        """The notice was dialled."""
        number = values.pop("number", 1)
        row = {
            "notice_id": notice, "number": number, "step": 0, "round": 0, "place": 0, "places": 1, "role": "station",
            "target": "8301", "owner": "engine-1", "began_at": began, "ended_at": began + timedelta(seconds=9),
            "cause": cause, **values,
        }  # fmt: skip
        self.database.run_now(lambda session: session.execute(insert(AttemptRow), [row]) and None)

    def rolling(self, owner: str = "engine-1") -> Rolling:
        """Who keeps the book."""
        return Rolling(ImmediateTransactions(self.database), lambda: self.now, self.zone, owner)

    def heals(self, since: date | None = None, owner: str = "engine-1") -> Healed:
        """A round of the book's keeper."""
        return result_of(self.rolling(owner).round(since))

    def plainly(self, first: date, last: date) -> Counter[tuple[Any, ...]]:
        """Calls by day, hour, way, flow and outcome; counted one by one from what was written, by the clock."""
        found: Counter[tuple[Any, ...]] = Counter()
        for row in self.calls.values():
            local = row["began_at"].astimezone(self.zone)
            if first <= local.date() <= last:
                found[local.date(), local.hour, row["direction"], row["flow"], row["outcome"]] += 1
        return found


def at(text: str, zone: ZoneInfo = WARSAW, fold: int = 0) -> datetime:
    """`2026-10-25 02:30` by the hospital's clock, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold).astimezone(UTC)
