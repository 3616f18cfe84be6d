"""Whom a notice is for: a ward, a patient, a person, or whoever has a number. Pure values.

Of a ward the phonebook has the telephones, by role, as they are at the moment of the call; everybody else's are kept
with the notice. Who it is in a rule's event is found by `addressing.py`.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Any, Protocol


class Kind(enum.StrEnum):
    """The string is what the table stores, and what a rule's `to` and the steps of its ladder say."""

    WARD = "ward"
    PATIENT = "patient"
    PERSON = "person"
    NUMBER = "number"


OWN = (Kind.PATIENT.value, Kind.PERSON.value, Kind.NUMBER.value)
"""What a step says for the telephones of an addressee who is no ward."""


@dataclass(frozen=True, slots=True)
class Addressee:
    """Whom a notice is for. As a text it can stand in a log: neither a patient nor a number is told."""

    kind: Kind
    key: str
    """A ward's code, a patient's card, a person's name, a number."""
    name: str = ""
    """For people who look at the list of notices."""
    language: str = ""
    """Goes before the rule's; empty when it is not known."""
    zone: str = ""
    """The zone of his clock; empty: the hospital's."""
    telephones: tuple[str, ...] = ()
    """In the order in which they are called; none of a ward."""

    def __str__(self) -> str:
        match self.kind:
            case Kind.WARD:
                return f"ward {self.key}"
            case Kind.PERSON:
                return self.key
        return f"a {self.kind}"


def of_ward(code: str) -> Addressee:
    """A ward."""
    return Addressee(Kind.WARD, code)


class Addressed(Protocol):
    """What the row of a notice says of its addressee."""

    addressee_kind: Any
    addressee: Any
    addressee_name: Any
    telephones: Any
    zone: Any
    language: Any


def addressee_of(notice: Addressed) -> Addressee:
    """The addressee that stands in a notice's row."""
    kind, own = Kind(notice.addressee_kind), tuple(filter(None, notice.telephones.split(",")))
    return Addressee(kind, notice.addressee, notice.addressee_name, notice.language, notice.zone, own)


@dataclass(frozen=True, slots=True)
class To:
    """What a rule says of its addressee: somebody known, or the fact of the event that says who it is."""

    kind: Kind = Kind.WARD
    fact: str = ""
    """A patient's card or a number stands in this fact of the event."""
    known: Addressee | None = None
    """A person or a number that the file names."""
