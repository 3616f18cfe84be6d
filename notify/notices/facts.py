"""The facts of events: what a rule's `when` may ask of them, and which of them the called flow is given.

An event of the hospital system has the facts of an HL7 message; one that a flow tells (`notify`) has what the flow
hands over. Which rules fit is `escalation.py`'s, whether a file uses them rightly `rules.py`'s and, for the events
of flows, `editions.cross_check`'s.
"""

from __future__ import annotations

import enum
import unicodedata
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from forms.report import Mark, did_you_mean
from forms.tree import Scalar
from notify.hl7.adt import LONGEST, Reading


class Kind(enum.StrEnum):
    """What a fact can be; the string is how sentences name it."""

    TRUTH = "true or false"
    TEXT = "a text"
    NAMED = "a code"
    """A code with its names by language: `when` compares the code, flows say the name."""


HL7: Mapping[str, Kind] = {
    "urgent": Kind.TRUTH,
    "ward": Kind.NAMED,
    "room": Kind.TEXT,
    "bed": Kind.TEXT,
    "department": Kind.NAMED,
    "department_text": Kind.TEXT,
    "visit": Kind.TEXT,
}
"""The facts of every event that comes by HL7."""

SPOKEN: Mapping[str, Kind] = {name: HL7[name] for name in ("bed", "department", "room", "urgent", "ward")}
"""Those of them that the called flow is given, as variables (`notify.notices.wards`)."""

_TRUE = frozenset({"true", "True", "TRUE"})
_FALSE = frozenset({"false", "False", "FALSE"})
_YES = frozenset({"yes", "on", "y"})
_NO = frozenset({"no", "off", "n"})


@dataclass(frozen=True, slots=True)
class Use:
    """A place of the file that names a fact of an event: under `when` (with the value it wants) or `private`."""

    mark: Mark
    event: str
    fact: str
    value: Scalar | None = None
    spoken: bool = False
    """Whether the fact must be one that the called flow is given."""


Wrong = Callable[[Mark, str, str], None]


def value_of(word: Scalar) -> str | bool:
    """What stands in the file: true or false, else a text."""
    if word.text in _TRUE:
        return True
    return False if word.text in _FALSE else word.text


def check_use(use: Use, reading: Reading, told: Collection[str], wrong: Wrong) -> None:
    """Report a fact that an event does not have, a value of the wrong kind, a condition that can never be true.

    Of events that flows tell (`told`) only the wrong words for true and false can be seen here.
    """
    if not use.event:
        return
    if use.event in told:
        if use.fact not in HL7 and use.value is not None and use.value.plain and truth_word(use.value.text):
            wrong(use.value.mark, "N217", f'write {truth_word(use.value.text)}, or "{use.value.text}" in quotes')
            return
        if use.event not in reading.events.values():
            return
    known = SPOKEN if use.spoken else HL7
    if use.fact not in known:
        if use.event not in told:
            brings = "gives its flow" if use.spoken else "has"
            sentence = f'the event "{use.event}" has no fact "{use.fact}"{did_you_mean(use.fact, known)}'
            wrong(use.mark, "N216", f"{sentence}. It {brings}: {', '.join(sorted(known))}")
        return
    if use.value is None:
        return
    if not check_kind(use, HL7[use.fact], wrong):
        return
    if reason := never(use, reading):
        wrong(use.value.mark, "N218", f"this can never be true, and the rule would never be used: {reason}")


def check_kind(use: Use, kind: Kind, wrong: Wrong) -> bool:
    """Report a value under `when` that is not of this kind; whether it is."""
    word = use.value
    if word is None:
        return True
    is_truth = isinstance(value_of(word), bool)
    if kind is Kind.TRUTH and not is_truth:
        write = truth_word(word.text) or "true or false"
        wrong(word.mark, "N217", f'"{use.fact}" is true or false, not "{word.text}": write {write}')
        return False
    if kind is not Kind.TRUTH and is_truth and word.plain:
        wrong(word.mark, "N217", f'"{use.fact}" is {kind}, it is never {word.text}')
        return False
    return True


def truth_word(text: str) -> str:
    """The word of YAML for what people write instead of it; empty when that is something else."""
    return "true" if text.lower() in _YES else "false" if text.lower() in _NO else ""


def never(use: Use, reading: Reading) -> str:
    """Why a condition on an event of the hospital system can never be true; empty when it can."""
    word = use.value
    if word is None or value_of(word) is False:
        return ""
    if HL7[use.fact] is Kind.TRUTH:
        return "" if any(values for _, values in reading.urgent) else "nothing makes an event urgent (hl7, urgent)"
    if not reading.fields.get(use.fact):
        return f"it is read from no field of a message (hl7, fields, {use.fact})"
    return f"a field is never longer than {LONGEST} characters" if len(word.text) > LONGEST else ""


def same(told: object, wanted: str | bool) -> bool:
    """Whether a fact is as a rule wants it. Codes are typed by people: case and width of letters do not count."""
    if isinstance(wanted, bool) or isinstance(told, bool):
        return told is wanted
    if isinstance(told, Mapping):
        told = told.get("code")
    return told is not None and folded(str(told)) == folded(wanted)


def folded(text: str) -> str:
    """`text` without what people do not tell apart."""
    return unicodedata.normalize("NFKC", text).casefold().strip()
