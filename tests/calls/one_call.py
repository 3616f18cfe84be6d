"""One caller on the fake switch, in a conversation with a flow that asks what the test says. Time is a Clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from actions.action import Action, CallFacts
from ivr.call.conversation import Conversation, Finished
from ivr.call.errands import TALK_ONLY
from ivr.call.errands.errand import Errands
from ivr.call.leg import Leg
from ivr.call.voice import SilentVoice, Voice
from ivr.flow.commands import Answer, Turn, Value
from ivr.record.legs import FIRST, Legs, Role
from ivr.switch.fake import FakeSwitch
from ivr.switch.fake_line import FakeLine
from ivr.switch.line import Line, Offer

START = datetime(2026, 11, 21, tzinfo=UTC)
SECONDS = 2.0
"""How long every clip lasts."""


@dataclass
class Told:
    """A flow that asks what the test says, and remembers the answers."""

    turns: Sequence[Turn]
    language: str = "en"
    variables: Mapping[str, Value] = field(default_factory=dict)
    answers: list[Answer] = field(default_factory=list)

    def start(self) -> Turn:
        return self.turns[0]

    def resume(self, answer: Answer) -> Turn:
        self.answers.append(answer)
        return self.turns[len(self.answers)]


@dataclass
class Kept:
    """A sheet in memory: rows by their numbers."""

    legs: dict[int, dict[str, Any]] = field(default_factory=dict)
    segments: dict[int, dict[str, Any]] = field(default_factory=dict)

    def leg(self, number: int, values: dict[str, Any], *, new: bool = False) -> None:
        _keep(self.legs, number, values, new)

    def segment(self, number: int, values: dict[str, Any], *, new: bool = False) -> None:
        _keep(self.segments, number, values, new)


def _keep(rows: dict[int, dict[str, Any]], number: int, values: dict[str, Any], new: bool) -> None:
    assert (number in rows) is not new
    rows.setdefault(number, {}).update(values)


@dataclass
class Notes:
    """A trace that keeps its events."""

    legs: Legs
    events: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def event(self, kind: str, **detail: Any) -> None:
        self.events.append((kind, detail))

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [detail for name, detail in self.events if name == kind]


class OneCall:
    """One caller on the fake switch, in a conversation with a told flow."""

    def __init__(
        self,
        *turns: Turn,
        actions: Mapping[str, Action] | None = None,
        voice: Voice | None = None,
        errands: Errands = TALK_ONLY,
        lines: int = 4,
        begin: bool = True,
        unasked: bool = False,
    ) -> None:
        self.clock = Clock()
        self.voice = voice or SilentVoice()
        self.switch = FakeSwitch(self.clock, clip_seconds=SECONDS, lines=lines)
        self.switch.listener = self
        self.flow = Told(turns)
        self.kept = Kept()
        self.notes = Notes(Legs(self.kept, lambda: START + timedelta(seconds=self.clock.seconds())))
        self.actions = actions or {}
        self.errands = errands
        self.unasked = unasked
        self.finished: list[Finished] = []
        self.patient: FakeLine
        if begin:
            self.offer()

    def offer(self) -> None:
        """The caller dials in."""
        self.patient = self.switch.offer("1000", "13800000001")
        self.clock.advance(0)

    def incoming(self, line: Line, offer: Offer) -> None:
        leg = Leg(self.clock).takes(line)
        line.listen(leg)
        self.notes.legs.begin(Role.CALLER, offer.caller, direction="in", seat=line.seat)
        leg.down.then(lambda end: self.notes.legs.hung_up(FIRST, end))

        async def talk() -> None:
            await line.answer()
            call = CallFacts(line.call_id, offer.caller, "en", START)
            conversation = Conversation(
                leg,
                self.flow,
                self.actions,
                self.voice,
                self.notes,
                call,
                errands=self.errands,
                edition=7,
                unasked=self.unasked,
            )
            self.finished.append(await conversation.run())

        Deferred.fromCoroutine(talk())

    def press(self, keys: str) -> None:
        self.patient.press(keys)
        self.clock.advance(0)

    def heard(self) -> list[str]:
        return [clip.stem for clips in self.patient.played for clip in clips]
