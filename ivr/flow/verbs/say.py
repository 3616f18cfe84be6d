"""`say`: texts, then the next step. A key interrupts unless `locked`, and is kept for the next input.

`locked: true` drops keys that are pressed meanwhile, `locked: keep` keeps them for the next input. `tells: rate` or
`tells: recording`: the text tells the price, or that a recording is made; it must be locked, so that nobody skips it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from forms.report import Report
from forms.schema import one_of
from ivr.flow.defaults import Defaults, Lock
from ivr.flow.drawn import Drawn, Said, Way
from ivr.flow.form import FlowForm
from ivr.flow.language import NOWHERE, Exit, Fact, Go, Head, Move, Reads, Scene, Step, Target, World
from ivr.flow.verbs.schema import FOLLOWS, LOCKED, WITH, Known, VerbSchema, texts
from ivr.flow.verbs.shown import lock_notes, texts_shown
from ivr.flow.words import Words, check_unused

TELLS = {"rate": Fact.RATE, "recording": Fact.RECORDING}


def read_tells(form: FlowForm, lock: Lock, *, only: Fact | None = None) -> frozenset[Fact]:
    """What the text of a step tells, by `tells`."""
    word = form.one_of("tells", [word for word, fact in TELLS.items() if only in (None, fact)])
    if word is None:
        return frozenset()
    if not lock:
        form.report.add(word.mark, "E235", f'"tells: {word.text}" needs "locked: true": nobody may skip this text')
    return frozenset({TELLS[word.text]})


@dataclass(frozen=True, slots=True)
class Say(Step):
    """`{say: registration.full, then: kind}`."""

    head: Head
    words: Words
    lock: Lock
    tells: frozenset[Fact]
    then: Target

    @classmethod
    def read(cls, form: FlowForm, head: Head, defaults: Defaults) -> Say:
        """From its form."""
        lock = Lock.read(form)
        return cls(head, Words.read(form, "say"), lock, read_tells(form, lock), form.target("then") or NOWHERE)

    def exits(self, world: World) -> Iterable[Exit]:
        yield Exit(self.then, proves=self.tells)

    def reads(self, world: World) -> Iterable[Reads]:
        return self.words.reads(world)

    def check(self, world: World, report: Report) -> None:
        self.words.check(world, report)
        check_unused(report, world, self.words)

    def enter(self, scene: Scene) -> Move:
        scene.say(*self.words.prompts(scene), locked=self.lock.locked, keep_keys=self.lock.keep_keys)
        return Go(self.then.name)

    def draw(self, said: Said) -> Drawn:
        return Drawn("say", (Way(self.then.name),), texts_shown(self.words, said), lock_notes(self.lock, self.tells))

    @staticmethod
    def schema(known: Known) -> VerbSchema:
        """As `Verb.schema`."""
        return VerbSchema(
            "Says something, then goes on.",
            {
                "say": texts("What is said."),
                "locked": LOCKED,
                "tells": one_of(
                    "The text tells the price (rate), or that a recording is made (recording). It must be locked.",
                    "rate",
                    "recording",
                ),
                "then": FOLLOWS,
                **WITH,
            },
            ("then",),
        )
