"""Reads `insurance.yaml`: the schemes, each with the rules that count from one day to another.

Every mistake is told at its place; what comes back of a file with mistakes is never used to tell anybody an amount.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import TypeVar

from forms.form import NAME, Form, fill, kind_of
from forms.report import Mark, Report, did_you_mean
from forms.tree import Listing, Node, Scalar, Table, read_source
from hospital.fees.scheme import Catalogue, Class, Otherwise, Per, Rule, Scheme, Scope, Tier
from hospital.fees.terms_form import amount_of, date_of, rate_of

T = TypeVar("T")

FILE = "insurance.yaml"
LANGUAGES = ("zh", "en", "ru", "pl")
LONGEST = 80
_TERMS = ("scope", "own", "limit", "rate")
_RULE = ("from", "until", "deductible", "tiers", "ceiling", "classes", "items")


@dataclass(frozen=True, slots=True)
class Schemes:
    """The schemes by name, and where they speak of items, to be compared with the catalogue."""

    schemes: Mapping[str, Scheme]
    items: Mapping[str, Mark]


def read_schemes(name: str, data: bytes, report: Report) -> Schemes:
    """The schemes; what is wrong goes into `report`."""
    root = read_source(name, data, report)
    items: dict[str, Mark] = {}
    if root is None:
        return Schemes({}, items)
    node = fill(root, report, "the file", _schemes)
    if not isinstance(node, Table):
        if node is not None:
            report.add(node.mark, "E108", f'"schemes" must be a map of schemes by name, not a {kind_of(node)}')
        return Schemes({}, items)
    schemes = {}
    for text, word in node.keys.items():
        if not NAME.fullmatch(text):
            report.add(word.mark, "E111", f'"{text}" is not a name for a scheme (lowercase letters, digits and _)')
        entry = node.values[text]
        if not isinstance(entry, Table):
            report.add(entry.mark, "E108", f'the scheme "{text}" must be a map: names, codes, rules')
            continue
        read = _Scheme(text, items)
        schemes[text] = fill(entry, report, f'the scheme "{text}"', read.scheme)
    _check_codes(schemes, node, report)
    return Schemes(schemes, items)


def _schemes(form: Form) -> Node | None:
    if "schemes" not in form:
        form.missing("schemes")
    return form.node("schemes")


def check_items(found: Schemes, catalogue: Catalogue, report: Report) -> None:
    """Tell of items that schemes speak of and the catalogue does not list."""
    for code, mark in found.items.items():
        if code not in catalogue.items:
            report.add(mark, "I107", f'the catalogue lists no "{code}"{did_you_mean(code, catalogue.items)}')


def _check_codes(schemes: Mapping[str, Scheme], node: Table, report: Report) -> None:
    first: dict[str, str] = {}
    for name, scheme in schemes.items():
        for code in (name, *scheme.codes):
            if (other := first.setdefault(code, name)) != name:
                report.add(node.keys[name].mark, "I108", f'"{code}" stands for the scheme "{other}" already')


class _Scheme:
    """One scheme being read. It may be read twice (`forms.form.fill`), so it keeps nothing but where items are."""

    def __init__(self, name: str, items: dict[str, Mark]) -> None:
        self._name = name
        self._items = items

    def scheme(self, form: Form) -> Scheme:
        names, node = self._names(form), form.node("rules")
        codes: tuple[str, ...] = ()
        if (written := form.node("codes")) is not None:
            codes = tuple(word.text for word in form.words(written, "a code of the hospital's messages"))
        rules: list[tuple[Rule, Mark]] = []
        if node is not None and not isinstance(node, Listing):
            form.report.add(node.mark, "E108", '"rules" must be a list: - {from: 2026-01-01, ...}')
        elif node is not None:
            for item in node.items:
                if not isinstance(item, Table):
                    form.report.add(item.mark, "E108", "a rule must be a map: {from: 2026-01-01, ...}")
                    continue
                inner = Form(item, form.report, f'a rule of "{self._name}"', _RULE)
                rules.append((self._rule(inner), item.mark))
                inner.finish()
        rules.sort(key=lambda one: one[0].begins)
        for (before, _), (after, mark) in pairwise(rules):
            if after.begins <= before.ends:
                form.report.add(mark, "I104", f"two rules count on {after.begins}: end one before the other begins")
        return Scheme(self._name, names, tuple(rule for rule, _ in rules), codes)

    def _names(self, form: Form) -> dict[str, str]:
        node = form.node("names")
        if not isinstance(node, Table):
            form.report.add(form.mark("names"), "I109", f'the scheme "{self._name}" needs names: {{zh: ..., en: ...}}')
            return {}
        inner = Form(node, form.report, "the names", LANGUAGES)
        names = {one: word.text for one in LANGUAGES if (word := inner.word(one)) is not None}
        inner.finish()
        if not {"zh", "en"} <= node.keys.keys():
            form.report.add(node.mark, "I109", f'the scheme "{self._name}" needs names in Chinese and English: zh, en')
        if long := next((one for one in names if len(names[one]) > LONGEST), None):
            form.report.add(node.values[long].mark, "E110", f"a name has at most {LONGEST} characters")
        return names

    def _rule(self, form: Form) -> Rule:
        begins = _read(form, "from", date_of, "I103") or date.min
        ends = _read(form, "until", date_of, "I103") or (begins if "until" in form else date.max)
        if "from" not in form:
            form.missing("from")
        if ends < begins:
            form.report.add(form.mark("until"), "I103", f"the rule ends on {ends}, before it begins")
        per, amounts = _deductible(form)
        tiers_per, tiers = _tiers(form)
        classes, items = self._otherwise(form, "classes"), self._otherwise(form, "items")
        known = {}
        for name, otherwise in classes.items():
            if name in list(Class):
                known[Class(name)] = otherwise
        return Rule(begins, ends, tiers, tiers_per, amounts, per, _ceilings(form), known, items)

    def _otherwise(self, form: Form, key: str) -> dict[str, Otherwise]:
        node = form.node(key)
        if node is None:
            return {}
        if not isinstance(node, Table):
            form.report.add(node.mark, "E108", f'"{key}" must be a map: {{bed: {{limit: 60}}}}')
            return {}
        found = {}
        for text, word in node.keys.items():
            if key == "classes" and text not in list(Class):
                near = did_you_mean(text, Class) or f" (they are {', '.join(Class)})"
                form.report.add(word.mark, "E108", f'no class "{text}"{near}')
            if key == "items":
                self._items.setdefault(text, word.mark)
            value = node.values[text]
            if not isinstance(value, Table):
                form.report.add(value.mark, "E108", f'"{text}" must be a map of {", ".join(_TERMS)}')
                continue
            inner = Form(value, form.report, f'"{text}"', _TERMS)
            found[text] = _terms(inner)
            inner.finish()
        return found


def _terms(form: Form) -> Otherwise:
    scope = form.one_of("scope", Scope)
    own, limit = _read(form, "own", rate_of, "I102"), _read(form, "limit", amount_of, "I101")
    rate = _read(form, "rate", rate_of, "I102")
    if scope is not None and scope.text == Scope.OUT and (own is not None or limit is not None or rate is not None):
        form.report.add(scope.mark, "I110", f"{form.what} is out of scope: nothing else is to be said of it")
    return Otherwise(None if scope is None else Scope(scope.text), own, limit, rate)


def _deductible(form: Form) -> tuple[Per, tuple[int, ...]]:
    """`1300`, or `{per: stay, amounts: [1300, 650]}`."""
    node = form.node("deductible")
    if node is None:
        return Per.STAY, (0,)
    if isinstance(node, Scalar):
        return Per.STAY, (_value(form, node, "deductible", amount_of, "I101") or 0,)
    if not isinstance(node, Table):
        form.report.add(node.mark, "E108", '"deductible" must be an amount, or {per: stay, amounts: [1300, 650]}')
        return Per.STAY, (0,)
    inner = Form(node, form.report, "the deductible", ("per", "amounts"))
    per = _per(inner)
    written = inner.node("amounts")
    listed = written.items if isinstance(written, Listing) else [] if written is None else [written]
    amounts = tuple(_value(form, one, "amounts", amount_of, "I101") or 0 for one in listed)
    inner.finish()
    if not amounts:
        inner.missing("amounts")
    if per is Per.YEAR and len(amounts) > 1:
        form.report.add(inner.mark("amounts"), "I110", "a deductible per year is one amount")
    return per, amounts or (0,)


def _tiers(form: Form) -> tuple[Per, tuple[Tier, ...]]:
    """`85`, or `{per: year, steps: [{to: 30000, rate: 85}, {rate: 90}]}`."""
    node = form.node("tiers")
    if node is None:
        return Per.STAY, (Tier(None, 0),)
    if isinstance(node, Scalar):
        return Per.STAY, (Tier(None, _value(form, node, "tiers", rate_of, "I102") or 0),)
    if not isinstance(node, Table):
        form.report.add(
            node.mark, "E108", '"tiers" must be a rate, or {per: year, steps: [{to: 30000, rate: 85}, ...]}'
        )
        return Per.STAY, (Tier(None, 0),)
    inner = Form(node, form.report, "the tiers", ("per", "steps"))
    per, steps = _per(inner), inner.node("steps")
    inner.finish()
    tiers: list[Tier] = []
    for one in steps.items if isinstance(steps, Listing) else ():
        if not isinstance(one, Table):
            form.report.add(one.mark, "E108", "a step must be a map: {to: 30000, rate: 85}")
            continue
        step = Form(one, form.report, "a step", ("to", "rate"))
        to, rate = _read(step, "to", amount_of, "I101"), _read(step, "rate", rate_of, "I102")
        if "rate" not in step:
            step.missing("rate")
        step.finish()
        tiers.append(Tier(to, rate or 0))
    ends = [tier.to for tier in tiers]
    if not ends or ends[-1] is not None or None in ends[:-1] or ends[:-1] != sorted({one or 0 for one in ends[:-1]}):
        sentence = 'each step needs a higher "to" than the one before, and the last has none'
        form.report.add(form.mark("tiers"), "I105", sentence)
    return per, tuple(tiers) or (Tier(None, 0),)


def _ceilings(form: Form) -> dict[Per, int]:
    """`{stay: 100000, year: 500000}`."""
    node = form.node("ceiling")
    if node is None:
        return {}
    if not isinstance(node, Table):
        form.report.add(node.mark, "E108", '"ceiling" must be a map: {stay: 100000, year: 500000}')
        return {}
    inner = Form(node, form.report, "the ceiling", list(Per))
    found = {per: amount for per in Per if (amount := _read(inner, per, amount_of, "I101")) is not None}
    inner.finish()
    return found


def _per(form: Form) -> Per:
    word = form.one_of("per", Per, required=True)
    return Per.STAY if word is None else Per(word.text)


def _read(form: Form, key: str, read: Callable[[str], T], code: str) -> T | None:
    node = form.node(key)
    return None if node is None else _value(form, node, key, read, code)


def _value(form: Form, node: Node, key: str, read: Callable[[str], T], code: str) -> T | None:
    if not isinstance(node, Scalar):
        form.report.add(node.mark, code, f'"{key}" must be one value, not a {kind_of(node)}')
        return None
    try:
        return read(node.text)
    except ValueError as wrong:
        form.report.add(node.mark, code, f'"{key}": {wrong}')
        return None
