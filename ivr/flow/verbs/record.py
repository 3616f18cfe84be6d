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
from dataclasses import dataclass, replace
from typing import ClassVar

from forms.form import Name
from forms.report import Report
from forms.schema import NAME, number, one_of, word
from ivr.flow.commands import Answer, Beyond, Outcome, Prompt, Value
from ivr.flow.defaults import Branches, Defaults, Lock, Trouble
from ivr.flow.drawn import Drawn, Quiet, Said, Way, phrase
from ivr.flow.form import FlowForm
from ivr.flow.language import Demand, Exit, Fact, Go, Head, Move, Reads, Scene, Target, Wait, World
from ivr.flow.verbs.errand import NOTHING, Errand, Find, Outcomes, demand
from ivr.flow.verbs.keys import PERSON, REPEAT, read_end_key
from ivr.flow.verbs.say import read_tells
from ivr.flow.verbs.schema import END_KEY, LOCKED, WITH, Known, VerbSchema, leads, texts
from ivr.flow.verbs.shown import lock_notes, texts_shown
from ivr.flow.words import Words, check_unused

RECORDING = "recording"
"""The value that comes with a recording: `{id, seconds}`."""


@dataclass(frozen=True, slots=True)
class RecordNow(Beyond):
    """Play prompts and a tone, then record what the caller says; `key` in the values is the key that ended it.

    A key while the prompts play cuts them off unless `locked`. If it is one of `drop_keys` it ends the recording
    before it began (`silent` with `key`); any other key only skips the prompts.
    """

    verb = "record"
    outcomes: ClassVar = {"recorded": frozenset({RECORDING}), "silent": NOTHING}
    usual: ClassVar = Outcome("recorded", {RECORDING: {"id": "recording-1", "seconds": 12}})
    prompts: tuple[Prompt, ...] = ()
    limit: float = 120.0
    """Seconds at most."""
    silence: float = 5.0
    """Seconds of quiet that end it; 0: never."""
    end_keys: str = "#"
    """Keys that end it; none of them is part of what is kept."""
    drop_keys: str = ""
    """Keys that end it, too, and throw it away: `silent` with `key`."""
    tone: bool = True
    locked: bool = False
    """The prompts are heard whole, because they tell that a recording is made; keys during them don't count."""

    def asked(self) -> Mapping[str, Value]:
        return {"limit": self.limit}


@dataclass(frozen=True, slots=True)
class Record(Errand):
    """See the module. The recording goes into a variable that the flow names."""

    beyond: ClassVar = RecordNow
    words: Words
    lock: Lock
    tells: frozenset[Fact]
    variable: Name | None
    limit: float
    silence: float
    end_key: str
    operator: Target | None

    @classmethod
    def read(cls, form: FlowForm, head: Head, defaults: Defaults) -> Record:
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
        kept = frozenset({self.variable.text} if self.variable else ())
        return {name: kept if RECORDING in sets else sets for name, sets in RecordNow.outcomes.items()}

    def examples(self, world: World) -> Mapping[str, Value]:
        return self.values(RecordNow.usual)

    def values(self, outcome: Outcome) -> Mapping[str, Value]:
        recording = outcome.values.get(RECORDING)
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

    def command(self, scene: Scene) -> RecordNow:
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

    def draw(self, said: Said) -> Drawn:
        longest = phrase("at most %(seconds)s seconds", seconds=f"{self.limit:g}")
        into = self.variable.text if self.variable else ""
        note = phrase("%(longest)s into %(variable)s", longest=longest, variable=into) if into else longest
        words = texts_shown(self.words, said)
        drawn = self.drawn("record", note, *lock_notes(self.lock, self.tells), words=words)
        if self.operator is None:
            return drawn
        return replace(drawn, ways=(*drawn.ways, Way(self.operator.name, key=PERSON, quiet=Quiet.PERSON)))

    @staticmethod
    def schema(known: Known) -> VerbSchema:
        """As `Verb.schema`."""
        return VerbSchema(
            "Records what the caller says after a tone. The caller must have been told.",
            {
                "record": texts("What is said before the tone."),
                "as": word("The variable that takes the recording: id and seconds.", NAME),
                "max": number("Seconds at most.", 1, 3600, 120),
                "silence": number("Seconds of quiet that end it; 0: never.", 0, 60, 5),
                "end_key": END_KEY,
                "locked": LOCKED,
                "tells": one_of("The text says that a recording is made. It must be locked.", "recording"),
                "then": leads(recorded="Something was said.", silent="Nothing was said."),
                **WITH,
            },
            ("as", "then"),
        )
