"""The facts of events: what a rule's `when` may ask of them, and which of them the called flow is given.

An event of the hospital system has the facts of an HL7 message; one that a flow tells (`notify`) has what the flow
hands over. Which rules fit is `escalation.py`'s, whether a file uses them rightly `rules.py`'s and, for the events
of flows, `wardbell.beside`'s.
"""

from __future__ import annotations

import enum
import unicodedata
from collections.abc import Mapping


class Kind(enum.StrEnum):
    """What a fact can be; the string is how sentences name it."""

    TRUTH = "true or false"
    TEXT = "a text"
    NAMED = "a code"
    """A code with names in the languages: `when` compares the code, flows say the name."""


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
