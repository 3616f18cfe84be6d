"""How many calls are in progress on each engine of a database, by the rows that are not closed yet.

What each does is told by `ivr.in_progress`: of this engine as it happens, of others by their rows.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.reading import reading
from db.tables.calls import CallRow


@reading
def count_in_progress(session: Session, engines: Iterable[str]) -> dict[str, int]:
    """Engine -> its calls. An engine that died leaves some open until it starts again: ask for those that run."""
    open_ = select(func.count()).where(CallRow.ended_at.is_(None))
    return {engine: session.scalar(open_.where(CallRow.engine == engine)) or 0 for engine in engines}
