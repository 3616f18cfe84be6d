"""What a step says: texts of the catalogue and the values given to them by `with`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

from forms.form import TEXT_ID, Name
from forms.report import Report, did_you_mean
from forms.tree import Scalar
from ivr.flow.commands import Prompt, Value
from ivr.flow.form import FlowForm
from ivr.flow.language import Reads, Scene, Term, World

SYSTEM = {
    "trouble": "system.trouble",
    "away": "system.away",
    "no_input": "system.nothing_pressed",
    "invalid": "system.not_understood",
    "more": "system.more",
    "goodbye": "system.goodbye",
}
"""Texts that the interpreter says by itself; every catalogue needs them, without fields."""


@dataclass(frozen=True, slots=True)
class Words:
    """Texts in order. Fields come from `with` first, then from the variables."""

    texts: tuple[Name, ...]
    given: Mapping[str, Term]

    @classmethod
    def read(cls, form: FlowForm, key: str, given: Mapping[str, Term] | None = None, *, required: bool = True) -> Words:
        """The text or list of texts under `key`; without `given`, values stand under `with`."""
        if given is None:
            given = form.terms("with")
        node = form.node(key)
        if node is None:
            if required:
                form.missing(key, ": the text to say")
            return cls((), given)
        found = [_text(form, word, key) for word in form.words(node, f'"{key}"')]
        return cls(tuple(text for text in found if text is not None), given)

    def prompts(self, scene: Scene, more: Mapping[str, Value] | None = None) -> tuple[Prompt, ...]:
        """The texts with their values as they are now; `more` are values of the step itself."""
        values = {name: value for name, value in scene.variables.items() if name not in scene.secrets}
        values.update({name: term.look_up(scene.variables) for name, term in self.given.items()})
        values.update(more or {})
        return tuple(scene.prompt(text.text, values) for text in self.texts)

    def reads(self, world: World, own: frozenset[str] = frozenset()) -> Iterable[Reads]:
        """Variables behind `with`, and fields that `with` doesn't give. `own` are given by the step."""
        for term in self.given.values():
            if term.variable is not None:
                yield Reads(term.variable, term.mark)
        for text in self.texts:
            for field in sorted(roots(world, text.text) - self.given.keys() - own):
                yield Reads(field, text.mark, "E303", f'the text "{text.text}" names {{{field}}}')

    def check(self, world: World, report: Report) -> None:
        """Report texts that the catalogues lack."""
        for text in self.texts:
            lacking = [language for language in world.texts.languages if not world.texts.has(language, text.text)]
            if len(lacking) == len(world.texts.languages):
                hint = did_you_mean(text.text, world.texts.ids)
                report.add(text.mark, "E301", f'no text "{text.text}" in any catalogue{hint}')
            else:
                if lacking:
                    report.add(text.mark, "E302", f'the text "{text.text}" is missing in {", ".join(lacking)}')


def _text(form: FlowForm, word: Scalar, key: str) -> Name | None:
    """The id of a text. People write words instead of it, or two ids in a row."""
    ids = [one for one in re.split(r"[\s,，、;+]+", word.text) if one]
    if len(ids) > 1 and all(TEXT_ID.fullmatch(one) for one in ids):
        form.report.add(word.mark, "E111", f"two texts are a list: {key}: [{', '.join(ids)}]")
        return None
    if TEXT_ID.fullmatch(word.text) is None and (len(ids) > 1 or not word.text.isascii() or not word.plain):
        shown = word.text if len(word.text) <= 40 else f"{word.text[:40]}..."
        sentence = f'"{key}" takes the name of a text, such as main.welcome; words belong in texts/*.yaml: "{shown}"'
        form.report.add(word.mark, "E111", sentence)
        return None
    if re.fullmatch(r"=?[a-z][a-z0-9_]*", word.text):
        sentence = f'"{word.text}" is not the name of a text: they have a dot, such as main.welcome'
        form.report.add(word.mark, "E111", sentence)
        return None
    return form.as_name(word, f'"{key}"', TEXT_ID)


def check_unused(report: Report, world: World, *words: Words, also: Iterable[str] = ()) -> None:
    """Report values under `with` that none of `words` names. Silent while a text is not known: it may name them."""
    known = set(world.texts.ids)
    if any(text.text not in known for each in words for text in each.texts):
        return
    taken = set(also).union(*(roots(world, text.text) for each in words for text in each.texts))
    for name, term in words[0].given.items():
        if name not in taken:
            report.add(term.name_mark, "E304", f'nothing here names "{name}"{did_you_mean(name, taken)}')


def roots(world: World, text: str) -> frozenset[str]:
    """The variables that a text names; none when there is no such text."""
    if not any(world.texts.has(language, text) for language in world.texts.languages):
        return frozenset()
    return frozenset(path.partition(".")[0] for path in world.texts.fields(text))


def said(step: Any) -> Iterator[Name]:
    """Every text that a step names, in the order of its entries."""
    for field in fields(step):
        value = getattr(step, field.name)
        if isinstance(value, Words):
            yield from value.texts
        elif isinstance(words := getattr(value, "words", None), Words):  # what is said before an errand
            yield from words.texts
