"""`say`: texts, then the next step. A key interrupts unless `locked`, and is kept for the next input."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ivr.flow.defaults import Defaults
from ivr.flow.form import Form
from ivr.flow.language import NOWHERE, Exit, Go, Head, Move, Reads, Scene, Step, Target, World
from ivr.flow.mistakes import Report
from ivr.flow.words import Words, check_unused


@dataclass(frozen=True, slots=True)
class Say(Step):
    """`{say: registration.full, then: kind}`."""

    head: Head
    words: Words
    locked: bool
    then: Target

    @classmethod
    def read(cls, form: Form, head: Head, defaults: Defaults) -> Say:
        """From its form."""
        return cls(head, Words.read(form, "say"), form.flag("locked"), form.target("then") or NOWHERE)

    def exits(self, world: World) -> Iterable[Exit]:
        yield Exit(self.then)

    def reads(self, world: World) -> Iterable[Reads]:
        return self.words.reads(world)

    def check(self, world: World, report: Report) -> None:
        self.words.check(world, report)
        check_unused(report, world, self.words)

    def enter(self, scene: Scene) -> Move:
        scene.say(*self.words.prompts(scene), locked=self.locked)
        return Go(self.then.name)
