"""Work that a hang-up does not interrupt: it goes on alone to its end, and is noted all the same.

What the work is, and what is noted of it, is for those who ask for it.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from twisted.internet.defer import Deferred
from twisted.logger import Logger

from background.reactor import Timer, call_later
from background.spawn import spawn
from db.errors import DatabaseAway, DatabaseBehind, DatabaseBusy, DatabaseFull
from ivr.call.leg import Leg
from ivr.errors import IvrError
from ivr.flow.commands import Outcome

log = Logger()

OUTAGES = (DatabaseAway, DatabaseBehind, DatabaseBusy, DatabaseFull)
"""What passes by itself or is put right by IT; other errors of the database are mistakes of ours."""

SILENCE = 5.0
"""Seconds that a caller waits for a hospital's system that does nothing at all; then the flow goes on by `error`, the
work goes on alone."""
PATIENCE = 15.0
"""Seconds that he waits when it is slow: it has done something else meanwhile."""
FAILED = Outcome("error")
AWAY = Outcome("error", away=True)
"""The hospital's system does not answer."""


async def shielded(
    leg: Leg,
    work: Coroutine[Deferred[Any], Any, Outcome],
    note: Callable[[Outcome, bool], None],
    what: str,
    done: Callable[[], int] | None = None,
) -> Outcome:
    """What `work` comes to; what breaks in it is `error`.

    When who waits is cancelled, or has waited long enough for a hospital's system that counts what it has `done` (None:
    the work is no matter of it, and may take any time), it goes on `alone`. `note(outcome, alone)` is called at its
    end.
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

    timers: list[Timer] = []
    before = done() if done is not None else 0

    def silent() -> None:
        if done is not None and done() != before:
            timers[:] = [call_later(leg.clock, PATIENCE - SILENCE, late)]
        else:
            late()

    def late() -> None:
        log.error("{what} keeps call {call} waiting too long", what=what, call=leg.call_id)
        answered.callback(AWAY)

    spawn(run(), what)
    if done is not None and not answered.called:
        timers.append(call_later(leg.clock, SILENCE, silent))
    try:
        return await answered
    finally:
        for timer in timers:
            if timer.active():
                timer.cancel()
