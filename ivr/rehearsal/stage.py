"""Stands between the run of a flow and the conversation: sees what is waited for, and lets the time that the
caller would spend with somebody else pass as silence.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ivr.flow.commands import Answer, Beyond, Collect, Command, Keys, Outcome, Prompt, Say, Turn, Value
from ivr.flow.run import Run
from ivr.rehearsal.moments import Collected
from ivr.rehearsal.voice import TALK


class Stage:
    """Implements `ivr.call.conversation.Script`."""

    def __init__(self, run: Run, tell: Callable[[Collected], None], hidden: str) -> None:
        self._run = run
        self._tell = tell
        self._hidden = hidden
        self.waits: Command | None = None
        """What the run waits for, as it said it."""

    @property
    def language(self) -> str:
        """As `Run.language`."""
        return self._run.language

    @property
    def slow(self) -> bool:
        """As `Run.slow`."""
        return self._run.slow

    @property
    def variables(self) -> Mapping[str, Value]:
        """As `Run.variables`."""
        return self._run.variables

    def start(self) -> Turn:
        """As `Run.start`."""
        return self._waiting(self._run.start())

    def resume(self, answer: Answer) -> Turn:
        """As `Run.resume`."""
        waited = self.waits
        if isinstance(waited, Collect):
            keys = answer.digits if isinstance(answer, Keys) else None
            self._tell(Collected(self._hidden if keys and waited.secret else keys))
        turn = self._waiting(self._run.resume(answer))
        gone = _seconds(answer) if isinstance(waited, Beyond) and isinstance(answer, Outcome) else 0.0
        if gone <= 0:
            return turn
        return Turn((Say((Prompt(TALK, {"seconds": gone}),), locked=True), *turn.commands))

    def _waiting(self, turn: Turn) -> Turn:
        self.waits = turn.commands[-1]
        return turn


def _seconds(outcome: Outcome) -> float:
    """How long the caller was with somebody else."""
    spent = outcome.values.get("seconds")
    return float(spent) if isinstance(spent, int | float) else 0.0
