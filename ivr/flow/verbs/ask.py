"""`ask`: digits into a variable, such as a card number. `*` starts over; `#` or `end_key` ends.

Where at least two digits are wanted, `0` alone reaches a person: once the time between keys has passed after it,
or at the end key. `secret` digits go to actions and conditions and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from forms.report import Report
from forms.schema import NAME, flag, number, word
from ivr.flow.commands import Answer, Collect, Keys, Prompt
from ivr.flow.defaults import Defaults, Input, Miss
from ivr.flow.drawn import Drawn, Quiet, Said, Way, phrase
from ivr.flow.form import FlowForm
from ivr.flow.language import NOWHERE, Exit, Gives, Go, Head, Move, Reads, Scene, Step, Target, Wait, World
from ivr.flow.verbs.keys import PERSON, REPEAT, read_end_key
from ivr.flow.verbs.schema import END_KEY, FOLLOWS, WAITING, WITH, Known, VerbSchema, texts
from ivr.flow.verbs.shown import manner, missed_ways, texts_shown
from ivr.flow.words import SYSTEM, Words, check_unused

LONGEST = 32


@dataclass(frozen=True, slots=True)
class Ask(Step):
    """`{ask: card_login.pin, as: pin, min: 6, max: 6, secret: true, then: check}`."""

    head: Head
    words: Words
    variable: str
    minimum: int
    maximum: int
    end_key: str
    secret: bool
    input: Input
    then: Target

    @classmethod
    def read(cls, form: FlowForm, head: Head, defaults: Defaults) -> Ask:
        """From its form."""
        words = Words.read(form, "ask")
        variable = form.name("as", required=True)
        minimum = form.whole("min", 1, 1, LONGEST)
        maximum = form.whole("max", LONGEST, 1, LONGEST)
        if maximum < minimum:
            form.report.add(form.mark("max"), "E110", f'"max" is less than "min" ({minimum})')
        return cls(
            head,
            words,
            variable.text if variable else "",
            minimum,
            maximum,
            read_end_key(form),
            form.flag("secret"),
            defaults.input.of_step(form),
            form.target("then") or NOWHERE,
        )

    @property
    def _person(self) -> Target | None:
        """Whom a lone 0 reaches: only where it cannot be the answer."""
        return self.input.operator if self.minimum > 1 else None

    def exits(self, world: World) -> Iterable[Exit]:
        yield Exit(self.then, frozenset({self.variable}), by_caller=True)
        if self._person is not None:
            yield Exit(self._person, by_caller=True)
        yield from self.input.exits()

    def reads(self, world: World) -> Iterable[Reads]:
        return self.words.reads(world)

    def secrets(self) -> Iterable[str]:
        return (self.variable,) if self.secret else ()

    def keyed(self) -> Iterable[str]:
        return (self.variable,)

    def check(self, world: World, report: Report) -> None:
        self.words.check(world, report)
        check_unused(report, world, self.words)

    def gives(self, world: World) -> Gives:
        return {self.variable: ("1" * self.minimum, "12345678901"[: self.maximum])}

    def enter(self, scene: Scene) -> Move:
        scene.memory = 0
        return self._wait(scene)

    def answered(self, scene: Scene, answer: Answer) -> Move:
        if isinstance(answer, Keys):
            digits = answer.digits
            if self._repeats and digits.endswith(REPEAT):
                return self._wait(scene)
            if self.minimum <= len(digits) <= self.maximum and digits.isascii() and digits.isdecimal():
                scene.keep(self.variable, digits, secret=self.secret, keyed=True)
                return Go(self.then.name)
            if digits == PERSON and self._person is not None:
                return Go(self._person.name)
        why: Miss = "invalid" if isinstance(answer, Keys) else "no_input"
        scene.memory += 1
        gone = self.input.missed(scene.memory, why)
        return Go(gone.name) if gone else self._wait(scene, scene.prompt(SYSTEM[why], {}))

    @property
    def _repeats(self) -> bool:
        return self.end_key != REPEAT

    def _wait(self, scene: Scene, *before: Prompt) -> Move:
        return Wait(
            Collect(
                (*before, *self.words.prompts(scene)),
                single=frozenset({REPEAT}) if self._repeats else frozenset(),
                minimum=self.minimum,
                maximum=self.maximum,
                end_key=self.end_key,
                first_key=self.input.first_key,
                inter_key=self.input.inter_key,
                total=self.input.total,
                locked=self.input.lock.locked,
                keep_keys=self.input.keep_keys,
                typed_ahead=not self.input.confirm,
                secret=self.secret,
            )
        )

    def draw(self, said: Said) -> Drawn:
        several = "%(low)s digits" if self.minimum == self.maximum else "%(low)s to %(high)s digits"
        digits = phrase(several, low=str(self.minimum), high=str(self.maximum))
        into = "%(digits)s into %(variable)s, secret" if self.secret else "%(digits)s into %(variable)s"
        note = phrase(into, digits=digits, variable=str(self.variable))
        ways = [Way(self.then.name), *missed_ways(self.input)]
        if self.minimum > 1 and self.input.operator is not None:
            ways.append(Way(self.input.operator.name, key=PERSON, quiet=Quiet.PERSON))
        return Drawn("ask", tuple(ways), texts_shown(self.words, said), (note, *manner(self.input)))

    @staticmethod
    def schema(known: Known) -> VerbSchema:
        """As `Verb.schema`."""
        return VerbSchema(
            "Asks for digits and keeps them in a variable.",
            {
                "ask": texts("What is said."),
                "as": word("The variable that takes the digits.", NAME),
                "min": number("At least this many digits.", 1, LONGEST, 1, whole=True),
                "max": number("At most this many digits.", 1, LONGEST, LONGEST, whole=True),
                "end_key": END_KEY,
                "secret": flag("A password or the like: it never reaches a log, a trace or a text."),
                "then": FOLLOWS,
                **WAITING,
                **WITH,
            },
            ("as", "then"),
        )
