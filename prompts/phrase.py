"""One catalogue text, taken apart: fixed words and the values between them.

`您要挂的是{department.name:name}，确认按1。` is fixed words, a field, fixed words. How a value
sounds is for `prompts.values`; where a text comes from is for `prompts.catalog`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from prompts.keys_named import keys_named
from prompts.tongues import runs

FAMILIES = {
    "money": "money",
    "number": "number",
    "ordinal": "number",
    "count": "number",
    "duration": "duration",
    "digits": "digits",
    "place": "digits",
    "date": "moment",
    "time": "moment",
    "name": "name",
    "text": "text",
    "key": "key",
}
"""Field type -> the kind of value it reads. Two fields of one family can read the same value."""

PLURAL_FORMS = {"zh": 1, "yue": 1, "en": 2, "ru": 3, "pl": 3}
"""How many forms `count(...)` lists in a language, in the order of CLDR: one, (few, many,) other."""

MARKS: dict[str, dict[str, str]] = {
    "number": {"ru": "m f n gen acc", "pl": "m f n p gen acc"},
    "count": {"ru": "m f n gen acc", "pl": "m f n p gen acc"},
    "ordinal": {"ru": "m f n gen acc", "pl": "m f n gen acc loc"},
    "money": {"ru": "gen acc", "pl": "gen acc"},
    "duration": {"ru": "gen acc", "pl": "gen acc"},
    "date": {"zh": "year", "yue": "year", "en": "year", "ru": "year gen on", "pl": "year gen on"},
    "time": {"ru": "gen acc", "pl": "gen acc loc"},
    "name": {"ru": "gen acc", "pl": "gen acc loc"},
}
"""Field type -> language -> what may stand in its brackets: genders, cases (of a date also "on": the day on which),
and "year"."""
_EXAMPLES = {
    1: "{n:count(分钟)}",
    2: "{n:count(minute|minutes)}",
    3: "{n:count(пациент|пациента|пациентов)}, {n:count(f acc: минуту|минуты|минут)}",
}

_GENDERS, _CASES = frozenset("mfnp"), frozenset({"gen", "acc", "loc", "on"})
_CURRENCY = re.compile(r"[A-Z]{3}")
_FIELD = re.compile(r"\{([^{}]*)\}")
_MARKED = re.compile(r"(?P<language>[a-z]{2,3}):\s*(?P<words>\S.*)")
_ENDED = re.compile(r"[。！？.!?]\s*$|^\s*$")
_LETTER = re.compile(r"[^\W\d_]")
_INSIDE = re.compile(
    r"(?P<path>[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)*)"
    r"(?::(?P<type>[a-z]+)(?:\((?P<argument>[^()]*)\))?)?"
)


@dataclass(frozen=True, slots=True)
class Fixed:
    """Words that are always the same, with their own punctuation, and the language that they are in."""

    text: str
    language: str
    marked: bool = False
    """Whether the text says so, `{pl: naciśnij 9}`; else the letters do."""


@dataclass(frozen=True, slots=True)
class Field:
    """A value: where it is found (`department.name`), how it is read, and the type's argument."""

    path: str
    type: str
    argument: str = ""
    language: str = ""
    """The language of the words around it, which it is read in."""

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

    @property
    def keys_named(self) -> tuple[str, ...]:
        """The keys of the telephone that it names, each part in its own language's words."""
        spoken: list[tuple[str, str]] = []
        for part in self.parts:
            if isinstance(part, Fixed) and (not spoken or spoken[-1][0] != part.language):
                spoken.append((part.language, ""))
            if spoken:
                language, words = spoken[-1]
                spoken[-1] = language, words + (part.text if isinstance(part, Fixed) else "{x}")
        return tuple(dict.fromkeys(key for language, words in spoken for key in keys_named(language, words)))


@dataclass(frozen=True, slots=True)
class BadField:
    """Something in braces that is not a field: `source` as written, and why it is refused."""

    source: str
    code: str
    sentence: str


def take_apart(id: str, language: str, text: str) -> tuple[Phrase, tuple[BadField, ...]]:
    """Split a text at its fields and where another language begins; everything that is wrong comes back beside it."""
    parts: list[Fixed | Field] = []
    bad: list[BadField] = []
    at = 0
    for match in _FIELD.finditer(text):
        _add_fixed(parts, bad, text[at : match.start()], language)
        marked = _marked(match.group(1))
        if marked is not None and marked["language"] in PLURAL_FORMS:
            parts.append(Fixed(marked["words"], marked["language"], marked=True))
        else:
            spoken = _around(parts, text[match.end() :], language)
            field = _read_field(match.group(0), match.group(1), spoken)
            if isinstance(field, BadField):
                bad.append(field)
            else:
                parts.append(replace(field, language=spoken))
        at = match.end()
    _add_fixed(parts, bad, text[at:], language)
    return Phrase(id, language, text, tuple(parts)), tuple(bad)


def _marked(inside: str) -> re.Match[str] | None:
    """`pl: naciśnij 9`; but `pl:name` is a field."""
    return None if _INSIDE.fullmatch(inside) else _MARKED.fullmatch(inside)


def _around(before: list[Fixed | Field], after: str, language: str) -> str:
    """The language of the sentence around a field: of what comes before it, or else of what follows."""
    if before and not (isinstance(before[-1], Fixed) and _ENDED.search(before[-1].text)):
        return before[-1].language
    following = next((tongue for words, tongue in runs(_FIELD.sub("", after), language) if _LETTER.search(words)), "")
    return following or language


def _add_fixed(parts: list[Fixed | Field], bad: list[BadField], text: str, language: str) -> None:
    for brace in "{}":
        if brace in text:
            bad.append(BadField(brace, "P202", f'a lone "{brace}"; a field is written {{name:type}}'))
    parts.extend(Fixed(words, tongue) for words, tongue in runs(text, language))


def _read_field(source: str, inside: str, language: str) -> Field | BadField:
    match = _INSIDE.fullmatch(inside)
    if match is None and (marked := _marked(inside)) and len(marked["words"].split()) > 1:
        known = ", ".join(sorted(PLURAL_FORMS))
        return BadField(source, "P205", f'{source}: "{marked["language"]}" cannot be spoken (known are {known})')
    if match is None:
        advice = "names begin with a lowercase letter" if re.match(r"_|[a-z0-9_.]*\._", inside) else ""
        return BadField(
            source, "P202", f"{source} is no field; {advice or 'a field is written {name:type}, e.g. {amount:money}'}"
        )
    type_ = match["type"] or "name"
    if type_ not in FAMILIES:
        known = ", ".join(sorted(FAMILIES))
        return BadField(source, "P203", f'{source} has an unknown type "{type_}" (there are {known})')
    argument = match["argument"]
    wrong = _wrong_argument(source, type_, argument, language)
    return wrong or Field(match["path"], type_, argument or "")


def _wrong_argument(source: str, type_: str, argument: str | None, language: str) -> BadField | None:
    """What is wrong with the contents of a field's brackets, or None."""
    allowed = MARKS.get(type_, {}).get(language, "").split()
    marks, _, listed = (argument or "").rpartition(":") if type_ == "count" else (argument or "", "", "")
    words = marks.split()
    if type_ == "count":
        forms = PLURAL_FORMS.get(language, 1)
        if not all(one.strip() for one in listed.split("|")) or len(listed.split("|")) != forms:
            sentence = f"{source} must list {forms} form(s) in {language}, e.g. {_EXAMPLES[forms]}"
            return BadField(source, "P204", sentence)
    elif argument is not None and not words:
        return BadField(source, "P204", f"{source}: its brackets are empty")
    if type_ == "money" and sum(bool(_CURRENCY.fullmatch(word)) for word in words) == 1:
        words = [word for word in words if not _CURRENCY.fullmatch(word)]
    strange = next((word for word in words if word not in allowed), None)
    if strange is None and sum(word in _GENDERS for word in words) <= 1 and sum(word in _CASES for word in words) <= 1:
        return None
    if type_ == "money":
        may = " and a case" if allowed else ""
        return BadField(source, "P204", f"{source}: the currency is three capitals{may}, e.g. {{fee:money(CNY)}}")
    if type_ == "date":
        more = f" and one of {', '.join(allowed[1:])}" if allowed[1:] else ""
        return BadField(source, "P204", f"{source}: in brackets a date takes only the word year{more}")
    if not allowed:
        return BadField(source, "P204", f'{source}: the type "{type_}" takes nothing in brackets')
    return BadField(source, "P204", f'{source}: in brackets "{type_}" takes one gender or case of {" ".join(allowed)}')
