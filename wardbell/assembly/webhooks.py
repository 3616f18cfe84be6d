"""Other systems that are told what happens: sent on threads of their own, so that a slow one delays nobody."""

from __future__ import annotations

from background.threads import SlowWork
from wardbell.assembly.ground import Ground
from wardbell.parts import wallclock
from webhooks import listing
from webhooks.dispatch import Dispatch

MOST_THREADS = 16
EACH = 4
"""Threads for each of them, up to `MOST_THREADS`."""


class Webhooks:
    """`keep` at the start, `tick` each second, `stop`, then `close`."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        own = ground.settings.webhooks
        self._posting = SlowWork(ground.reactor, threads=min(EACH * len(own), MOST_THREADS) or 1)
        self._targets = [webhook.target for webhook in own]
        self._dispatch = Dispatch(
            self._targets, ground.database, self._posting, wallclock, sent=ground.metrics.webhook_sent
        )

    async def keep(self) -> None:
        """The rows of the webhooks are those of the settings."""
        await self._ground.patiently(lambda: self._ground.database.run(listing.keep, self._targets))

    def tick(self) -> None:
        """Send what is due."""
        self._dispatch.tick()

    def stop(self) -> None:
        """Send nothing more."""
        self._dispatch.stop()

    def close(self) -> None:
        """Let what is on its way end. Blocks."""
        self._posting.close()
