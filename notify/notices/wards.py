"""What notices ask of the hospital's wards: whom to call, and how ward and department are called aloud."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session
from twisted.logger import Logger

from hospital.clinic import departments
from hospital.errors import Unknown
from hospital.wards import wards
from notify.hl7.adt import Movement
from notify.notices.rules import ROLES

log = Logger()

MOVED = frozenset({"bed", "room", "urgent", "ward", "department"})
"""What `variables` gives to the flow of a notice."""
REVISED = frozenset({"about"})
"""What a notice that takes back or corrects another one has besides (`notify.notices.taken_back`): its event."""
CORRECTED = REVISED | {"old_bed", "moved", "to_ward"}
"""What one that corrects has besides."""


def phonebook(session: Session, ward: str) -> Mapping[str, Sequence[str]]:
    """Role -> numbers of a ward; nobody when the hospital has no such ward."""
    found = wards.contacts(session, ward)
    return {role: found.of(role) for role in ROLES} if found is not None else {}


def variables(session: Session, movement: Movement) -> Mapping[str, Any]:
    """What is said of a movement: `bed`, `room`, `urgent`, and `ward` and `department` as `{code, name: {zh, en}}`.

    A department that the hospital doesn't know is called by the message's own text, else by its ward's
    department, else by its ward. A ward that it doesn't know is called by its code; the code of one that it knows is
    written as the hospital writes it.
    """
    ward = wards.contacts(session, movement.ward)
    if ward is None and movement.ward:
        log.error("ward {ward} of an HL7 message is not known here: see `wardbell wards`", ward=movement.ward)
    code = ward.code if ward is not None else movement.ward
    ward_name = ward.name if ward is not None else _everywhere(movement.ward)
    return {
        "bed": movement.bed,
        "room": movement.room,
        "urgent": movement.urgent,
        "ward": {"code": code, "name": ward_name},
        "department": _department(session, movement, ward, ward_name),
    }


def _department(
    session: Session, movement: Movement, ward: wards.WardContacts | None, ward_name: Mapping[str, str]
) -> Mapping[str, Any]:
    code = wards.folded(movement.department)
    if code:
        try:
            found = departments.department_record(departments.row(session, code))
            return {"code": code, "name": found.name}
        except Unknown:
            pass  # the hospital's systems know more departments than take patients by telephone
    if movement.department_text:
        return {"code": code, "name": _everywhere(movement.department_text)}
    if ward is not None and ward.department_name:
        return {"code": ward.department, "name": ward.department_name}
    return {"code": code, "name": dict(ward_name)}


def _everywhere(text: str) -> dict[str, str]:
    """A name that is the same in every language."""
    return {"zh": text, "en": text}
