"""What is deleted because nobody needs it any more: by night, and each hour what could fill the disk in a day."""

from __future__ import annotations

from datetime import timedelta

from twisted.logger import Logger

from accounts import visits, wrong_entries
from accounts.api_answers import forget as forget_answers
from background.spawn import spawn
from db.errors import DatabaseError
from notify.mllp.bytes import Keeping, drop_some
from notify.mllp.messages import forget as forget_messages
from wardbell.assembly.ground import Ground
from wardbell.parts import wallclock
from webhooks.outbox import forget as forget_deliveries

log = Logger()

AN_HOUR = 3600.0

OLD = (
    (forget_messages, timedelta(days=90)),  # a sender that repeats one after that is heard again
    (forget_deliveries, timedelta(days=30)),
    (forget_answers, timedelta(days=2)),  # of the API, kept for repetitions
)
"""Rows that are many, and how long they are kept; each gives how many it deleted."""

PAUSE = 0.05
"""Seconds between two slices of them."""


class Forgetting:
    """`night` once a day, `hour` each hour."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground

    def night(self) -> None:
        """Old rows go; sessions that ended long ago and wrong entries that mean nothing any more, too."""
        spawn(self._forget(), "forgetting old messages")

    def hour(self) -> None:
        """Bytes of accepted messages go when their days are over, or when they are too many."""
        spawn(self._forget_bytes(), "forgetting the bytes of messages")

    async def _forget_bytes(self) -> None:
        own = self._ground.settings.hl7
        keeping = Keeping(timedelta(days=own.keep_days), own.keep_megabytes * 1_000_000)
        try:
            while await self._ground.database.run(drop_some, keeping, wallclock()):
                await self._ground.pause(PAUSE)
        except DatabaseError as wrong:
            log.error("old bytes of HL7 messages stay for another hour: {wrong}", wrong=wrong)

    async def _forget(self) -> None:
        run = self._ground.database.run
        for forget, kept in OLD:
            before = wallclock() - kept
            while await run(forget, before):
                await self._ground.pause(PAUSE)  # messages and calls come first
        await run(visits.forget_old, wallclock())
        await run(wrong_entries.forget_old, wallclock())
