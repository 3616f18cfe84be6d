"""One telephone, one call of ours: which telephones calls of ours hold now, whichever engine makes them.

The lock is a row for each number. A call takes it with its claim, renews it with its leases and lets it go at its
end; after a conversation the telephone rests a moment, for a handset takes its time to be hung up. An engine that
dies lets go when its lease runs out. Bodies of transactions.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, bindparam, exists, select, update
from sqlalchemy.orm import Session

from db.rows import insert_missing
from db.tables.notices import NoticeRow, TelephoneRow

REST = timedelta(seconds=1.5)
"""After a conversation, until we ring the same telephone again."""
OFF_HOOK = timedelta(seconds=10)
"""As long after our own conversation a busy telephone is one that was not hung up yet: that is no round of a ladder."""
LONGEST = timedelta(minutes=2)
"""No lease is this long: one that seems to be was written before somebody set the clock back, and holds nothing."""

_HELD = (TelephoneRow.taken_until > bindparam("now"), TelephoneRow.taken_until < bindparam("too_long"))
IS_TAKEN = exists(select(TelephoneRow.number).where(TelephoneRow.number == NoticeRow.telephone, *_HELD))
"""Whether the telephone that a notice waits for is still held, or rests; for queries of notices, which hand in `at`."""
_KNOWN = select(TelephoneRow.number).where(TelephoneRow.number.in_(bindparam("numbers", expanding=True)))
_FREE = _KNOWN.where(~and_(*_HELD)).with_for_update(skip_locked=True)
_ANY_OF = select(exists().where(TelephoneRow.owner == bindparam("owner"), *_HELD))
_MINE = select(TelephoneRow.number, TelephoneRow.attempt_id).where(TelephoneRow.owner == bindparam("owner"))


@dataclass(frozen=True, slots=True)
class Hold:
    """A telephone that a call of `owner` holds; `attempt_id` is the attempt that it was dialled for."""

    telephone: str
    owner: str
    attempt_id: int


def at(now: datetime) -> dict[str, datetime]:
    """What `IS_TAKEN` needs to know."""
    return {"now": now, "too_long": now + LONGEST}


def free_of(session: Session, numbers: Iterable[str], now: datetime) -> set[str]:
    """Those that may be rung; nobody else gets them until this transaction ends."""
    wanted = sorted(set(numbers))  # in one order everywhere: two engines never wait for each other
    if not wanted:
        return set()
    known = set(session.scalars(_KNOWN, {"numbers": wanted}))
    for number in wanted:
        if number not in known:
            insert_missing(session, TelephoneRow, number=number, owner="", taken_until=now)
    return set(session.scalars(_FREE, {"numbers": wanted, **at(now)}))


def take(session: Session, holds: Sequence[Hold], until: datetime) -> None:
    """Hold telephones that `free_of` returned."""
    if holds:
        session.execute(
            update(TelephoneRow),
            [
                {"number": hold.telephone, "owner": hold.owner, "attempt_id": hold.attempt_id, "taken_until": until}
                for hold in holds
            ],
        )


def renew(session: Session, owner: str, attempt_ids: Sequence[int], until: datetime) -> None:
    """Hold on to the telephones of these calls."""
    session.execute(
        update(TelephoneRow)
        .where(TelephoneRow.owner == owner, TelephoneRow.attempt_id.in_(attempt_ids))
        .values(taken_until=until)
        .execution_options(synchronize_session=False)
    )


def let_go(session: Session, hold: Hold, now: datetime, *, talked: bool, rests: bool = False) -> None:
    """The call is over; `talked` or `rests` leave the telephone a rest. One that is no longer ours is left alone."""
    values = {"owner": "", "attempt_id": None, "taken_until": now + REST if talked or rests else now}
    if talked:
        values["talked_at"] = now
    session.execute(
        update(TelephoneRow)
        .where(
            TelephoneRow.number == hold.telephone,
            TelephoneRow.owner == hold.owner,
            TelephoneRow.attempt_id == hold.attempt_id,
        )
        .values(values)
        .execution_options(synchronize_session=False)
    )


def let_go_lost(session: Session, owner: str, attempt_ids: Iterable[int], now: datetime) -> int:
    """Let go what `owner` holds for other calls than these: it died under them, or never dialled. How many.

    Whoever answered there may still have the handset in hand, so being busy now is our doing.
    """
    held = set(attempt_ids)
    stray = [number for number, attempt_id in session.execute(_MINE, {"owner": owner}) if attempt_id not in held]
    if stray:
        session.execute(
            update(TelephoneRow)
            .where(TelephoneRow.number.in_(stray), TelephoneRow.owner == owner)
            .values(owner="", attempt_id=None, taken_until=now, talked_at=now)
            .execution_options(synchronize_session=False)
        )
    return len(stray)


def held_by(session: Session, owner: str, now: datetime) -> bool:
    """Whether a call of `owner` holds any telephone: then that engine lives."""
    return session.scalar(_ANY_OF, {"owner": owner, **at(now)}) or False


def just_talked(session: Session, telephone: str, at: datetime) -> bool:
    """Whether a conversation of ours had ended there a moment before `at`."""
    ended = session.scalar(select(TelephoneRow.talked_at).where(TelephoneRow.number == telephone))
    return ended is not None and timedelta(0) <= at - ended <= OFF_HOOK
