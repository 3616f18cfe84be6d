"""What kind of value a variable holds, and whether texts, conditions and `=variable.part` use it as what it is.

A kind is given by examples: an amount is 2000, an expert a map with a name and a fee. Actions declare examples of what
they set, verbs know their own, `set` and `with` hold values themselves. A variable of which nothing is known is
trusted; one that holds different things on different ways is wrong only where none of them fits.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from itertools import product
from typing import Any

from forms.report import Mark, Report, did_you_mean
from ivr.flow.commands import Value
from ivr.flow.condition import Condition, Unclear
from ivr.flow.language import ANYTHING, Constant, Flow, Step, Term, Variable, World, exits
from ivr.flow.verbs.call import Call
from ivr.flow.verbs.choose import Choose
from ivr.flow.verbs.do import Do
from ivr.flow.verbs.errand import Visit
from ivr.flow.verbs.notify import Notify
from ivr.flow.verbs.set import Set
from ivr.flow.verbs.when import When
from ivr.flow.words import Words, roots

Examples = Mapping[str, Sequence[Value] | None]
"""Variable -> examples of what it holds; None: it may hold anything."""
_ANY: tuple[Value, ...] = ("a", "", "1", 1, 1.5, True, [], ["a"], None)
"""What a variable of which nothing is known is tried with."""
_MOST = 200
"""Combinations of examples that a condition is tried with."""
_LITERAL = r"'[^']*'|\"[^\"]*\"|-?[0-9][0-9.]*"
_EQUALS = re.compile(
    rf"(?<![\w.'\"])(?P<path>[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)*)\s*[=!]=\s*(?P<literal>{_LITERAL})(?!\s*[-+*/.\w])"
    rf"|(?<![\w.+*/-])(?P<first>{_LITERAL})\s*[=!]=\s*(?P<other>[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)*)(?!\s*[(+*/.\w-])"
)
_PATH = re.compile(r"(?<![\w.'\"])([a-z][a-z0-9_]*)((?:\.[a-z][a-z0-9_]*)+)(?!\s*\(|\w)")


def examples_of(flow: Flow, world: World) -> Examples:
    """What the variables of a flow hold. The flows that it calls are known already."""
    found: dict[str, list[Value] | None] = {need.text: None for need in flow.needs}
    copied: list[tuple[str, Variable]] = []
    for step in flow.steps.values():
        given = step.gives(world)
        for name in {name for exit_ in exits(step, world) for name in exit_.sets} - ANYTHING:
            values = given.get(name)
            if values is None:
                found[name] = None
            elif name not in found or found[name] is not None:
                found[name] = [*(found.get(name) or ()), *(one for one in values if not isinstance(one, Variable))]
                copied.extend((name, one) for one in values if isinstance(one, Variable))
    for _ in range(4):  # =a of =b of =c
        for name, source in copied:
            known = _parts(found, source)
            mine = found.get(name)
            if known is None:
                found[name] = None
            elif mine is not None:
                found[name] = [*mine, *(one for one in known if one not in mine)]
    return found


def check_kinds(flow: Flow, world: World, report: Report) -> None:
    """Report values that do not fit where they are used."""
    known = world.examples.get(flow.name, {})
    every = {need.text for need in flow.needs}
    every.update(name for step in flow.steps.values() for exit_ in exits(step, world) for name in exit_.sets)
    told = {Mark(one.file, one.line, one.col) for one in report.mistakes if one.code.startswith("E40")}
    for step in flow.steps.values():
        mine = _here(step, known, world)
        for term in _terms(step):
            _check_term(term, known, report)
        if isinstance(step, Set | Notify | Do | Call):
            _check_copies(step, every, report)
        for words, own in _said(step):
            _check_words(words, {**mine, **own}, known, every, world, report)
        if isinstance(step, Visit):
            _check_place(step, known, report)
        if isinstance(step, When):
            for case in step.cases:
                if case.mark in told:
                    continue
                _check_case(case.condition, case.mark, known, report)


def _parts(known: Mapping[str, Sequence[Value] | None], source: Variable) -> Sequence[Value] | None:
    """Examples of a variable's part; None when nothing is known of it."""
    values = known.get(source.parts[0])
    if values is None:
        return None
    return [found for value in values if (found := _part(value, source.parts[1:])) is not _MISSING]


_MISSING: Any = object()


def _part(value: Value, parts: Sequence[str]) -> Any:
    for part in parts:
        if not isinstance(value, dict) or part not in value:
            return _MISSING
        value = value[part]
    return value


def _terms(step: Step) -> Iterator[Term]:
    """Every value that a step names."""
    waiting = [getattr(step, field.name) for field in fields(step)]  # type: ignore[arg-type]
    seen: set[int] = set()
    while waiting:
        here = waiting.pop()
        if isinstance(here, Term):
            if id(here) not in seen:
                seen.add(id(here))
                yield here
        elif isinstance(here, Mapping):
            waiting.extend(here.values())
        elif isinstance(here, Words) or hasattr(here, "given"):
            waiting.append(here.given)
        elif hasattr(here, "where"):
            waiting.extend((here.where, here.words))


def _check_term(term: Term, known: Examples, report: Report) -> None:
    """`=expert.phone` of an expert who has none."""
    if isinstance(term.value, Variable) and len(term.value.parts) > 1:
        _check_path(term.value.parts, term.mark, known, report)


def _check_path(path: Sequence[str], mark: Mark, known: Examples, report: Report) -> bool:
    values = known.get(path[0])
    if not values or any(_part(value, path[1:]) is not _MISSING for value in values):
        return False
    for depth in range(1, len(path)):
        if all(_part(value, path[1 : depth + 1]) is _MISSING for value in values):
            before = [_part(value, path[1:depth]) for value in values]
            there = sorted({key for value in before if isinstance(value, dict) for key in value})
            whole = ".".join(path[:depth])
            has = f"has no part {path[depth]}{did_you_mean(path[depth], there)}" if there else "has no parts"
            listed = f" (it has {', '.join(there)})" if there else ""
            report.add(mark, "E237", f'"{whole}" {has}{listed}')
            return True
    return False


def _check_copies(step: Set | Notify | Do | Call, every: set[str], report: Report) -> None:
    """`{set: {doctor: expert}}`: the caller would hear the word, not the doctor."""
    for term in _terms(step):
        value = term.value.value if isinstance(term.value, Constant) else None
        if isinstance(value, str) and value in every:
            _tell_copy(term, value, report)


def _tell_copy(term: Term, word: str, report: Report) -> None:
    report.add(term.mark, "E238", f'"{word}" stands for the word itself; for the variable write ={word}')


def _here(step: Step, known: Examples, world: World) -> Examples:
    """The variables as a step has them: an item of a list beside them."""
    if isinstance(step, Choose):
        spec = step.request.spec(world)
        item = None if spec is None or spec.item is None else (dict(spec.item),)
        return {**known, "key": ("1",), "item": item}
    return known


def _said(step: Step) -> Iterator[tuple[Words, Examples]]:
    """What a step says, with the values that the words get there."""
    for field in fields(step):  # type: ignore[arg-type]
        value = getattr(step, field.name)
        if isinstance(value, Words):
            yield value, {}
        elif isinstance(words := getattr(value, "words", None), Words):
            yield words, {}


def _check_words(words: Words, here: Examples, known: Examples, every: set[str], world: World, report: Report) -> None:
    for name, term in words.given.items():
        value = term.value.value if isinstance(term.value, Constant) else None
        named = any(name in roots(world, text.text) for text in words.texts)
        if isinstance(value, str) and value and named and (value == name or value in every):
            _tell_copy(term, value, report)
    for text in words.texts:
        if not roots(world, text.text):
            continue
        for path, type_ in world.texts.fields(text.text).items():
            parts = path.split(".")
            given = words.given.get(parts[0])
            if given is None:
                values, mark = here.get(parts[0]), text.mark
            elif isinstance(given.value, Variable):
                values, mark = _parts(known, given.value), given.mark
            elif given.value.value == parts[0] or (isinstance(given.value.value, str) and given.value.value in every):
                continue  # told above
            else:
                values, mark = (given.value.value,), given.mark
            if values:
                _check_field(text.text, path, type_, values, mark, world, report)


def _check_field(
    text: str, path: str, type_: str, values: Sequence[Value], mark: Mark, world: World, report: Report
) -> None:
    """A field must be able to read aloud one of the values at least."""
    parts = path.split(".")
    found = [(value, _part(value, parts[1:])) for value in values]
    there = [part for _, part in found if part is not _MISSING]
    if not there:
        _check_path(parts, mark, {parts[0]: values}, report)
        return
    why = [world.texts.cannot_read(text, path, part) for part in there]
    if all(why):
        sentence = f'the text "{text}" reads {{{path}}} as {_article(type_)}, which it cannot be: {why[0]}'
        report.add(mark, "E307", sentence)


def _article(type_: str) -> str:
    return f"{'an' if type_[0] in 'aeiou' else 'a'} {type_}"


def _check_equals(condition: Condition, mark: Mark, known: Examples, report: Report) -> bool:
    """`currency == 5`: a text is never a number, and CEL does not mind."""
    for found in _EQUALS.finditer(condition.source):
        path = (found["path"] or found["other"]).split(".")
        literal = found["literal"] or found["first"]
        values = known.get(path[0])
        parts = [part for value in values or () if (part := _part(value, path[1:])) is not _MISSING]
        if not parts or any(isinstance(part, bool) for part in parts):
            continue
        text = literal[0] in "'\""
        if all(isinstance(part, str) != text and isinstance(part, str | int | float) for part in parts):
            told = "a number and is compared with a text" if text else "a text and is compared with a number"
            report.add(mark, "E407", f'"{".".join(path)}" is {told}: the condition is always the same')
            return True
    return False


def _check_place(step: Visit, known: Examples, report: Report) -> None:
    """Only texts can be dialled."""
    where = step.place.where
    if where is None or not isinstance(where.value, Variable):
        return
    values = _parts(known, where.value)
    if values and not any(isinstance(value, str) for value in values):
        name = ".".join(where.value.parts)
        report.add(where.mark, "E108", f'"{name}" holds no text, such as "8000": the call could go nowhere')


def _check_case(condition: Condition, mark: Mark, known: Examples, report: Report) -> None:
    """A condition must have an answer, yes or no, for some values that its variables may hold."""
    if not condition.variables:
        return
    bare = condition.bare
    for found in _PATH.finditer(bare):
        path = (found[1], *found[2][1:].split("."))
        if found[1] in condition.variables and _check_path(path, mark, known, report):
            return
    if _check_equals(condition, mark, known, report):
        return
    tried: list[Sequence[Value]] = []
    for name in condition.variables:
        values = known.get(name)
        if values is None and any(found[1] == name for found in _PATH.finditer(bare)):
            return
        tried.append(_ANY if values is None or not values else values)
    answers: list[object] = []
    for number, combination in enumerate(product(*tried)):
        if number >= _MOST:
            return
        try:
            answers.append(condition.value(dict(zip(condition.variables, combination, strict=True))))
        except Unclear:
            continue
        if isinstance(answers[-1], bool):
            return
    if answers:
        told = "is neither true nor false"
        if all(isinstance(one, int | float) for one in answers):
            told += ": compare the number, as in > 0"
        elif all(isinstance(one, str) for one in answers):
            told += ": compare the text, as in == 'a'"
        report.add(mark, "E407", f"the condition {told}")
    else:
        sentence = "the condition never has an answer: it compares what cannot be compared"
        report.add(mark, "E407", f"{sentence} (a text in quotes with a number?)")
