"""One flow on one leg: has carried out what the interpreter asks and brings back the answers.

What carries out a command is found by the command's class (`ivr.call.errands`); a conversation knows none of them by
name. What comes next is the interpreter's (`ivr.flow.run`); what a call leaves behind is the trace's.

Only one thing happens at a time: no recording runs while keys are gathered, and the keys of a telephone
(RFC 4733, SIP INFO) are no sound. So secret digits are in no recording.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from twisted.internet.defer import CancelledError, Deferred
from twisted.logger import Logger

from actions.action import Action, CallFacts
from ivr.call.errands import TALK_ONLY
from ivr.call.errands.errand import Errands
from ivr.call.leg import Leg
from ivr.call.notes import Notes, Position
from ivr.call.shielded import FAILED
from ivr.call.speaker import Speaker
from ivr.call.talk import Talk
from ivr.call.voice import Voice
from ivr.flow.commands import Answer, Beyond, Entered, HangUp, Outcome, Say, Speak, Turn, Value, Waiting
from ivr.switch.line import LineGone

log = Logger()


class Script(Protocol):
    """What a conversation needs of a run of a flow."""

    @property
    def language(self) -> str: ...
    @property
    def variables(self) -> Mapping[str, Value]: ...
    def start(self) -> Turn: ...
    def resume(self, answer: Answer) -> Turn: ...


@dataclass(frozen=True, slots=True)
class Finished:
    """How a conversation ended: the flow's own outcome, or `hung_up` when the caller left before it."""

    outcome: str
    variables: Mapping[str, Value]
    heard: bool = False
    """Whether the prompt of an input was heard whole, or, in a flow that asks nothing, all that was said."""
    unvouched: float | None = None
    """The same, but the other side gave no sign of life at its end: then this is the clock's second of that end. It was
    heard if a sign comes later."""


class Conversation:
    """Drives one run on one leg until the flow ends or the call does."""

    def __init__(
        self,
        leg: Leg,
        run: Script,
        actions: Mapping[str, Action],
        voice: Voice,
        trace: Notes,
        call: CallFacts,
        *,
        errands: Errands = TALK_ONLY,
        edition: int = 0,
        unasked: bool = False,
    ) -> None:
        """`edition`: the one that `run` is of; 0 when it was never published. `unasked`: we called, so no key counts
        before the listener can have heard what it answers."""
        self._leg = leg
        self._run = run
        self._errands = errands
        speaker = Speaker(leg, voice, trace, run.language)
        self._talk = Talk(leg, speaker, trace, call, actions, Position(call.call_id, edition=edition), unasked)

    @property
    def language(self) -> str:
        """The language that is spoken at this moment."""
        return self._talk.speaker.language

    async def run(self) -> Finished:
        """Talk until the end. The caller's hanging up ends it at once, wherever it is.

        Whoever hangs up at the end of a message has left it: then the flow goes on with what needs no caller (`do`,
        `notify`) and ends where somebody would have to listen.
        """
        talk = self._talk
        talking: Deferred[str] = Deferred.fromCoroutine(self._follow(talk))
        self._leg.down.then(lambda _: None if talk.message or talk.key_waits else talking.cancel())
        try:
            outcome = await talking
        except LineGone:
            await self._leg.down.wait()  # a line may say so a moment before it says how it ended
            outcome = "hung_up"
        except CancelledError:
            if not self._leg.down.here:  # we were cancelled ourselves: the service stops
                raise
            outcome = "hung_up"
        return Finished(outcome, dict(self._run.variables), talk.heard, talk.unvouched)

    async def _follow(self, talk: Talk) -> str:
        if self._run.variables:
            talk.trace.event("given", variables=dict(self._run.variables))
        turn = self._run.start()
        while True:
            answer: Answer | None = None
            for command in turn.commands:
                match command:
                    case Entered(flow, step):
                        talk.at = replace(talk.at, flow=flow, step=step, entry=talk.at.entry + 1)
                        talk.trace.event("step", flow=flow, step=step)
                    case Speak(language, slow):
                        talk.speaker.turn_to(language, slow)
                    case HangUp(outcome):
                        talk.trace.event("outcome", outcome=outcome)
                        if not talk.asked:
                            talk.said_all(talk.said)
                        return outcome
                    case _:
                        if talk.message and command.needs_caller:
                            if self._leg.down.here:
                                raise LineGone("the caller has hung up")
                            talk.message = False
                        errand = self._errands.get(type(command))
                        answer = self._missing(command) if errand is None else await errand.carry_out(talk, command)
            if answer is None:
                raise RuntimeError("a turn of the flow ended without a wait")
            turn = self._run.resume(answer)

    def _missing(self, wanted: Say | Waiting) -> Outcome:
        """Nothing on this line carries it out: the check of the flows lets no such verb go live."""
        what = wanted.verb if isinstance(wanted, Beyond) else type(wanted).__name__
        log.error("call {call}: this line has no {what}", call=self._leg.call_id, what=what)
        self._talk.trace.event(what, outcome=FAILED.name)
        return FAILED
