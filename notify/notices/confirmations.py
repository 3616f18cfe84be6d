"""A nurse's confirmation counts: stored in the database, or kept on disk until the database takes it.

She is answered within a moment whatever the database does, and what is kept is stored before this engine claims,
takes over or ends anything: so a notice that somebody confirmed does not ring again. Another engine on the same
database knows of it only then: one whose lease this engine could not renew may be called by the other meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from twisted.internet.defer import DeferredLock
from twisted.logger import Logger

from background.reactor import Time
from background.threads import OffReactor
from db.database import Transactions
from db.errors import ConstraintBroken, DatabaseError, DatabaseFault
from db.in_time import in_time
from notify.notices.journal import Journal, Kept
from notify.notices.stopping import Confirmed, confirm

log = Logger()

DEADLINE = 1.0
"""Seconds that the database has; after that the journal takes it, and the nurse is thanked."""


class Confirmations:
    """Notes confirmations. `disk` runs what blocks elsewhere; `journal` is None where none could be opened: then a
    confirmation that meets an outage is not noted, and she hears that."""

    def __init__(
        self,
        transactions: Transactions,
        journal: Journal | None,
        disk: OffReactor,
        clock: Time,
        wallclock: Callable[[], datetime],
    ) -> None:
        self._transactions = transactions
        self._journal = journal
        self._disk = disk
        self._clock = clock
        self._wallclock = wallclock
        self._underway: set[Kept] = set()
        """On their way to the disk."""
        self._replaying = DeferredLock()

    def waits(self, notice_id: int) -> bool:
        """Whether somebody confirmed this notice and the database does not know it yet."""
        return any(kept.notice_id == notice_id for kept in self._kept())

    async def confirm(self, notice_id: int, attempt_id: int) -> Confirmed:
        """Noted when it returns. Raises `DatabaseError` when neither the database nor the disk took it."""
        kept = Kept(notice_id, attempt_id, self._wallclock())
        try:
            noting = self._transactions.run(confirm, notice_id, attempt_id, kept.at)
            return await in_time(self._clock, DEADLINE, noting, f"the confirmation of notice {notice_id}")
        except DatabaseError as away:
            if self._journal is None:
                raise
            return await self._keep(kept, self._journal, away)

    async def _keep(self, kept: Kept, journal: Journal, away: DatabaseError) -> Confirmed:
        self._underway.add(kept)
        try:
            await self._disk(lambda: journal.keep(kept))
        except OSError as wrong:
            if kept in self._underway:  # else the database has taken it meanwhile
                log.error("a confirmation of notice {id} could not be kept: {wrong}", id=kept.notice_id, wrong=wrong)
                raise away from wrong
            return Confirmed(True)
        finally:
            stored = kept not in self._underway
            self._underway.discard(kept)
        if stored:
            await self._put_away(lambda: journal.settle(kept))
        log.error(
            "the confirmation of notice {id} is kept on disk until the database takes it: {away}",
            id=kept.notice_id,
            away=away,
        )
        return Confirmed(True)

    async def replay(self) -> None:
        """Store what is kept, the oldest first. Raises `DatabaseError` while the database does not take it."""
        if self._journal is None or not self._kept():
            return
        await self._replaying.acquire()
        try:
            for kept in self._kept():
                await self._store(kept, self._journal)
        finally:
            self._replaying.release()

    def _kept(self) -> list[Kept]:
        waiting = () if self._journal is None else self._journal.waiting
        return sorted({*waiting, *self._underway}, key=lambda kept: kept.at)

    async def _store(self, kept: Kept, journal: Journal) -> None:
        try:
            confirmed = await self._transactions.run(confirm, kept.notice_id, kept.attempt_id, kept.at)
        except (ConstraintBroken, DatabaseFault) as refused:
            why = str(refused)
            await self._put_away(lambda: journal.set_aside(kept, why))
            return
        self._underway.discard(kept)
        await self._put_away(lambda: journal.settle(kept))
        if confirmed.fresh:
            log.info("the confirmation of notice {id} that was kept on disk is stored", id=kept.notice_id)
        else:
            log.error(
                "notice {id} was confirmed at {at}, but had ended before the database could be told",
                id=kept.notice_id,
                at=kept.at.isoformat(),
            )

    async def _put_away(self, work: Callable[[], None]) -> None:
        try:
            await self._disk(work)
        except OSError as wrong:
            log.error("the journal of confirmations cannot be written: {wrong}", wrong=wrong)
