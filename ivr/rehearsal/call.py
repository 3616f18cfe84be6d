"""A call tried without a telephone: the live call's own conversation, leg and interpreter on a switch without SIP,
with a clock that is moved by hand. Typed-ahead keys, cut-off prompts, time-outs and hang-ups are the real ones.

    call = RehearsedCall(flows, texts, Caller("main", "zh"), answers)
    call.press("1"); call.press("100001#"); call.wait(8); call.hang_up()
    call.moments        # what happened, with the second at which it happened

What is asked of the hospital is answered by a script or by real actions over a database that is only for this.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.python.failure import Failure

from actions.action import Action, ActionOutcome, CallFacts, Declared
from ivr.call.conversation import Conversation, Finished
from ivr.call.errands import errands
from ivr.call.errands.record import TakeMessage
from ivr.call.notes import HIDDEN
from ivr.flow.commands import Collect, Prompt, Value
from ivr.flow.language import FlowSet, Target
from ivr.flow.run import Run
from ivr.flow.verbs import beyond_the_line
from ivr.record.legs import Legs, NoSheet, Role
from ivr.rehearsal.answers import Answers, NotAnswered, declared_beyond, stand_ins, told
from ivr.rehearsal.beyond import AskScript
from ivr.rehearsal.caller import Caller
from ivr.rehearsal.line import RehearsedSwitch, WaitingLeg
from ivr.rehearsal.moments import (
    Ended,
    Entered,
    Moment,
    Pressed,
    Said,
    Saying,
    Speaks,
    Unspoken,
    Waits,
    What,
)
from ivr.rehearsal.stage import Stage
from ivr.rehearsal.tapes import TONE, Tapes
from ivr.rehearsal.voice import TALK, RehearsedVoice
from ivr.switch.fake_line import FakeLine
from ivr.switch.line import Line, Offer, TurnedAway
from prompts.catalog import Catalog
from prompts.errors import PromptError
from prompts.speech import speak
from prompts.studio import Studio

LONGEST = 4 * 3600.0
"""Seconds that a rehearsed call may last; every flow ends before (`ivr.flow.run`), so more is a fault of ours."""


class RehearsedCall:
    """One caller on one flow. Raises `FlowMisused` when the flow is not there or needs variables that are not given."""

    def __init__(
        self,
        flows: FlowSet,
        texts: Catalog,
        caller: Caller,
        answers: Answers,
        *,
        actions: Mapping[str, Action] | None = None,
        declared: Sequence[Declared] = (),
        studio: Studio | None = None,
        render: bool = False,
        tell: Callable[[Moment], None] = lambda moment: None,
        clock: Clock | None = None,
    ) -> None:
        """`actions` are asked for real; `answers` answers those of `declared` that are not among them, and what lies
        beyond the line. `tell` hears every moment as it happens."""
        self.moments: list[Moment] = []
        self.clock = clock or Clock()
        self.broken: list[NotAnswered] = []
        """What nobody could answer."""
        self.trace: list[tuple[float, str, Mapping[str, Any]]] = []
        """What a live call would have left in its trace: seconds, kind, detail."""
        self.caller = caller
        self._texts = texts
        self._flows = flows
        self._hear = tell
        self._began = self.clock.seconds()
        self._step: Entered | None = None
        self._spoken = (caller.language, False)
        self._waited: Collect | None = None
        self._finished: Finished | None = None
        self._failure: Failure | None = None
        run = Run(flows, caller.flow, caller.language, caller.variables)
        if caller.slow:
            run.speak(caller.language, slow=True)
        self._stage = Stage(run, self._tell, HIDDEN)
        self._voice = RehearsedVoice(texts, self._speaks, studio, render)
        self._actions = stand_ins([*declared, *declared_beyond().values()], answers, self._tell, self.broken.append)
        self._actions.update({name: told(action, self._tell) for name, action in (actions or {}).items()})
        self._leg = WaitingLeg(self.clock, self._waits)
        switch = RehearsedSwitch(self.clock, self._voice)
        switch.listener = self
        self.line: FakeLine = switch.offer(caller.dialled, caller.number)
        self._settle()

    # What the caller does

    def press(self, keys: str) -> None:
        """Press keys now, one after the other, in no time."""
        waits = self._stage.waits
        secret = self._leg.listening and isinstance(waits, Collect) and waits.secret
        self._tell(Pressed(HIDDEN if secret else keys, secret))
        for key in keys:
            self.line.press(key)
            self._settle()

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        until = self.clock.seconds() + seconds
        while self.next_event is not None and self.next_event <= until:
            self.pass_on()
        self.clock.advance(max(0.0, until - self.clock.seconds()))
        self._settle()

    def hang_up(self) -> None:
        """The caller hangs up. An ended call is left alone."""
        self.line.peer_hangs_up()
        self._settle()

    # How it stands

    @property
    def over(self) -> bool:
        """Whether the call has ended."""
        return self._finished is not None

    @property
    def outcome(self) -> str:
        """How it ended; empty while it lasts."""
        return self._finished.outcome if self._finished is not None else ""

    @property
    def listening(self) -> bool:
        """Whether the line is quiet and waits for a key."""
        return self._leg.listening

    @property
    def seconds(self) -> float:
        """Since the answer."""
        return self.clock.seconds() - self._began

    @property
    def next_event(self) -> float | None:
        """When, on the clock, the line does something by itself; None when it never will."""
        waiting = [call.getTime() for call in self.clock.calls if call.active()]
        return min(waiting) if waiting else None

    def pass_on(self) -> bool:
        """Let time pass until the line does something by itself; False when the call is over."""
        if self.over or self.next_event is None:
            return False
        if self.seconds > LONGEST:
            raise RuntimeError(f"the call did not end within {LONGEST:g} s")
        self.clock.advance(max(0.0, self.next_event - self.clock.seconds()))
        self._settle()
        return True

    def listen(self) -> bool:
        """Let time pass until the line waits for a key; False when the call ended first."""
        while not self.listening:
            if not self.pass_on():
                return False
        return True

    # What the switch and the conversation tell

    def incoming(self, line: Line, offer: Offer) -> None:
        """As `SwitchListener.incoming`."""
        self._leg.takes(line)
        line.listen(self._leg)
        talking: Deferred[None] = Deferred.fromCoroutine(self._talk(line))
        talking.addErrback(self._broke)

    def turned_away(self, refused: TurnedAway) -> None:
        """As `SwitchListener.turned_away`: a rehearsed call always finds a line."""

    async def _talk(self, line: Line) -> None:
        await line.answer()
        call = CallFacts(line.call_id, self.caller.number, self.caller.language, self.caller.at)

        async def record(limit: float) -> ActionOutcome:
            return await self._actions["record"].run({"limit": limit}, call)

        tapes = Tapes(self._voice.tone(TONE), self.clock, record, lambda: self.line.peer_is_silent())
        talk = Conversation(
            self._leg,
            self._stage,
            self._actions,
            self._voice,
            _Notes(self),
            call,
            errands=errands(*map(AskScript, beyond_the_line().values()), TakeMessage(tapes)),
        )
        self._finished = await talk.run()
        self._tell(Ended(self._finished.outcome))
        await line.hang_up()

    def event(self, kind: str, detail: Mapping[str, Any]) -> None:
        """What the conversation notes in the call's trace."""
        self.trace.append((self.seconds, kind, detail))
        match kind:
            case "step":
                self._step = Entered(detail["flow"], detail["step"])
                self._tell(self._step)
            case "prompt":
                prompts = tuple(Prompt(one["id"], one.get("values", {})) for one in detail["prompts"])
                if [prompt.id for prompt in prompts] != [TALK]:
                    self._tell(Said(prompts, bool(detail.get("heard")), bool(detail.get("skipped"))))

    def _broke(self, failure: Failure) -> None:
        self._failure = failure

    def _settle(self) -> None:
        """Let everything happen that happens now. A fault of ours comes out here."""
        self.clock.advance(0)
        if self._failure is not None:
            failure, self._failure = self._failure, None
            failure.raiseException()

    def _tell(self, what: What) -> None:
        moment = Moment(round(self.seconds, 2), what)
        self.moments.append(moment)
        self._hear(moment)

    def _speaks(self, what: Saying | Unspoken) -> None:
        if isinstance(what, Saying) and (what.language, what.slow) != self._spoken:
            self._spoken = (what.language, what.slow)
            self._tell(Speaks(what.language, what.slow))
        self._tell(what)

    def _waits(self, limit: float) -> None:
        collect = self._stage.waits
        if not isinstance(collect, Collect) or collect is self._waited:
            return
        self._waited = collect
        keys = self._keys(collect)
        digits = (0, 0) if keys else (collect.minimum, collect.maximum)
        self._tell(Waits(keys, digits, collect.end_key, collect.secret, limit))

    def _keys(self, collect: Collect) -> dict[str, str]:
        """Which key leads where: to a step, or to an item of a list."""
        step = None if self._step is None else self._flows.flows[self._step.flow].steps[self._step.step]
        leads = getattr(step, "keys", None)
        if not isinstance(leads, Mapping):
            return {}
        found: dict[str, str] = {}
        for prompt in collect.prompts:
            key, item = prompt.values.get("key"), prompt.values.get("item")
            if isinstance(key, str) and isinstance(item, dict):
                found[key] = _named(item, self._spoken[0])
        found.update({key: target.name for key, target in leads.items() if isinstance(target, Target)})
        return found

    def words(self, prompts: Sequence[Prompt], language: str) -> str:
        """Prompts as words, for those that were not played."""
        said = []
        for prompt in prompts:
            try:
                said.append(" ".join(speak(self._texts, language, prompt.id, prompt.values)))
            except PromptError:
                said.append(f"<{prompt.id}>")
        return " ".join(said)


class _Notes:
    """What a conversation knows of the trace: it takes events."""

    def __init__(self, call: RehearsedCall) -> None:
        self._call = call
        self.legs = Legs(NoSheet(), lambda: call.caller.at)
        self.legs.begin(Role.CALLER)

    def event(self, kind: str, **detail: Any) -> None:
        """As `Trace.event`."""
        self._call.event(kind, detail)


def _named(item: Mapping[str, Value], language: str) -> str:
    """An item of a list as a reader knows it: its name, or its code."""
    name = item.get("name")
    if isinstance(name, dict):
        name = name.get(language) or next(iter(name.values()), None)
    return re.sub(r"\s+", " ", str(name or item.get("code") or "?"))
