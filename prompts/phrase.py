"""One catalogue text, taken apart: fixed words and the values between them.

`您要挂的是{department.name:name}，确认按1。` is fixed words, a field, fixed words. How a value
sounds is for `prompts.values`; where a text comes from is for `prompts.catalog`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

FAMILIES = {
    "money": "money",
    "number": "number",
    "ordinal": "number",
    "count": "number",
    "digits": "digits",
    "place": "digits",
    "date": "moment",
    "time": "moment",
    "name": "name",
    "text": "text",
    "key": "key",
}
"""Field type -> the kind of value it reads. Two fields of one family can read the same value."""

PLURAL_FORMS = {"zh": 1, "en": 2}
"""How many forms `count(...)` lists in a language, in the order of CLDR: one, (few, many,) other."""

_FIELD = re.compile(r"\{([^{}]*)\}")
_INSIDE = re.compile(
    r"(?P<path>[a-z_][a-z0-9_]*(?:\.[a-z_][a-z0-9_]*)*)"
    r"(?::(?P<type>[a-z]+)(?:\((?P<argument>[^()]*)\))?)?"
)


@dataclass(frozen=True, slots=True)
class Fixed:
    """Words that are always the same, with their own punctuation."""

    text: str


@dataclass(frozen=True, slots=True)
class Field:
    """A value: where it is found (`department.name`), how it is read, and the type's argument."""

    path: str
    type: str
    argument: str = ""

    @property
    def variable(self) -> str:
        """The variable that must be set: the first name of the path."""
        return self.path.partition(".")[0]


@dataclass(frozen=True, slots=True)
class Phrase:
    """A text of one language, ready to be read with values."""

    id: str
    language: str
    text: str
    parts: tuple[Fixed | Field, ...]

    @property
    def fields(self) -> tuple[Field, ...]:
        """Its fields in the order of the text."""
        return tuple(part for part in self.parts if isinstance(part, Field))


@dataclass(frozen=True, slots=True)
class BadField:
    """Something in braces that is no field: `source` as written, and why it is refused."""

    source: str
    code: str
    sentence: str


def take_apart(id: str, language: str, text: str) -> tuple[Phrase, tuple[BadField, ...]]:
    """Split a text at its fields; everything that is wrong with them comes back beside it."""
    parts: list[Fixed | Field] = []
    bad: list[BadField] = []
    at = 0
    for match in _FIELD.finditer(text):
        _add_fixed(parts, bad, text[at : match.start()])
        field = _read_field(match.group(0), match.group(1), language)
        if isinstance(field, BadField):
            bad.append(field)
        else:
            parts.append(field)
        at = match.end()
    _add_fixed(parts, bad, text[at:])
    return Phrase(id, language, text, tuple(parts)), tuple(bad)


def _add_fixed(parts: list[Fixed | Field], bad: list[BadField], text: str) -> None:
    for brace in "{}":
        if brace in text:
            bad.append(BadField(brace, "P202", f'a lone "{brace}"; a field is written {{name:type}}'))
    if text:
        parts.append(Fixed(text))


def _read_field(source: str, inside: str, language: str) -> Field | BadField:
    match = _INSIDE.fullmatch(inside)
    if match is None:
        return BadField(
            source, "P202", f"{source} is no field; a field is written {{name:type}}, e.g. {{amount:money}}"
        )
    type_ = match["type"] or "name"
    if type_ not in FAMILIES:
        known = ", ".join(sorted(FAMILIES))
        return BadField(source, "P203", f'{source} has an unknown type "{type_}" (there are {known})')
    argument = match["argument"]
    if type_ == "count":
        forms = PLURAL_FORMS.get(language, 1)
        if argument is None or len(argument.split("|")) != forms:
            example = {1: "{n:count(分钟)}", 2: "{n:count(minute|minutes)}"}.get(forms, "")
            return BadField(source, "P204", f"{source} must list {forms} form(s) in {language}, e.g. {example}")
    elif type_ == "money":
        if argument is not None and not re.fullmatch(r"[A-Z]{3}", argument):
            return BadField(source, "P204", f"{source}: the currency is three capitals, e.g. {{fee:money(CNY)}}")
    elif type_ == "date":
        if argument not in (None, "year"):
            return BadField(source, "P204", f"{source}: in brackets a date takes only the word year")
    elif argument is not None:
        return BadField(source, "P204", f'{source}: the type "{type_}" takes nothing in brackets')
    return Field(match["path"], type_, argument or "")
