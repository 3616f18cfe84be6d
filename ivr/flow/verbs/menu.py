"""`menu`: a text and the keys that answer it.

`*` says it again and `0` reaches a person, unless a key of the menu begins so. A menu waits
for a second key only where the first one leaves a choice: with "1" and "12", 1 waits, 2 doesn't.
Where every choice has two digits, a wrong first one waits for its second: 78 is one mistake, not two.

`consent: "1"` names the key by which the caller agrees to a price, which must have been told before.
`identifies: "1"` names the key by which whoever picked up says to be the one that is called.
With either, keys typed ahead don't count.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from forms.report import Mark, Report
from forms.schema import KEYS, NAME, mapping, word
from forms.tree import Table
from ivr.flow.commands import Answer, Collect, Keys, Prompt
from ivr.flow.defaults import Defaults, Input, Miss
from ivr.flow.drawn import Drawn, Said, phrase
from ivr.flow.form import FlowForm
from ivr.flow.language import AGAIN, Demand, Exit, Fact, Go, Head, Move, Reads, Scene, Step, Target, Wait, World
from ivr.flow.verbs.errand import demand
from ivr.flow.verbs.keys import PERSON, REPEAT
from ivr.flow.verbs.schema import WAITING, WITH, Known, VerbSchema, texts
from ivr.flow.verbs.shown import PROOFS, key_ways, manner, missed_ways, texts_shown
from ivr.flow.words import SYSTEM, Words, check_unused

_ALL = "0123456789*#"
_KEYS = re.compile(r"[0-9*#]{1,4}")


def read_keys(form: FlowForm) -> dict[str, Target]:
    """The map `keys` of key or digits -> step."""
    node = form.node("keys")
    if not isinstance(node, Table):
        if node is not None:
            form.report.add(node.mark, "E108", '"keys" must be a map of key: step')
        return {}
    keys: dict[str, Target] = {}
    for key, at in node.keys.items():
        if at.plain and key.isdecimal():
            form.report.add(at.mark, "E107", f'keys are written in quotes: "{key}"')
        elif not _KEYS.fullmatch(key):
            form.report.add(at.mark, "E214", f'"{key}" cannot be pressed: keys are 0-9, * and #, at most four of them')
        elif REPEAT in key[1:]:
            sentence = f'"{key}" is never heard: a * after other keys says the menu again; only the first may be one'
            form.report.add(at.mark, "E214", sentence)
        keys[key] = form.as_target(node.values[key], f'key "{key}"')
    return keys


def with_person(keys: Mapping[str, Target], operator: Target | None, mark: Mark) -> dict[str, Target]:
    """The keys with `*` and `0`, where they are free."""
    more = dict(keys)
    if not any(key.startswith(REPEAT) for key in keys):
        more[REPEAT] = Target(AGAIN, mark)
    if operator is not None and not any(key.startswith(PERSON) for key in keys):
        more[PERSON] = operator
    return more


def collect_keys(prompts: tuple[Prompt, ...], keys: Iterable[str], settings: Input) -> Collect:
    """Wait for one of `keys`: no longer than needed to know which."""
    whole = list(keys)
    longest = max(map(len, whole))
    begun = {key[:length] for key in whole for length in range(1, len(key))}
    # Where one key is enough, a wrong one is answered at once. Where every choice has more of them, a wrong first one
    # waits for the rest: 78 is one mistake then, not two.
    all_long = longest > 1 and all(len(key) > 1 or key in {REPEAT, PERSON} for key in whole)
    at_once = {key for key in (*whole, *("" if all_long else _ALL)) if key not in begun}
    return Collect(
        prompts,
        single=frozenset(at_once),
        maximum=longest,
        end_key="#" if longest > 1 and not any("#" in key for key in whole) else "",
        first_key=settings.first_key,
        inter_key=settings.inter_key,
        total=settings.total,
        locked=settings.lock.locked,
        keep_keys=settings.keep_keys,
        typed_ahead=not settings.confirm,
    )


PROVING = {"consent": Fact.CONSENT, "identifies": Fact.LISTENER}
"""Entry of a menu that names a key -> what that key establishes."""


def _proving_key(form: FlowForm, word: str, keys: Mapping[str, Target]) -> str:
    """The key under `consent` or `identifies`, one that leads on; "" for none."""
    named = form.word(word)
    if named is None:
        return ""
    if named.text not in keys:
        form.report.add(named.mark, "E226", f'"{word}" names the key "{named.text}", which the menu does not have')
    elif keys[named.text].name == AGAIN:
        form.report.add(named.mark, "E226", f'"{word}" names the key "{named.text}", which only says it again')
    return named.text


@dataclass(frozen=True, slots=True)
class Menu(Step):
    """`{menu: registration.kind, keys: {"1": general, "2": expert}}`."""

    head: Head
    words: Words
    keys: Mapping[str, Target]
    input: Input
    proving: Mapping[Fact, str]
    """What a key of the menu establishes."""

    @classmethod
    def read(cls, form: FlowForm, head: Head, defaults: Defaults) -> Menu:
        """From its form."""
        words = Words.read(form, "menu")
        keys = read_keys(form)
        if not keys:
            if "keys" not in form:
                form.missing("keys", ": what can be pressed")
            form.hazy = True
        settings = defaults.input.of_step(form)
        proving = {fact: key for word, fact in PROVING.items() if (key := _proving_key(form, word, keys))}
        if proving:  # a key that came before the question answers something else
            settings = replace(settings, confirm=True)
        return cls(head, words, with_person(keys, settings.operator, head.mark) if keys else {}, settings, proving)

    def exits(self, world: World) -> Iterable[Exit]:
        for key, target in self.keys.items():
            if target.name != AGAIN:
                proves = frozenset(fact for fact, by in self.proving.items() if by == key)
                yield Exit(target, by_caller=True, proves=proves)
        yield from self.input.exits()

    def reads(self, world: World) -> Iterable[Reads]:
        return self.words.reads(world)

    def demands(self, world: World) -> Iterable[Demand]:
        if Fact.CONSENT in self.proving:
            yield demand(Fact.RATE, self.head.mark, "a consent")

    def check(self, world: World, report: Report) -> None:
        self.words.check(world, report)
        check_unused(report, world, self.words)

    def enter(self, scene: Scene) -> Move:
        scene.memory = 0
        return self._wait(scene)

    def answered(self, scene: Scene, answer: Answer) -> Move:
        if isinstance(answer, Keys):
            target = self.keys.get(answer.digits)
            if target is not None:
                return self._wait(scene) if target.name == AGAIN else Go(target.name)
        why: Miss = "invalid" if isinstance(answer, Keys) else "no_input"
        scene.memory += 1
        gone = self.input.missed(scene.memory, why)
        return Go(gone.name) if gone else self._wait(scene, scene.prompt(SYSTEM[why], {}))

    def _wait(self, scene: Scene, *before: Prompt) -> Move:
        return Wait(collect_keys((*before, *self.words.prompts(scene)), self.keys, self.input))

    def draw(self, said: Said) -> Drawn:
        again = [key for key, target in self.keys.items() if target.name == AGAIN and key != REPEAT]
        notes = [phrase("%(keys)s: once more", keys=", ".join(again))] if again else []
        ways = (*key_ways(self.keys, self.input), *missed_ways(self.input))
        proofs = [phrase("%(key)s: %(what)s", key=key, what=PROOFS[fact]) for fact, key in self.proving.items()]
        return Drawn("menu", ways, texts_shown(self.words, said), (*notes, *proofs, *manner(self.input)))

    @staticmethod
    def schema(known: Known) -> VerbSchema:
        """As `Verb.schema`."""
        return VerbSchema(
            "Says something and waits for one of its keys.",
            {
                "menu": texts("What is said."),
                "keys": mapping(
                    'key: step. Keys are written in quotes: "1", "12", "*".',
                    word("The step that follows, or again.", NAME),
                    KEYS,
                )
                | {"minProperties": 1},
                "consent": word("The key by which the caller agrees to the price.", KEYS),
                "identifies": word("The key by which whoever picked up says that they are the person called.", KEYS),
                **WAITING,
                **WITH,
            },
            ("keys",),
        )
