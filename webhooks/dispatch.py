"""Sends what is due to its targets, beside everything else: a target that hangs keeps nobody waiting but itself.

The truth is in the rows (`outbox.py`): what a crash interrupts is sent again. So the same message may come twice, with
the same id.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from twisted.logger import Logger

from background.spawn import spawn
from background.threads import OffReactor
from db.database import Transactions
from db.errors import DatabaseError
from webhooks.outbox import JITTER, PAUSES, Change, Delivery, Outcome, any_due, claim, note
from webhooks.post import Answer, post
from webhooks.target import Target

log = Logger()

BESIDE = 4
"""Messages that are on their way to one target at once; while it fails, one."""
DOUBTFUL = 3
"""Failures in a row after which a target is asked with one message at a time, and after a rest."""
LONGEST_REST = timedelta(seconds=60)

Send = Callable[[Target, str, Mapping[str, str]], Answer]


class Dispatch:
    """`tick` once a second, `stop` at the end. `off_reactor` is its own: sending blocks a thread for seconds."""

    def __init__(
        self,
        targets: Sequence[Target],
        transactions: Transactions,
        off_reactor: OffReactor,
        wallclock: Callable[[], datetime],
        send: Send = post,
        shake: Callable[[float, float], float] = random.uniform,
        sent: Callable[[str, bool], object] = lambda name, well: None,
    ) -> None:
        """`sent` is told of each try, and whether it was well."""
        self._sent = sent
        self._targets = {target.name: target for target in targets}
        self._off_after = {target.name: timedelta(hours=target.off_after_hours) for target in targets}
        self._transactions = transactions
        self._off_reactor = off_reactor
        self._wallclock = wallclock
        self._send = send
        self._shake = shake
        self._flying: Counter[str] = Counter()
        self._failures: Counter[str] = Counter()
        """In a row, by target."""
        self._rests: dict[str, datetime] = {}
        """Until when a doubtful target is left alone."""
        self._outcomes: list[Outcome] = []
        self._working = False
        self._noting = False
        self._away = False
        self._stopped = False

    def tick(self) -> None:
        """Send what is due, and write down what came of what was sent."""
        if self._targets and not self._working and not self._stopped:
            self._working = True
            spawn(self._work(), "sending webhooks")

    def stop(self) -> None:
        """Send nothing more. What is on its way may still be written down."""
        self._stopped = True

    async def _work(self) -> None:
        try:
            await self._note()
            while (room := self._room()) and not self._stopped:
                now = self._wallclock()
                if not await self._transactions.run(any_due, list(room), now):
                    break
                claimed = await self._transactions.run(claim, room, now)
                for delivery in claimed:
                    self._flying[delivery.webhook] += 1
                    spawn(self._tell(delivery), f"the webhook {delivery.webhook}")
                if not claimed:
                    break
            self._away = False
        except DatabaseError as away:
            if not self._away:
                log.error("webhooks wait for the database: {away}", away=away)
            self._away = True
        finally:
            self._working = False

    def _room(self) -> dict[str, int]:
        """How many messages may set out to each target now."""
        now, room = self._wallclock(), {}
        for name in self._targets:
            most = 1 if self._failures[name] >= DOUBTFUL else BESIDE
            if self._rests.get(name, now) <= now and most > self._flying[name]:
                room[name] = most - self._flying[name]
        return room

    async def _tell(self, delivery: Delivery) -> None:
        target = self._targets[delivery.webhook]
        headers = target.headers(delivery.message, self._wallclock(), delivery.body)
        try:
            answer: Answer = await self._off_reactor(lambda: self._send(target, delivery.body, headers))
        finally:
            self._flying[delivery.webhook] -= 1
        self._sent(target.name, answer.well)
        self._judge(target.name, answer)
        pause = PAUSES[delivery.tries] if delivery.tries < len(PAUSES) else 0.0
        self._outcomes.append(Outcome(delivery, answer, pause * self._shake(1 - JITTER, 1 + JITTER)))
        try:
            await self._note()
        except DatabaseError as away:  # tried again with the next tick; at worst the message is sent twice
            log.warn("what came of a webhook could not be written yet: {away}", away=away)
        self.tick()

    def _judge(self, name: str, answer: Answer) -> None:
        if answer.well:
            self._failures[name] = 0
            self._rests.pop(name, None)
            return
        self._failures[name] += 1
        beyond = self._failures[name] - DOUBTFUL
        if beyond >= 0:
            self._rests[name] = self._wallclock() + min(timedelta(seconds=2.0 ** min(beyond, 10)), LONGEST_REST)

    async def _note(self) -> None:
        """Many outcomes in one transaction: those that come while another one is written."""
        if self._noting:
            return
        self._noting = True
        try:
            while self._outcomes:
                some = self._outcomes[:100]
                changes = await self._transactions.run(note, some, self._off_after, self._wallclock())
                del self._outcomes[: len(some)]
                for change in changes:
                    _say(change)
        finally:
            self._noting = False


def _say(change: Change) -> None:
    match change.now:
        case "off":
            log.error(
                "THE WEBHOOK {name} IS OFF: it failed for too long ({why}); what happens is not told there any more."
                " Mend it, then: wardbell webhooks on {name}",
                name=change.webhook,
                why=change.why,
            )
        case "failing":
            log.warn("the webhook {name} fails: {why}; it is tried again", name=change.webhook, why=change.why)
        case _:
            log.info("the webhook {name} is well again", name=change.webhook)
