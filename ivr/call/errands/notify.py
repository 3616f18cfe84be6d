"""Tells the notices. In a trace: `notify`."""

from __future__ import annotations

from collections.abc import Callable

from ivr.call.notice_board import NoticeBoard
from ivr.call.shielded import shielded
from ivr.call.talk import Talk
from ivr.flow.commands import Outcome
from ivr.flow.verbs.notify import Raise


class TellNotices:
    """Implements `Errand`."""

    of = Raise

    def __init__(self, board: NoticeBoard, done: Callable[[], int] = lambda: 0) -> None:
        """`done`: as `AskHospital`'s."""
        self._done = done
        self._board = board

    async def carry_out(self, talk: Talk, wanted: Raise) -> Outcome:
        """As `Errand.carry_out`. The key makes it one event however often a transaction is run again."""
        at = talk.at
        key = f"call:{at.call_id}:{at.entry}:{at.flow}.{at.step}"

        async def post() -> Outcome:
            await self._board.post(wanted.event, wanted.facts, key)
            return Outcome("raised")

        def note(outcome: Outcome, alone: bool) -> None:
            talk.trace.event(wanted.verb, event=wanted.event, outcome=outcome.name, alone=alone)

        return await shielded(talk.leg, post(), note, f"event {wanted.event}", self._done)
