"""Stands between the run of a flow and the conversation: sees what is waited for, and turns what lies beyond the line
(`dial`, `notify`, `queue`, `consult`, `room`) into questions that a script answers.

Time that the caller would spend with somebody else passes as silence. Recordings are the conversation's own
(`tapes.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ivr.flow import commands
from ivr.flow.commands import Answer, Ask, Collect, Keys, Outcome, Prompt, Say, Turn, Value
from ivr.flow.run import Run
from ivr.rehearsal.moments import Collected
from ivr.rehearsal.voice import TALK


class Stage:
    """Implements `ivr.call.conversation.Script`."""

    def __init__(self, run: Run, tell: Callable[[Collected], None], hidden: str) -> None:
        self._run = run
        self._tell = tell
        self._hidden = hidden
        self.waits: commands.Command | None = None
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
        return self._staged(self._run.start())

    def resume(self, answer: Answer) -> Turn:
        """As `Run.resume`."""
        waited = self.waits
        if isinstance(waited, Collect):
            keys = answer.digits if isinstance(answer, Keys) else None
            self._tell(Collected(self._hidden if keys and waited.secret else keys))
        turn = self._staged(self._run.resume(answer))
        beyond = isinstance(answer, Outcome) and not isinstance(waited, Ask | commands.Record)
        gone = _seconds(answer) if beyond and isinstance(answer, Outcome) else 0.0
        if gone <= 0:
            return turn
        return Turn((Say((Prompt(TALK, {"seconds": gone}),), locked=True), *turn.commands))

    def _staged(self, turn: Turn) -> Turn:
        self.waits = last = turn.commands[-1]
        question: Ask
        match last:
            case commands.Dial():
                question = Ask("dial", {"number": last.number})
            case commands.Raise():
                question = Ask("notify", {"event": last.event, **last.facts})
            case commands.Queue():
                question = Ask("queue", {"queue": last.queue, "priority": last.priority})
            case commands.Consult():
                question = Ask("consult", {"service": last.service, "card": last.card})
            case commands.Join():
                question = Ask("room", {"room": last.room, "speaks": last.speaks})
            case _:
                return turn
        prompts = () if isinstance(last, commands.Raise) else last.prompts
        said = (Say(prompts),) if prompts else ()
        return Turn((*turn.commands[:-1], *said, question))


def _seconds(outcome: Outcome) -> float:
    """How long the caller was with somebody else."""
    spent = outcome.values.get("seconds")
    return float(spent) if isinstance(spent, int | float) else 0.0
