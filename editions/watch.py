"""Notices that an edition was published, checks it aside and swaps it in; tells the database what is served.

Several engines on one database each watch for themselves. Whatever is wrong with a new edition or
with the database, what is live stays live and the watch goes on.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

from twisted.logger import Logger

from background.spawn import spawn
from db.database import Transactions
from db.errors import DatabaseError
from editions.engines import BEAT, EngineRecord, leave, say
from editions.live import Live, LiveEdition, Opens, Refused
from editions.store import EditionHead, fetch, newest
from forms.errors import FilesError
from prompts.errors import PromptError

log = Logger()

AGAIN = timedelta(seconds=30)
"""Until an edition whose recordings could not be read is tried again."""


class EditionWatch:
    """`tick` each second; `leave` at the end."""

    def __init__(
        self,
        transactions: Transactions,
        live: Live,
        opens: Opens,
        aside: Callable[[Callable[[], LiveEdition]], Awaitable[Any]],
        engine: str,
        wallclock: Callable[[], datetime],
        refused: Refused | None = None,
    ) -> None:
        """`aside` does slow work on a thread of its own. `refused`: what the start could not use."""
        self._transactions = transactions
        self._live = live
        self._opens = opens
        self._aside = aside
        self._engine = engine
        self._wallclock = wallclock
        self._refused = refused
        self._again: datetime | None = None
        self._looking = False
        self._away = False
        self._said: EngineRecord | None = None

    def tick(self) -> None:
        """Look whether something was published, unless a look is going on."""
        if not self._looking:
            spawn(self.look(), "watching for new editions")

    async def look(self) -> LiveEdition | Refused | None:
        """One look; what is new and right is live at its end. Gives what came of it; None: there is nothing new."""
        self._looking, came = True, None
        try:
            found = await self._transactions.run(newest)
            if found is not None and self._is_new(found.head):
                came = await self._take(found.number)
            await self._say()
        except DatabaseError as away:
            if not self._away:
                log.error("watching for new editions is waiting for the database: {away}", away=away)
            self._away = True
        else:
            if self._away:
                log.info("watching for new editions again")
            self._away = False
        finally:
            self._looking = False
        return came

    async def leave(self) -> None:
        """This engine stops serving."""
        try:
            await self._transactions.run(leave, self._engine)
        except DatabaseError as away:
            log.warn("the database could not be told that this engine is stopping: {away}", away=away)

    def _is_new(self, head: EditionHead) -> bool:
        if head == self._live.now.head:
            self._refused = None
            return False
        if self._refused is None or self._refused.head != head:
            return True
        return self._again is not None and self._wallclock() >= self._again

    async def _take(self, number: int) -> LiveEdition | Refused | None:
        stored = await self._transactions.run(fetch, number)
        if stored is None:
            return None
        record, self._again = stored.record, None
        try:
            opened: LiveEdition = await self._aside(lambda: self._opens(stored))
        except FilesError as wrong:
            return self._refuse(record.head, str(wrong))
        except PromptError as wrong:  # a folder that comes back makes it good
            self._again = self._wallclock() + AGAIN
            return self._refuse(record.head, str(wrong))
        except Exception as broken:  # noqa: BLE001 - logged with its traceback; the line goes on with what it has
            log.failure("the check of edition {n} failed unexpectedly", n=record.number)
            return self._refuse(record.head, f"the check failed unexpectedly: {type(broken).__name__}")
        self._live.now, self._refused = opened, None
        log.info("edition {n} is live: {who}, {why}", n=record.number, who=record.who, why=record.why)
        return opened

    def _refuse(self, head: EditionHead, why: str) -> Refused:
        if self._refused is None or self._refused.head != head:
            log.error(
                "EDITION {n} IS REFUSED, edition {old} stays live: {why}",
                n=head.number,
                old=self._live.now.head.number,
                why=why,
            )
        self._refused = Refused(head, why)
        return self._refused

    async def _say(self) -> None:
        live, refused, now = self._live.now.head, self._refused, self._wallclock()
        told = EngineRecord(
            self._engine,
            live.number,
            live.digest,
            now,
            refused.head.number if refused else None,
            refused.why if refused else "",
        )
        last = self._said
        if last is not None and now - last.seen_at < BEAT and _but_time(last) == _but_time(told):
            return
        await self._transactions.run(say, told)
        self._said = told


def _but_time(told: EngineRecord) -> tuple[object, ...]:
    return told.edition, told.digest, told.refused, told.refusal
