"""`record`: what the caller says after a tone, as a message.

    record: voicemail.speak_after_the_tone      # it also tells that a recording is made:
    tells: recording
    locked: true
    as: message                                 # {id: ..., seconds: ...}
    max: 120                                    # seconds at most
    silence: 5                                  # seconds of quiet that end it; 0: never
    then: {recorded: thanks, silent: nothing_heard}

`#` (or `end_key`) ends it, `*` throws it away and records anew, `0` throws it away and reaches a person. The caller
must have been told that a recording is made: here, or in a `say` before with `tells: recording`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ivr.flow.commands import Answer, Command, Outcome, Value
from ivr.flow.commands import Record as RecordNow
from ivr.flow.defaults import Branches, Defaults, Lock, Trouble
from ivr.flow.form import Form
from ivr.flow.language import Demand, Exit, Fact, Go, Head, Move, Name, Reads, Scene, Target, Wait, World
from ivr.flow.mistakes import Report
from ivr.flow.verbs.errand import NOTHING, Errand, Find, Outcomes, demand
from ivr.flow.verbs.keys import PERSON, REPEAT, read_end_key
from ivr.flow.verbs.say import read_tells
from ivr.flow.words import Words, check_unused


@dataclass(frozen=True, slots=True)
class Record(Errand):
    """See the module."""

    words: Words
    lock: Lock
    tells: frozenset[Fact]
    variable: Name | None
    limit: float
    silence: float
    end_key: str
    operator: Target | None

    @classmethod
    def read(cls, form: Form, head: Head, defaults: Defaults) -> Record:
        """From its form."""
        lock = Lock.read(form)
        then = Branches.read(form)
        return cls(
            head,
            then,
            Trouble.of_step(then.named, defaults),
            Words.read(form, "record"),
            lock,
            read_tells(form, lock, only=Fact.RECORDING),
            form.name("as", required=True),
            form.number("max", 120, 1, 3600, whole=False),
            form.number("silence", 5, 0, 60, whole=False),
            read_end_key(form),
            defaults.input.operator,
        )

    def what(self) -> str:
        return "the recording"

    def outcomes(self, find: Find) -> Outcomes:
        return {"recorded": frozenset({self.variable.text} if self.variable else ()), "silent": NOTHING}

    def examples(self, world: World) -> Mapping[str, Value]:
        return {self.variable.text: {"id": "recording-1", "seconds": 12}} if self.variable else {}

    def values(self, outcome: Outcome) -> Mapping[str, Value]:
        recording = outcome.values.get("recording")
        return {self.variable.text: recording} if self.variable and isinstance(recording, dict) else {}

    def exits(self, world: World) -> Iterable[Exit]:
        yield from Errand.exits(self, world)
        if self.operator is not None:
            yield Exit(self.operator, by_caller=True)

    def reads(self, world: World) -> Iterable[Reads]:
        return self.words.reads(world)

    def demands(self, world: World) -> Iterable[Demand]:
        if not self.tells:
            yield demand(Fact.RECORDING, self.head.mark, "a recording")

    def check(self, world: World, report: Report) -> None:
        self.words.check(world, report)
        check_unused(report, world, self.words)
        Errand.check(self, world, report)

    def command(self, scene: Scene) -> Command:
        drop = {REPEAT, *([] if self.operator is None else [PERSON])} - {self.end_key}
        return RecordNow(
            self.words.prompts(scene),
            self.limit,
            self.silence,
            end_keys=self.end_key,
            drop_keys="".join(sorted(drop)),
            locked=self.lock.locked,
        )

    def answered(self, scene: Scene, answer: Answer) -> Move:
        key = answer.values.get("key") if isinstance(answer, Outcome) else None
        if key == PERSON and self.operator is not None:
            return Go(self.operator.name)
        if key == REPEAT and self.end_key != REPEAT:
            return Wait(self.command(scene))
        return Errand.answered(self, scene, answer)
