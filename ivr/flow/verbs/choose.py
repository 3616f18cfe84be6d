"""`choose`: one of a list that the hospital gives. Each item has a key, 9 goes on to more.

    choose: registration.experts
    prompt: registration.experts_intro
    each: registration.expert_item              # {item.half_name:name}为{key:key}号专家，{item.name:name}
    as: expert
    then: {chosen: confirm, none: nobody}

`each` is said for every item; its fields may be `{key:key}`, `{item...}` and variables. `prompt`
is said before the items and `after` behind them; both may be left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from actions.action import Declared
from forms.form import Name
from forms.report import Report
from forms.schema import DOTTED, NAME, mapping, word
from ivr.flow.commands import Answer, Keys, NoInput, Outcome, Prompt, Value
from ivr.flow.defaults import Branches, Defaults, Input, Miss, Trouble, check_error, known_outcomes
from ivr.flow.drawn import Drawn, Said
from ivr.flow.form import FlowForm
from ivr.flow.language import (
    AGAIN,
    ANYTHING,
    Exit,
    Gives,
    Go,
    Head,
    Move,
    Reads,
    Scene,
    Step,
    Target,
    Wait,
    World,
)
from ivr.flow.verbs.do import Request
from ivr.flow.verbs.keys import PERSON, REPEAT
from ivr.flow.verbs.menu import collect_keys, read_keys, with_person
from ivr.flow.verbs.schema import FOLLOWS, OUTCOMES, WAITING, WITH, Known, VerbSchema, texts
from ivr.flow.verbs.shown import key_ways, manner, missed_ways, outcome_ways, texts_shown, trouble_ways
from ivr.flow.words import SYSTEM, Words, roots

MORE = "9"
ALL_AT_ONCE = 9
PER_PAGE = 8
MOST = 200
"""Items; nobody listens to more, and something is wrong with a list that long."""
OWN = frozenset({"key", "item"})


@dataclass(slots=True)
class Shown:
    """What the caller hears a list of."""

    items: tuple[Mapping[str, Value], ...]
    page: int = 0
    tries: int = 0

    def keys(self) -> dict[str, Mapping[str, Value]]:
        """Key -> item of this page."""
        if len(self.items) <= ALL_AT_ONCE:
            return {str(number): item for number, item in enumerate(self.items, 1)}
        first = self.page * PER_PAGE
        return {str(number): item for number, item in enumerate(self.items[first : first + PER_PAGE], 1)}

    @property
    def pages(self) -> int:
        """How many times a caller must press 9 to hear the first page again."""
        return 1 if len(self.items) <= ALL_AT_ONCE else -(-len(self.items) // PER_PAGE)


@dataclass(frozen=True, slots=True)
class Choose(Step):
    """See the module."""

    head: Head
    request: Request
    words: Words
    each: Words
    after: Words
    variable: Name | None
    keys: Mapping[str, Target]
    input: Input
    then: Branches
    trouble: Trouble

    @classmethod
    def read(cls, form: FlowForm, head: Head, defaults: Defaults) -> Choose:
        """From its form."""
        request = Request.read(form, "choose")
        words = Words.read(form, "prompt", request.given, required=False)
        each = Words.read(form, "each", request.given)
        after = Words.read(form, "after", request.given, required=False)
        keys = read_keys(form)
        for key, target in keys.items():
            if key not in {PERSON, REPEAT, "#"}:
                form.report.add(target.mark, "E214", f'"{key}" is an item\'s key here; only "0", "*" and "#" are free')
        variable = form.name("as", required=True)
        settings = defaults.input.of_step(form)
        then = Branches.read(form)
        trouble = Trouble.of_step(then.named, defaults)
        keys = with_person(keys, settings.operator, head.mark)
        return cls(head, request, words, each, after, variable, keys, settings, then, trouble)

    def exits(self, world: World) -> Iterable[Exit]:
        declared = self._declared(self.request.spec(world))
        for outcome, target in self.then.named.items():
            if outcome == "chosen":
                sets = declared.get(outcome, ANYTHING) | {self.variable.text if self.variable else ""}
                yield Exit(target, sets, by_caller=True)
            elif outcome != "error":
                yield Exit(target, declared.get(outcome, ANYTHING))
        for target in self.keys.values():
            if target.name != AGAIN:
                yield Exit(target, by_caller=True)
        yield from self.input.exits()
        yield from self.trouble.exits()

    @staticmethod
    def _declared(spec: Declared | None) -> Mapping[str, frozenset[str]]:
        if spec is None:
            return {}
        return {"chosen": frozenset(), "none": frozenset(), **known_outcomes(spec)}

    def reads(self, world: World) -> Iterable[Reads]:
        yield from self.request.reads(world)
        given = frozenset(self.request.given)
        for words, own in ((self.words, given), (self.each, given | OWN), (self.after, given)):
            yield from replace(words, given={}).reads(world, own)
        said = {field for words in self._said for text in words.texts for field in roots(world, text.text)}
        for name in sorted(given & said):
            term = self.request.given[name]
            if term.variable is not None:
                yield Reads(term.variable, term.mark)

    @property
    def _said(self) -> tuple[Words, ...]:
        return self.words, self.each, self.after

    def private(self, world: World) -> Iterable[str]:
        spec = self.request.spec(world)
        if spec is None or not spec.private:
            return ()
        return spec.private | ({self.variable.text} if self.variable else set())

    def check(self, world: World, report: Report) -> None:
        for words in self._said:
            words.check(world, report)
        known = set(world.texts.ids)
        each = [text for text in self.each.texts if text.text in known]
        if len(each) == len(self.each.texts) > 0 and not any("key" in roots(world, text.text) for text in each):
            sentence = f'the text "{each[0].text}" is said for every item and names no key: write {{key:key}} in it'
            report.add(each[0].mark, "E308", sentence)
        named = [field for words in self._said for text in words.texts for field in roots(world, text.text)]
        spec = self.request.check(world, report, lists=True, also=named)
        if spec is None:
            return
        self.then.check(report, f'"{spec.name}"', self._declared(spec), error=True)
        check_error(report, self.trouble, self.head.mark, f'"{spec.name}"')

    def gives(self, world: World) -> Gives:
        spec = self.request.spec(world)
        if spec is None or spec.item is None or self.variable is None:
            return {}
        return {**{name: (value,) for name, value in spec.examples.items()}, self.variable.text: (dict(spec.item),)}

    def enter(self, scene: Scene) -> Move:
        return Wait(self.request.command(scene))

    def answered(self, scene: Scene, answer: Answer) -> Move:
        shown = scene.memory
        if isinstance(answer, Outcome):
            return self._listed(scene, answer)
        if not isinstance(shown, Shown):
            return self.trouble.take(scene)
        return self._pressed(scene, shown, answer)

    def _listed(self, scene: Scene, outcome: Outcome) -> Move:
        """The hospital's list is here."""
        assert self.request.action is not None
        name = outcome.name
        if name == "chosen" and not outcome.items:
            name = "none"
        declared = self._declared(scene.action(self.request.action.text))
        if name in declared and declared[name] <= outcome.values.keys():
            for variable in declared[name]:
                scene.keep(variable, outcome.values[variable])
            if name != "chosen":
                target = self.then.target(name, declared)
                return self.trouble.take(scene, outcome) if target is None else Go(target.name)
            if len(outcome.items) <= MOST:
                scene.memory = Shown(outcome.items)
                return self._wait(scene, scene.memory)
        return self.trouble.take(scene, outcome)

    def _pressed(self, scene: Scene, shown: Shown, answer: Answer) -> Move:
        if isinstance(answer, Keys):
            item = shown.keys().get(answer.digits)
            if item is not None and self.variable is not None:
                scene.keep(self.variable.text, dict(item))
                return Go(self.then.named["chosen"].name)
            if answer.digits == MORE and shown.pages > 1:
                shown.page = (shown.page + 1) % shown.pages
                shown.tries = 0
                return self._wait(scene, shown)
            target = self.keys.get(answer.digits)
            if target is not None:
                return self._wait(scene, shown) if target.name == AGAIN else Go(target.name)
        why: Miss = "no_input" if isinstance(answer, NoInput) else "invalid"
        shown.tries += 1
        gone = self.input.missed(shown.tries, why)
        return Go(gone.name) if gone else self._wait(scene, shown, scene.prompt(SYSTEM[why], {}))

    def _wait(self, scene: Scene, shown: Shown, *before: Prompt) -> Move:
        prompts = [*before, *self.words.prompts(scene)]
        for key, item in shown.keys().items():
            prompts.extend(self.each.prompts(scene, {"key": key, "item": dict(item)}))
        if shown.pages > 1:
            prompts.append(scene.prompt(SYSTEM["more"], {}))
        prompts.extend(self.after.prompts(scene))
        keys = [*shown.keys(), *self.keys, *([MORE] if shown.pages > 1 else [])]
        return Wait(collect_keys(tuple(prompts), keys, self.input))

    def draw(self, said: Said) -> Drawn:
        each = (f"{text} …" for text in texts_shown(self.each, said))
        words = (*texts_shown(self.words, said), *each, *texts_shown(self.after, said))
        keys = (*key_ways(self.keys, self.input), *missed_ways(self.input))
        ways = (*outcome_ways(self.then), *keys, *trouble_ways(self.trouble))
        return Drawn("choose", ways, words, (self.request.name, *manner(self.input)))

    @staticmethod
    def schema(known: Known) -> VerbSchema:
        """As `Verb.schema`."""
        return VerbSchema(
            "Reads out a list of the hospital, one key per item, 9 for more; what is chosen becomes a variable.",
            {
                "choose": word("The action that gives the list.", DOTTED, known.lists),
                "prompt": texts("Said before the list."),
                "each": texts("Said for every item; it names {key} and parts of {item}."),
                "after": texts("Said after the list."),
                "as": word("The variable that takes the chosen item.", NAME),
                "keys": mapping('Further keys: "0", "*" and "#" are free.', FOLLOWS, r"^[0*#]$"),
                "then": OUTCOMES,
                **WAITING,
                **WITH,
            },
            ("each", "as", "then"),
        )
