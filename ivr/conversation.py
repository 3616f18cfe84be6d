"""One flow on one leg: carries out what the interpreter asks and brings back the answers.

Knows how to play, how keys gather into an input, and how to ask the hospital. What comes
next is the interpreter's (`ivr.flow.run`); what a call leaves behind is the trace's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from twisted.internet.defer import CancelledError, Deferred
from twisted.logger import Logger

from hospital.action import Action, CallFacts
from ivr.facilities import Facilities
from ivr.flow.commands import Answer, Ask, Collect, Entered, HangUp, Keys, NoInput, Outcome, Prompt, Say, Turn, Value
from ivr.leg import Leg
from ivr.spawn import spawn
from ivr.switch.line import KEYS, LineGone, SwitchRefused
from ivr.switch.reactor import call_later
from ivr.trace import Trace
from ivr.voice import Voice

log = Logger()

HIDDEN = "****"
"""What stands for a secret wherever it would be written; it does not tell the length."""
FAILED = Outcome("error")
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


@dataclass(frozen=True, slots=True)
class Finished:
    """How a conversation ended: the flow's own outcome, or `hung_up` when the caller left before it."""

    outcome: str
    variables: Mapping[str, Value]
    heard: bool = False
    """Whether the prompt of an input was heard whole, or, in a flow that asks nothing, all that was said."""


@dataclass(frozen=True, slots=True)
class _Heard:
    """How a play went: to its `finished` end, `whole` when no text was missing either; `seconds` that sounded."""

    finished: bool = False
    whole: bool = False
    seconds: float = 0.0


class Conversation:
    """Drives one run on one leg until the flow ends or the call does."""

    def __init__(
        self,
        leg: Leg,
        run: Script,
        actions: Mapping[str, Action],
        voice: Voice,
        trace: Trace,
        call: CallFacts,
        *,
        facilities: Facilities = Facilities(),  # noqa: B008 - frozen
    ) -> None:
        self._facilities = facilities
        self._leg = leg
        self._run = run
        self._actions = actions
        self._voice = voice
        self._trace = trace
        self._call = call
        self._heard = False

    async def hold(self) -> Finished:
        """Talk until the end. The caller's hanging up ends it at once, wherever it is.

        An action that the hospital has begun is never torn: it runs to its end and its outcome
        is traced even when nobody listens any more.
        """
        talking: Deferred[str] = Deferred.fromCoroutine(self._talk())
        self._leg.down.then(lambda _: talking.cancel())
        try:
            outcome = await talking
        except LineGone:
            await self._leg.down.wait()  # a line may say so a moment before it says how it ended
            outcome = "hung_up"
        except CancelledError:
            if not self._leg.down.here:  # we were cancelled ourselves: the service stops
                raise
            outcome = "hung_up"
        return Finished(outcome, dict(self._run.variables), self._heard)

    async def _talk(self) -> str:
        turn = self._run.start()
        asked, said = False, []
        while True:
            answer: Answer | None = None
            for command in turn.commands:
                match command:
                    case Entered(flow, step):
                        self._trace.event("step", flow=flow, step=step)
                    case Say(prompts, locked):
                        said.append(await self._say(prompts, locked))
                    case Collect():
                        asked = True
                        answer = await self._collect(command)
                    case Ask(action, arguments):
                        answer = await self._ask(action, arguments)
                    case HangUp(outcome):
                        self._trace.event("outcome", outcome=outcome)
                        if not asked:
                            self._heard = bool(said) and all(said)
                        return outcome
            if answer is None:
                raise RuntimeError("a turn of the flow ended without a wait")
            turn = self._run.resume(answer)

    async def _say(self, prompts: Sequence[Prompt], locked: bool) -> bool:
        """Play to the end, or to a key; True when it was heard whole. Keys typed ahead skip it, unless it is locked."""
        if not locked and self._leg.has_keys:
            self._trace.event("prompt", prompts=_told(prompts), skipped=True)
            return False
        return (await self._play(prompts, locked)).whole

    async def _play(self, prompts: Sequence[Prompt], locked: bool) -> _Heard:
        """Play and trace whether it was heard to its end, also when the caller hangs up in the middle."""
        heard = _Heard()
        try:
            heard = await self._sound(prompts, locked)
        finally:
            self._trace.event("prompt", prompts=_told(prompts), heard=heard.whole)
        return heard

    async def _sound(self, prompts: Sequence[Prompt], locked: bool) -> _Heard:
        spoken = await self._voice.clips(self._run.language, prompts)
        if spoken.missing:
            self._trace.event("unspoken", texts=list(spoken.missing))
        if not locked and self._leg.has_keys:  # a key came while a text was rendered
            return _Heard()
        stop_on = "" if locked else KEYS
        began = self._leg.clock.seconds()
        try:
            played = await self._leg.play(spoken.clips, stop_on=stop_on)
        except SwitchRefused as refused:  # a clip was deleted under us: make it again, once
            log.warn("call {call}: {refused}; rendering it again", call=self._leg.call_id, refused=refused)
            spoken = await self._voice.renewed(self._run.language, prompts)
            played = await self._leg.play(spoken.clips, stop_on=stop_on)
        if locked:
            self._leg.forget_keys()
        return _Heard(played.finished, played.finished and not spoken.missing, self._leg.clock.seconds() - began)

    async def _collect(self, wanted: Collect) -> Answer:
        if not wanted.typed_ahead:
            self._leg.forget_keys()
        if wanted.prompts and not self._leg.has_keys:
            heard = await self._offer(wanted)
            self._heard = self._heard or heard.whole
        answer = await self._gather(wanted)
        if isinstance(answer, Keys):
            self._trace.event("keys", keys=HIDDEN if wanted.secret else answer.digits)
        else:
            self._trace.event("no_input")
        return answer

    async def _offer(self, wanted: Collect) -> _Heard:
        """Play the prompts of an input. A confirmation that a key cuts off before one could have heard it
        is played again: that key was meant for what came before."""
        for _ in range(HASTE):
            heard = await self._play(wanted.prompts, wanted.locked)
            if wanted.typed_ahead or heard.finished or heard.seconds >= TOO_SOON:
                return heard
            await self._leg.next_key(LATE_KEY)
            self._leg.forget_keys()
            self._trace.event("too_soon")
        return heard

    async def _gather(self, wanted: Collect) -> Keys | NoInput:
        """Keys until the input is complete. `*`, when it repeats, drops what was typed so far."""
        digits = ""
        while True:
            key = await self._leg.next_key(wanted.inter_key if digits else wanted.first_key)
            if key is None:
                return Keys(digits) if digits else NoInput()
            if key in wanted.single and (not digits or key == "*"):
                return Keys(key)
            if key == wanted.end_key and wanted.end_key:
                return Keys(digits)
            digits += key
            if digits in wanted.single or len(digits) >= wanted.maximum:
                return Keys(digits)

    async def _ask(self, name: str, arguments: Mapping[str, Value]) -> Outcome:
        """The hospital's answer; what fails there is the flow's `error` exit, never the caller's problem."""
        action = self._actions[name]
        shown = {key: HIDDEN if key in action.secret else value for key, value in arguments.items()}
        answered: Deferred[Outcome] = Deferred()

        async def ask() -> None:
            outcome = FAILED
            try:
                came = await action.run(arguments, self._call)
                outcome = Outcome(came.name, came.values, tuple(came.items))
            except Exception:  # noqa: BLE001 - the one place where anything of the hospital becomes `error`
                log.failure("action {name} failed in call {call}", name=name, call=self._call.call_id)
            self._trace.event("action", action=name, arguments=shown, outcome=outcome.name, alone=answered.called)
            if not answered.called:
                answered.callback(outcome)

        def late() -> None:
            log.error("action {name} keeps call {call} waiting too long", name=name, call=self._call.call_id)
            answered.callback(FAILED)

        spawn(ask(), f"action {name}")
        waiting = call_later(self._leg.clock, PATIENCE, late)
        try:
            return await answered
        finally:
            if waiting.active():
                waiting.cancel()


def _told(prompts: Sequence[Prompt]) -> list[dict[str, Any]]:
    """Prompts as the trace keeps them."""
    return [
        {"id": prompt.id, "values": dict(prompt.values)} if prompt.values else {"id": prompt.id} for prompt in prompts
    ]
