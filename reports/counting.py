"""Counts what happened in a stretch of time out of calls, events, notices and dials: the one place that says what
counts as what. Roll-ups store these counts, and today's are asked for live.

Bodies of reading transactions. A call, a notice and a dial belong to the hour in which they began, however long they
go on; what a caller keyed belongs to the day of his call.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any, TypeAlias, cast

from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from db.tables import Base
from db.tables.calls import CallEventRow, CallRow
from db.tables.notices import AttemptRow, NoticeRow
from db.tables.reports import ReportAlertRow, ReportCallRow, ReportDialRow, ReportKeyRow, ReportWaitRow
from notify.notices.states import State
from reports.days import Stretch
from reports.spans import NEVER, span

HUNG_UP = "hung_up"
"""The outcome of a call whose caller hung up while the flow still went on."""
NO_KEY, SEVERAL, HUNG_UP_THERE = "no_key", "several", "hung_up"
"""What callers do at a step beside pressing one key: nothing, more keys than one (or hidden ones), hanging up."""
TALKED, GAVE_UP, OTHERWISE = "talked", "gave_up", "other"
"""What came of a wait: somebody came, the caller left, or the flow went on with him."""
_KEYS = frozenset("0123456789*#")

Key: TypeAlias = tuple[Any, ...]
Figures: TypeAlias = dict[type[Base], dict[Key, list[int]]]


def keys_of(table: type[Base]) -> tuple[str, ...]:
    """The columns that a table of figures counts by, beside the day."""
    return tuple(column.name for column in _columns(table).primary_key if column.name != "day")


def values_of(table: type[Base]) -> tuple[str, ...]:
    """The columns that hold its figures."""
    return tuple(column.name for column in _columns(table).columns if not column.primary_key)


def _columns(table: type[Base]) -> Table:
    return cast("Table", table.__table__)


@dataclass(slots=True)
class Size:
    """How much was counted, and how much of it may still change. What is over never does."""

    calls: int = 0
    calls_open: int = 0
    notices: int = 0
    notices_open: int = 0
    dials: int = 0
    dials_open: int = 0

    @property
    def open(self) -> int:
        """What may still change."""
        return self.calls_open + self.notices_open + self.dials_open


@dataclass(slots=True)
class Counted:
    """Figures by table and key, in the order of `keys_of` and `values_of`."""

    figures: Figures = field(default_factory=dict)
    size: Size = field(default_factory=Size)

    def add(self, table: type[Base], key: Key, values: Sequence[int]) -> None:
        """Add to the figures of a key."""
        rows = self.figures.setdefault(table, {})
        if (there := rows.get(key)) is None:
            rows[key] = list(values)
        else:
            for place, value in enumerate(values):
                there[place] += value

    @classmethod
    def all_of(cls, parts: Iterable[Counted]) -> Counted:
        """The sum of parts."""
        total = cls()
        for part in parts:
            total.size = Size(*map(operator.add, astuple(total.size), astuple(part.size)))
            for table, rows in part.figures.items():
                for key, values in rows.items():
                    total.add(table, key, values)
        return total


def count_calls(session: Session, stretch: Stretch, into: Counted) -> None:
    """Calls by way, flow and outcome, and how long their callers waited."""
    wanted = select(
        *(CallRow.direction, CallRow.flow, CallRow.outcome, CallRow.answered_at, CallRow.ended_at),
        *(CallRow.waited, CallRow.talked, CallRow.began_at),
    ).where(CallRow.began_at >= stretch.begin, CallRow.began_at < stretch.end)
    for direction, flow, outcome, answered, ended, waited, talked, began in session.execute(wanted):
        hour = stretch.hour_at(began)
        into.size.calls += 1
        into.size.calls_open += ended is None or waited is None
        waits, talks = bool(waited), bool(talked)
        gave_up = waits and not talks and outcome == HUNG_UP
        figures = (
            *(1, answered is not None, waits, gave_up, talks),
            *(_between(answered, ended), _ms(waited), _ms(talked)),
        )
        into.add(ReportCallRow, (hour, direction, flow, outcome), figures)
        if waits:
            fate = TALKED if talks else GAVE_UP if gave_up else OTHERWISE
            into.add(ReportWaitRow, (hour, fate, span(waited or 0)), (1,))


def count_keys(session: Session, stretch: Stretch, into: Counted) -> None:
    """What callers keyed at each step. Only how often: which card number somebody keyed stands nowhere here."""
    told = (
        select(CallEventRow.call_id, CallEventRow.kind, CallEventRow.detail, CallRow.outcome)
        .join(CallRow, CallRow.id == CallEventRow.call_id)
        .where(CallRow.began_at >= stretch.begin, CallRow.began_at < stretch.end)
        .where(CallEventRow.kind.in_(("step", "keys", "no_input")))
        .order_by(CallEventRow.call_id, CallEventRow.number)
    )
    for _, events in groupby(session.execute(told), key=lambda event: event[0]):
        at: tuple[str, str] | None = None
        outcome = ""
        for _, kind, detail, outcome in events:  # noqa: B007 - that of the last one is that of all
            if kind == "step":
                at = str(detail.get("flow", ""))[:64], str(detail.get("step", ""))[:64]
            elif at is not None:
                keys = str(detail.get("keys", ""))
                did = NO_KEY if kind == "no_input" else keys if keys in _KEYS else SEVERAL
                into.add(ReportKeyRow, (*at, did), (1,))
        if at is not None and outcome == HUNG_UP:
            into.add(ReportKeyRow, (*at, HUNG_UP_THERE), (1,))


def count_notices(session: Session, stretch: Stretch, into: Counted) -> None:
    """Notices by ward, rule and state, and how long it took until somebody confirmed."""
    wanted = select(
        *(NoticeRow.addressee_kind, NoticeRow.addressee, NoticeRow.kind, NoticeRow.priority, NoticeRow.state),
        *(NoticeRow.created_at, NoticeRow.ended_at),
    ).where(NoticeRow.created_at >= stretch.begin, NoticeRow.created_at < stretch.end)
    for for_whom, addressee, kind, priority, state, created, ended in session.execute(wanted):
        into.size.notices += 1
        into.size.notices_open += not State(state).over
        took = span((ended - created).total_seconds()) if state == State.CONFIRMED and ended is not None else NEVER
        ward = addressee if for_whom == "ward" else ""
        into.add(ReportAlertRow, (stretch.hour_at(created), ward, kind, priority, state, took), (1,))


def count_dials(session: Session, stretch: Stretch, into: Counted) -> None:
    """Dials by rule, whom they rang and how they ended."""
    wanted = (
        select(
            *(NoticeRow.kind, NoticeRow.priority, AttemptRow.role, AttemptRow.cause),
            *(AttemptRow.confirmed, AttemptRow.began_at, AttemptRow.ended_at),
        )
        .join(NoticeRow, NoticeRow.id == AttemptRow.notice_id)
        .where(AttemptRow.began_at >= stretch.begin, AttemptRow.began_at < stretch.end)
    )
    for kind, priority, role, cause, confirmed, began, ended in session.execute(wanted):
        into.size.dials += 1
        into.size.dials_open += ended is None
        into.add(ReportDialRow, (stretch.hour_at(began), kind, priority, role, cause), (1, int(confirmed)))


Counts: TypeAlias = Callable[[Session, Stretch, Counted], None]
COUNTS: Mapping[Counts, tuple[type[Base], ...]] = {
    count_calls: (ReportCallRow, ReportWaitRow),
    count_keys: (ReportKeyRow,),
    count_notices: (ReportAlertRow,),
    count_dials: (ReportDialRow,),
}
"""Who counts, and the tables that it counts for."""
TABLES = tuple(table for tables in COUNTS.values() for table in tables)


def _between(answered: datetime | None, ended: datetime | None) -> int:
    return 0 if answered is None or ended is None else max(0, _ms((ended - answered).total_seconds()))


def _ms(seconds: float | None) -> int:
    return round((seconds or 0.0) * 1000)
