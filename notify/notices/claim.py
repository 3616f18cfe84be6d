"""Claiming: what is due is leased to one outbox, its attempt written and its telephone taken, before anybody dials.

Whatever happens to the process afterwards, the rows say so. A notice whose telephone a call of ours holds waits for
it: it keeps its round and its place in the order, the claim passes it over until the telephone is free, and the call
that is going on there tells it, too (`telling.py`). Bodies of transactions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, insert, or_, select, update
from sqlalchemy.engine import Row
from sqlalchemy.orm import Session

from db.tables.notices import IS_WAITING, AttemptRow, NoticeRow
from notify.notices import telephone_locks
from notify.notices.budget import Room
from notify.notices.escalation import Priority
from notify.notices.ladder import Chosen, Ladder, Phonebook
from notify.notices.notice import give_up
from notify.notices.reference import reference
from notify.notices.rules import NoticeRules
from notify.notices.states import Change, State, changed
from notify.notices.telephone import NoticeOrder
from notify.notices.telephone_locks import Hold
from notify.notices.waiting import COLUMNS

UNKNOWN = timedelta(seconds=30)
"""How long a notice of a rule that is not in force here is left to another engine, which may have a newer edition."""
MORE = 50
"""Rows looked at beyond what there is room for, because some telephones are taken."""

_DUE = (
    select(*COLUMNS)
    .where(
        IS_WAITING,
        NoticeRow.priority == bindparam("priority"),
        NoticeRow.due_at <= bindparam("now"),
        NoticeRow.expires_at > bindparam("now"),
        or_(
            NoticeRow.kind.in_(bindparam("kinds", expanding=True)),
            NoticeRow.due_at <= bindparam("left_long_enough"),
        ),
        or_(NoticeRow.telephone == "", ~telephone_locks.IS_TAKEN),
    )
    .order_by(NoticeRow.due_at, NoticeRow.id)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True, of=NoticeRow)
)
"""Built once: each tick of each engine asks it four times."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """Calls to make now, the most urgent first."""

    orders: tuple[NoticeOrder, ...] = ()
    wanting: int = 0
    """Emergencies that would be dialled, too, if there were lines."""


@dataclass(frozen=True, slots=True)
class Lease:
    """Who claims, when, and until when it is theirs without a sign of life."""

    owner: str
    now: datetime
    until: datetime


def claim(
    session: Session,
    rules: NoticeRules,
    phonebook: Phonebook,
    owner: str,
    now: datetime,
    lease: timedelta,
    room: Room,
) -> Claimed:
    """Lease what is due, as much as there is `room` for, the most urgent class first, and begin its attempts.

    Two outboxes never get the same notice, nor the same telephone. A notice that has nobody to call goes on to its
    next step, or fails; so does, after a while, one whose rule nobody has any more.
    """
    ladder = Ladder(session, rules, phonebook)
    orders: list[NoticeOrder] = []
    wanting: set[str] = set()
    asked = {"kinds": list(rules.rules), "left_long_enough": now - UNKNOWN, **telephone_locks.at(now)}
    for priority in Priority:
        while room.of(priority) > 0 or priority is Priority.EMERGENCY:
            limit = max(room.of(priority), 0) + MORE
            rows = session.execute(_DUE, {"priority": int(priority), "limit": limit, **asked}).all()
            chosen = _choices(session, ladder, rows, now)
            free = telephone_locks.free_of(session, (one.telephone for _, one in chosen), now) - wanting
            begun: list[tuple[Row[Any], Chosen]] = []
            parked: list[dict[str, Any]] = []
            for row, one in chosen:
                if one.telephone not in free:
                    parked.append({"id": row.id, "telephone": one.telephone})
                    continue
                if room.of(priority) > 0:
                    begun.append((row, one))
                    room = room.less(priority, 1)
                elif priority is Priority.EMERGENCY:
                    wanting.add(one.telephone)
                else:
                    continue
                free.discard(one.telephone)
            if parked:
                session.execute(update(NoticeRow), parked)
            orders += begin(session, begun, Lease(owner, now, now + lease))
            if len(rows) < limit or wanting:
                break
    return Claimed(tuple(orders), len(wanting))


def _choices(
    session: Session, ladder: Ladder, rows: Sequence[Row[Any]], now: datetime
) -> list[tuple[Row[Any], Chosen]]:
    chosen = []
    for row in rows:
        one = ladder.next(row)
        if isinstance(one, str):
            give_up(session, row.id, now, one)
        else:
            chosen.append((row, one))
    return chosen


def begin(
    session: Session, begun: Sequence[tuple[Row[Any], Chosen]], lease: Lease, *, talking: dict[str, Any] | None = None
) -> list[NoticeOrder]:
    """Lease these notices and write their attempts down. A call takes each one's telephone, unless one is on it
    already: `talking` has the values of that call which their attempts share."""
    if not begun:
        return []
    leased, attempts = [], []
    for row, chosen in begun:
        where = {"step": chosen.rung.step, "round": chosen.rung.round, "place": chosen.rung.place}
        leased.append(
            {
                "id": row.id,
                **where,
                "state": changed(State.WAITING, Change.CLAIM),
                "attempts": row.attempts + 1,
                "telephone": "",
                "lease_owner": lease.owner,
                "lease_until": lease.until,
            }
        )
        attempts.append(
            {
                "notice_id": row.id,
                "number": row.attempts + 1,
                **where,
                "places": chosen.places,
                "role": chosen.role,
                "target": chosen.target,
                "owner": lease.owner,
                "began_at": lease.now,
                **(talking or {}),
            }
        )
    session.execute(update(NoticeRow), leased)
    ids = session.scalars(insert(AttemptRow).returning(AttemptRow.id, sort_by_parameter_order=True), attempts).all()
    if talking is None:
        holds = [Hold(one.telephone, lease.owner, id) for (_, one), id in zip(begun, ids, strict=True)]
        telephone_locks.take(session, holds, lease.until)
    return [
        NoticeOrder(
            notice_id=row.id,
            attempt_id=attempt_id,
            target=chosen.target,
            flow=chosen.rule.flow,
            language=row.language,
            variables={**row.variables, "notice": reference(row.id, attempt_id)},
            ring=chosen.ring.total_seconds(),
            priority=row.priority,
        )
        for (row, chosen), attempt_id in zip(begun, ids, strict=True)
    ]
