"""Work that a hang-up does not interrupt: it goes on alone to its end, and is noted all the same.

What the work is, and what is noted of it, is for those who ask for it.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from twisted.internet.defer import Deferred
from twisted.logger import Logger

from background.reactor import call_later
from background.spawn import spawn
from db.errors import DatabaseAway, DatabaseBehind, DatabaseBusy, DatabaseFull
from ivr.call.leg import Leg
from ivr.errors import IvrError
from ivr.flow.commands import Outcome

log = Logger()

OUTAGES = (DatabaseAway, DatabaseBehind, DatabaseBusy, DatabaseFull)
"""What passes by itself or is put right by IT; other errors of the database are mistakes of ours."""

PATIENCE = 15.0
"""Seconds of silence that such work may cost a caller; then the flow goes on by `error`, the work goes on alone."""
FAILED = Outcome("error")
AWAY = Outcome("error", away=True)
"""The hospital's system does not answer."""


async def shielded(
    leg: Leg,
    work: Coroutine[Deferred[Any], Any, Outcome],
    note: Callable[[Outcome, bool], None],
    what: str,
    patience: float = 0.0,
) -> Outcome:
    """What `work` comes to; what breaks in it is `error`.

    When who waits is cancelled, or has waited `patience` seconds (0: any time), it goes on `alone`.
    `note(outcome, alone)` is called at its end.
    """
    answered: Deferred[Outcome] = Deferred()

    async def run() -> None:
        outcome = FAILED
        try:
            outcome = await work
        except IvrError as failed:
            outcome = AWAY if isinstance(failed.__cause__, OUTAGES) else FAILED
            log.error("{what} in call {call}: {failed}", what=what, call=leg.call_id, failed=failed)
        except OUTAGES as away:
            outcome = AWAY
            log.error("{what} in call {call}: the database is away: {away}", what=what, call=leg.call_id, away=away)
        except Exception:  # noqa: BLE001 - the one place where anything of the hospital becomes `error`
            log.failure("{what} failed in call {call}", what=what, call=leg.call_id)
        note(outcome, answered.called)
        if not answered.called:
            answered.callback(outcome)

    def late() -> None:
        log.error("{what} keeps call {call} waiting too long", what=what, call=leg.call_id)
        answered.callback(AWAY)

    spawn(run(), what)
    waiting = call_later(leg.clock, patience, late) if patience and not answered.called else None
    try:
        return await answered
    finally:
        if waiting is not None and waiting.active():
            waiting.cancel()
