"""Leases of notices whose calls are in the air: held on to, and looked at for what is over meanwhile. Bodies of
transactions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import CursorResult, select, update
from sqlalchemy.orm import Session

from db.reading import reading
from db.tables.notices import NoticeRow
from notify.notices.states import State


def renew(session: Session, owner: str, notice_ids: Sequence[int], until: datetime) -> int:
    """Hold the leases of calls in the air until `until`; how many are still ours."""
    statement = (
        update(NoticeRow)
        .where(NoticeRow.id.in_(notice_ids), NoticeRow.lease_owner == owner, NoticeRow.state == State.IN_AIR)
        .values(lease_until=until)
        .execution_options(synchronize_session=False)
    )
    done: CursorResult[Any] = session.execute(statement)  # type: ignore[assignment]
    return done.rowcount


@reading
def over_of(session: Session, notice_ids: Sequence[int]) -> dict[int, State]:
    """Those of them that are over, with their state."""
    found = select(NoticeRow.id, NoticeRow.state).where(
        NoticeRow.id.in_(notice_ids), NoticeRow.state.not_in((State.WAITING, State.IN_AIR))
    )
    return {id: State(state) for id, state in session.execute(found)}
