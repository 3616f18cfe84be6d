"""`language`: from here on the call speaks another language, in sub-flows and after them.

    {language: en, then: services}
    {language: =patient.language, then: services, else: which_language}

A variable may hold what is no language here: then `else` follows, or `then` when there is none, and nothing changes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from forms.report import Report
from forms.schema import NAME, word
from ivr.flow.defaults import Defaults
from ivr.flow.drawn import Drawn, Phrase, Said, Way
from ivr.flow.form import FlowForm
from ivr.flow.language import NOWHERE, Exit, Go, Head, Move, Reads, Scene, Step, Target, Term, World
from ivr.flow.verbs.schema import FOLLOWS, Known, VerbSchema
from ivr.flow.verbs.shown import value_shown
from prompts.catalog import not_spoken


@dataclass(frozen=True, slots=True)
class Language(Step):
    """See the module."""

    head: Head
    language: Term | None
    then: Target
    otherwise: Target | None

    @classmethod
    def read(cls, form: FlowForm, head: Head, defaults: Defaults) -> Language:
        """From its form."""
        then = form.target("then") or NOWHERE
        return cls(head, form.term("language", required=True), then, form.target("else", required=False))

    def exits(self, world: World) -> Iterable[Exit]:
        yield Exit(self.then)
        if self.otherwise is not None:
            yield Exit(self.otherwise)

    def reads(self, world: World) -> Iterable[Reads]:
        if self.language is not None and self.language.variable is not None:
            yield Reads(self.language.variable, self.language.mark)

    def check(self, world: World, report: Report) -> None:
        if self.language is None or self.language.variable is not None:
            return
        written = str(self.language.look_up({}))
        if written not in world.texts.languages:
            report.add(self.language.mark, "E305", not_spoken(written, world.texts.languages))

    def enter(self, scene: Scene) -> Move:
        wanted = None if self.language is None else self.language.look_up(scene.variables)
        if isinstance(wanted, str) and wanted in scene.languages:
            scene.speak(wanted)
            return Go(self.then.name)
        return Go((self.otherwise or self.then).name)

    def draw(self, said: Said) -> Drawn:
        ways = [Way(self.then.name)]
        if self.otherwise is not None:
            ways.append(Way(self.otherwise.name, Phrase("else")))
        return Drawn("language", tuple(ways), notes=() if self.language is None else (value_shown(self.language),))

    @staticmethod
    def schema(known: Known) -> VerbSchema:
        """As `Verb.schema`."""
        return VerbSchema(
            "From here on the call speaks another language.",
            {
                "language": word("A language (en), or a variable (=patient.language).", "", known.languages),
                "then": FOLLOWS,
                "else": word(
                    "The step that follows when there are no texts in the language that the variable holds.", NAME
                ),
            },
            ("then",),
        )
