"""Hanging up a call of another engine: a row that says so, which its engine finds within a second.

Engines know each other by the database alone, so nothing has to be opened between them. A row is taken once; one that
is old is thrown away, for whoever wanted it has seen by then that nothing happened.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session
from twisted.logger import Logger

from accounts.audit import Hand, signed
from background.spawn import spawn
from db.database import Transactions
from db.errors import DatabaseError
from db.reading import reading
from db.rows import insert_missing
from db.tables.calls import HangUpRow
from ivr.in_progress.elsewhere import call_elsewhere

log = Logger()

OLD = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A call of ours that somebody at another engine's console ends."""

    call_id: str
    who: str
    why: str


def ask_by_hand(session: Session, call_id: str, engines: Collection[str], hand: Hand) -> bool:
    """Have another engine hang up one of its calls, which the audit notes; False: none of these has it in progress."""
    call = call_elsewhere(session, call_id, engines)
    if call is None:
        return False
    who, _ = signed(hand.by)
    wanted = {"engine": call.engine, "asked_at": hand.at, "who": who, "why": hand.reason[:200]}
    insert_missing(session, HangUpRow, call_id=call_id, **wanted)
    hand.note(session, "hang_up", "call", call_id, number=call.number, stage=call.stage.value, engine=call.engine)
    return True


@reading
def any_wanted(session: Session, engine: str) -> bool:
    """Whether there is something to take."""
    return session.scalar(select(HangUpRow.call_id).where(HangUpRow.engine == engine).limit(1)) is not None


def take(session: Session, engine: str, now: datetime) -> list[Wanted]:
    """What this engine is to hang up; it is nobody's any more."""
    rows = session.scalars(select(HangUpRow).where(HangUpRow.engine == engine).with_for_update()).all()
    session.execute(delete(HangUpRow).where(HangUpRow.call_id.in_([row.call_id for row in rows])))
    return [Wanted(row.call_id, row.who, row.why) for row in rows if now - row.asked_at < OLD]


class HangUps:
    """`tick` each second."""

    def __init__(
        self,
        transactions: Transactions,
        engine: str,
        hang_up: Callable[[str, str, str], bool],
        wallclock: Callable[[], datetime],
    ) -> None:
        """`hang_up(call, who, why)` ends a call of this engine; False: it is over."""
        self._transactions = transactions
        self._engine = engine
        self._hang_up = hang_up
        self._wallclock = wallclock
        self._looking = False

    def tick(self) -> None:
        """Look, unless that goes on."""
        if not self._looking:
            self._looking = True
            spawn(self._look(), "looking for calls to hang up")

    async def _look(self) -> None:
        try:
            if await self._transactions.run(any_wanted, self._engine):
                for one in await self._transactions.run(take, self._engine, self._wallclock()):
                    if not self._hang_up(one.call_id, one.who, one.why):
                        log.info("{who} would have hung up call {call}: it is over", who=one.who, call=one.call_id)
        except DatabaseError as away:
            log.debug("whether calls are to be hung up is not known: {away}", away=away)
        finally:
            self._looking = False
