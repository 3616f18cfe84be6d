"""Asks the hospital. In a trace: `action`, with what is neither secret nor private.

An action that the hospital has begun is never broken off: it runs to its end and its outcome is traced even when nobody
listens any more.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ivr.call.notes import HIDDEN
from ivr.call.shielded import shielded
from ivr.call.talk import Talk
from ivr.flow.commands import Ask, Outcome


class AskHospital:
    """Implements `Errand`."""

    of = Ask

    def __init__(self, done: Callable[[], int] = lambda: 0) -> None:
        """`done`: how much the hospital's system has done so far; what does not grow meanwhile is silent."""
        self._done = done

    async def carry_out(self, talk: Talk, wanted: Ask) -> Outcome:
        """The hospital's answer; what fails there is the flow's `error` exit, never the caller's problem."""
        name, arguments = wanted.action, wanted.arguments
        action = talk.actions[name]
        secret = action.secret | wanted.hidden
        shown = {key: HIDDEN if key in secret else value for key, value in arguments.items()}

        async def ask() -> Outcome:
            came = await action.run(arguments, talk.call)
            return Outcome(came.name, came.values, tuple(came.items))

        def note(outcome: Outcome, alone: bool) -> None:
            told = {key: value for key, value in outcome.values.items() if key not in action.private | secret}
            values: dict[str, Any] = {"values": told} if told else {}
            if outcome.away:
                values["away"] = True
            talk.trace.event("action", action=name, arguments=shown, outcome=outcome.name, alone=alone, **values)

        return await shielded(talk.leg, ask(), note, f"action {name}", self._done)
