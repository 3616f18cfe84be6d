"""Alerts that nobody has confirmed: those that are being called, those that wait for their next call, and those that
nobody reached. For whoever watches the line; asked again and again, so every part of it is short by an index.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from db.reading import reading
from db.tables.notices import IS_IN_AIR, IS_UNCONFIRMED, IS_WAITING, AttemptRow, NoticeRow
from notify.notices.addressee import Kind, addressee_of
from notify.notices.escalation import Priority
from notify.notices.states import State

MOST = 200
"""Of each kind. A flood has more: then the first are told, and that there are more."""
REMEMBERED = timedelta(hours=12)
"""How long an alert that reached nobody stands among them when nobody takes charge of it."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """An alert without its confirmation. Times are aware UTC."""

    id: int
    kind: str
    """Its rule."""
    priority: Priority
    ward: str
    """The code; empty when it is for no ward."""
    whom: Mapping[str, str]
    """Language -> name of whom it is for; under an empty key where the name is the same in all."""
    bed: str
    room: str
    state: State
    since: datetime
    """When it was raised."""
    attempts: int
    role: str = ""
    """Who is called at this moment: the role and the number."""
    target: str = ""
    dialled_at: datetime | None = None
    next_at: datetime | None = None
    """Of a waiting one: when it is called next."""

    @property
    def is_called(self) -> bool:
        """Whether a telephone rings or talks for it."""
        return self.state is State.IN_AIR

    @property
    def is_over(self) -> bool:
        """Whether nothing will be dialled for it any more."""
        return self.state.over


@dataclass(frozen=True, slots=True)
class Alarms:
    """The oldest first."""

    of: tuple[Alarm, ...] = ()
    more: bool = False
    """Whether there are more than these."""


@reading
def unconfirmed_alarms(session: Session, now: datetime) -> Alarms:
    """Those at this moment."""
    urgent = NoticeRow.priority.in_([int(one) for one in Priority if one.alarms])
    due = or_(NoticeRow.due_at <= now, NoticeRow.attempts > 0)
    waiting = select(NoticeRow).where(IS_WAITING, urgent, due).order_by(NoticeRow.priority, NoticeRow.due_at)
    in_air = select(NoticeRow).where(IS_IN_AIR, urgent)
    lately = NoticeRow.created_at >= now - REMEMBERED
    queries = [in_air, waiting]
    first = session.scalar(select(NoticeRow.id).where(lately).order_by(NoticeRow.created_at).limit(1))
    if first is not None:  # what is older than this one is not even looked at
        unreached = select(NoticeRow).where(IS_UNCONFIRMED, urgent, NoticeRow.id >= first, lately)
        queries.append(unreached.order_by(NoticeRow.id.desc()))
    rows: list[NoticeRow] = []
    more = False
    for query in queries:
        found = session.scalars(query.limit(MOST + 1)).all()
        more |= len(found) > MOST
        rows.extend(found[:MOST])
    calls = _calls(session, [row.id for row in rows if row.state == State.IN_AIR])
    rows.sort(key=lambda row: (row.created_at, row.id))
    return Alarms(tuple(_alarm(row, calls.get(row.id)) for row in rows), more)


def _calls(session: Session, notices: list[int]) -> dict[int, AttemptRow]:
    """What is dialled for them."""
    if not notices:
        return {}
    open_ = select(AttemptRow).where(AttemptRow.ended_at.is_(None), AttemptRow.notice_id.in_(notices))
    return {row.notice_id: row for row in session.scalars(open_)}


def _alarm(row: NoticeRow, call: AttemptRow | None) -> Alarm:
    state, said, addressee = State(row.state), row.variables, addressee_of(row)
    is_ward = addressee.kind is Kind.WARD
    return Alarm(
        id=row.id,
        kind=row.kind,
        priority=Priority(row.priority),
        ward=addressee.key if is_ward else "",
        whom=_name(said, addressee.key) if is_ward else {"": addressee.name or str(addressee)},
        bed=str(said.get("bed") or ""),
        room=str(said.get("room") or ""),
        state=state,
        since=row.created_at,
        attempts=row.attempts,
        role=call.role if call is not None else "",
        target=call.target if call is not None else "",
        dialled_at=call.began_at if call is not None else None,
        next_at=row.due_at if state is State.WAITING else None,
    )


def _name(said: Mapping[str, Any], code: str) -> Mapping[str, str]:
    ward = said.get("ward")
    name = ward.get("name") if isinstance(ward, dict) and ward.get("code") == code else None
    return name if isinstance(name, dict) else {"": code}
