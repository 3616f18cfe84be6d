"""One flow on one leg: carries out what the interpreter asks and brings back the answers.

Knows how keys gather into an input, how to ask the hospital, and in which order things happen. How
prompts sound is the speaker's, how a message is taken the recorder's; other legs and notices are the
facilities'. What comes next is the interpreter's (`ivr.flow.run`); what a call leaves behind is the trace's.

Only one thing happens at a time: no recording runs while keys are gathered, and the keys of a telephone
(RFC 4733, SIP INFO) are no sound. So secret digits are in no recording.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

from twisted.internet.defer import CancelledError, Deferred
from twisted.logger import Logger

from actions.action import Action, CallFacts
from ivr.call.errands.record import Recorder
from ivr.call.facilities import TALK_ONLY, Facilities
from ivr.call.leg import Leg
from ivr.call.notes import Notes as Notes
from ivr.call.notes import Place
from ivr.call.notice_board import NotPosted
from ivr.call.shielded import FAILED, shielded
from ivr.call.speaker import Heard, Speaker
from ivr.call.voice import Voice
from ivr.flow.commands import (
    Answer,
    Ask,
    Collect,
    Consult,
    Dial,
    Entered,
    HangUp,
    Join,
    Keys,
    NoInput,
    Outcome,
    Queue,
    Raise,
    Record,
    Say,
    Speak,
    Turn,
    Value,
)
from ivr.flow.gathering import Gathering
from ivr.switch.line import LineGone

log = Logger()

HIDDEN = "****"
"""What stands for a secret wherever it would be written; it does not tell the length."""
TOO_SOON = 0.6
"""Seconds of a confirmation of money or a booking that must have been heard before a key counts."""
HASTE = 3
"""How often such a confirmation begins anew before the line just waits for a key."""
LATE_KEY = 0.2
"""The key that stopped a play may be told a moment after the play's end."""
PATIENCE = 15.0
"""Seconds of silence that an action may cost a caller; then the flow goes on by `error`, the action goes on alone."""


class Script(Protocol):
    """What a conversation needs of a run of a flow."""

    @property
    def language(self) -> str: ...
    @property
    def variables(self) -> Mapping[str, Value]: ...
    def start(self) -> Turn: ...
    def resume(self, answer: Answer) -> Turn: ...


BREATH = 0.5
"""Seconds before the end of a prompt: a telephone that gave its last sign of life earlier has not heard it."""


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
        facilities: Facilities = TALK_ONLY,
        edition: int = 0,
        unasked: bool = False,
    ) -> None:
        """`edition`: the one that `run` is of; 0 when it was never published. `unasked`: we called, so no key counts
        before the listener can have heard what it answers."""
        self._leg = leg
        self._run = run
        self._actions = actions
        self._trace = trace
        self._call = call
        self._facilities = facilities
        self._speaker = Speaker(leg, voice, trace, run.language)
        self._place = Place(call.call_id, edition=edition)
        self._heard = False
        self._unvouched: float | None = None
        self._unasked = unasked
        self._offering = False
        """While the prompts of an input are said that a key may cut off: such a key counts even when the caller hangs
        up with it."""
        self._recorder = Recorder(leg, self._speaker, trace, facilities.recordings)
        self._message = False
        """From the beginning of a recording to where somebody would have to listen again: who hangs up there has left
        a message, so the flow goes on."""

    @property
    def language(self) -> str:
        """The language that is spoken at this moment."""
        return self._speaker.language

    async def run(self) -> Finished:
        """Talk until the end. The caller's hanging up ends it at once, wherever it is.

        An action that the hospital has begun is never torn: it runs to its end and its outcome is traced even
        when nobody listens any more. Who hangs up at the end of a message has left it: then the flow goes on
        with what needs no caller (`do`, `notify`) and ends where somebody would have to listen.
        """
        talking: Deferred[str] = Deferred.fromCoroutine(self._talk())
        self._leg.down.then(lambda _: None if self._message or self._key_waits else talking.cancel())
        try:
            outcome = await talking
        except LineGone:
            await self._leg.down.wait()  # a line may say so a moment before it says how it ended
            outcome = "hung_up"
        except CancelledError:
            if not self._leg.down.here:  # we were cancelled ourselves: the service stops
                raise
            outcome = "hung_up"
        return Finished(outcome, dict(self._run.variables), self._heard, self._unvouched)

    @property
    def _key_waits(self) -> bool:
        """Whether a key has come that the conversation is just about to take."""
        return self._offering and self._leg.has_keys

    async def _talk(self) -> str:
        if self._run.variables:
            self._trace.event("given", variables=dict(self._run.variables))
        turn = self._run.start()
        asked, said = False, list[Heard]()
        while True:
            answer: Answer | None = None
            for command in turn.commands:
                if self._message and isinstance(command, Say | Collect | Record | Dial):
                    if self._leg.down.here:
                        raise LineGone("the caller has hung up")
                    self._message = False
                match command:
                    case Entered(flow, step):
                        self._place = replace(self._place, flow=flow, step=step, entry=self._place.entry + 1)
                        self._trace.event("step", flow=flow, step=step)
                    case Speak(language, slow):
                        self._speaker.turn_to(language, slow)
                    case Say(prompts, locked, keep_keys):
                        said.append(await self._speaker.say(prompts, locked=locked, keep_keys=keep_keys))
                    case HangUp(outcome):
                        self._trace.event("outcome", outcome=outcome)
                        if not asked:
                            self._said_all(said)
                        return outcome
                    case Collect():
                        asked = True
                        answer = await self._collect(command)
                    case Ask():
                        answer = await self._ask(command)
                    case Record():
                        self._message = True
                        answer = await self._recorder.take(command, self._here())
                    case Dial():
                        answer = await self._dial(command)
                    case Raise():
                        answer = await self._raise(command)
                    case Queue() | Consult() | Join():  # the check of the flows lets none of them go live
                        log.error("call {call}: {what} is not on this line", call=self._leg.call_id, what=command)
                        answer = FAILED
            if answer is None:
                raise RuntimeError("a turn of the flow ended without a wait")
            turn = self._run.resume(answer)

    # Keys

    async def _collect(self, wanted: Collect) -> Answer:
        if self._unasked:  # the first input: whatever was pressed so far answers nothing
            self._unasked, wanted = False, replace(wanted, typed_ahead=False)
        if not wanted.typed_ahead:
            self._leg.forget_keys()
        if wanted.prompts and (wanted.locked or not self._leg.has_keys):
            heard = await self._offer(wanted)
            self._said_all([heard])
        answer = await self._gather(wanted)
        if isinstance(answer, Keys):
            self._trace.event("keys", keys=HIDDEN if wanted.secret else answer.digits)
        else:
            self._trace.event("no_input")
        return answer

    def _said_all(self, heard: list[Heard]) -> None:
        """What had to be said was said. A telephone that died meanwhile has not heard it."""
        if not heard or not all(one.whole for one in heard):
            return
        if heard[-1].silence < BREATH:
            self._heard, self._unvouched = True, None
        elif not self._heard and self._unvouched is None:
            self._unvouched = self._leg.clock.seconds()

    async def _offer(self, wanted: Collect) -> Heard:
        """Play the prompts of an input. A confirmation that a key cuts off before one could have heard it
        is played again: that key was meant for what came before."""
        for _ in range(HASTE):
            heard = await self._said(wanted)
            if wanted.typed_ahead or heard.finished or heard.seconds >= TOO_SOON:
                return heard
            await self._leg.next_key(LATE_KEY)
            self._leg.forget_keys()
            self._trace.event("too_soon")
        return heard

    async def _said(self, wanted: Collect) -> Heard:
        """The prompts of an input. Who pressed a key and hung up in one moment has answered."""
        began = self._leg.clock.seconds()
        self._offering = not wanted.locked
        try:
            return await self._speaker.say(
                wanted.prompts, locked=wanted.locked, keep_keys=wanted.keep_keys, secret=wanted.secret
            )
        except LineGone:
            if not self._key_waits:
                raise
            return Heard(seconds=self._leg.clock.seconds() - began)
        finally:
            self._offering = False

    async def _gather(self, wanted: Collect) -> Keys | NoInput:
        """Keys until the input is complete. The time counts from now: the prompts are over, or a key cut them off."""
        gathering = Gathering(wanted)
        began = self._leg.clock.seconds()
        while True:
            key = await self._leg.next_key(gathering.patience(self._leg.clock.seconds() - began))
            answer = gathering.over() if key is None else gathering.key(key)
            if answer is None:
                continue
            if wanted.end_key and key not in (None, wanted.end_key):
                self._leg.pass_over(wanted.end_key)
            return answer

    # The hospital

    async def _ask(self, wanted: Ask) -> Outcome:
        """The hospital's answer; what fails there is the flow's `error` exit, never the caller's problem."""
        name, arguments = wanted.action, wanted.arguments
        action = self._actions[name]
        secret = action.secret | wanted.hidden
        shown = {key: HIDDEN if key in secret else value for key, value in arguments.items()}

        async def ask() -> Outcome:
            came = await action.run(arguments, self._call)
            return Outcome(came.name, came.values, tuple(came.items))

        def note(outcome: Outcome, alone: bool) -> None:
            told = {key: value for key, value in outcome.values.items() if key not in action.private | secret}
            values: dict[str, Any] = {"values": told} if told else {}
            if outcome.away:
                values["away"] = True
            self._trace.event("action", action=name, arguments=shown, outcome=outcome.name, alone=alone, **values)

        return await shielded(self._leg, ask(), note, f"action {name}", PATIENCE)

    async def _raise(self, wanted: Raise) -> Outcome:
        """Tell the notices. The key makes it one event however often a transaction is run again."""
        board, place = self._facilities.notices, self._place

        async def post() -> Outcome:
            if board is None:
                raise NotPosted("this line has no notices")
            await board.post(
                wanted.event, wanted.facts, f"call:{place.call_id}:{place.entry}:{place.flow}.{place.step}"
            )
            return Outcome("raised")

        def note(outcome: Outcome, alone: bool) -> None:
            self._trace.event("notify", event=wanted.event, outcome=outcome.name, alone=alone)

        return await shielded(self._leg, post(), note, f"event {wanted.event}", PATIENCE)

    # Voices

    async def _dial(self, wanted: Dial) -> Outcome:
        """Put the caller through. Keys pressed meanwhile were for the other side."""
        dialler = self._facilities.dialler
        if dialler is None:
            log.error("call {call}: this line puts nobody through", call=self._leg.call_id)
            return FAILED
        if wanted.prompts:
            await self._speaker.say(wanted.prompts)
        outcome = await dialler.connect(self._leg, wanted, self._here(), self._trace)
        self._leg.forget_keys()
        return outcome

    def _here(self) -> Place:
        return replace(self._place, language=self._speaker.language)
