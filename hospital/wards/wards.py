"""Wards and whom to call there: the nurses' station, then the head nurse, then the duty manager."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from accounts.audit import Hand
from db.reading import reading
from db.rows import locked
from db.tables.clinic import Department
from db.tables.wards import Ward, WardContact
from hospital.clinic import departments
from hospital.errors import NotAllowed, Unknown
from hospital.names import LONGEST, check_names, names_of, put_names

_DIAL = re.compile(r"[+]?[0-9*#]{1,31}")
ROLES = ("station", "head_nurse", "duty_manager")


@dataclass(frozen=True, slots=True)
class WardContacts:
    """A ward's telephones by role, each list in the order in which they are tried.

    Dial strings: an extension or a full number; the trunk's template makes a SIP URI of them.
    """

    code: str
    name: dict[str, str]
    department: str
    """The code of its department, or empty."""
    department_name: dict[str, str]
    station: tuple[str, ...] = ()
    head_nurse: tuple[str, ...] = ()
    duty_manager: tuple[str, ...] = ()

    def of(self, role: str) -> tuple[str, ...]:
        """The telephones of a role. Raises Unknown for a role that is none of `ROLES`."""
        if role not in ROLES:
            raise Unknown(f'no role "{role}": {", ".join(ROLES)}')
        numbers: tuple[str, ...] = getattr(self, role)
        return numbers


def folded(code: str) -> str:
    """A ward's code without what systems and people do not tell apart: case, width of letters, blanks around it."""
    return unicodedata.normalize("NFKC", code).casefold().strip()


@reading
def contacts(session: Session, code: str) -> WardContacts | None:
    """The ward of that code and its telephones, or None when the hospital has no such ward.

    `w3` and `Ｗ３` are W3. Where old data holds codes that differ in nothing else, the one that is written so counts.
    """
    query = select(Ward, Department).outerjoin(Department, Department.id == Ward.department_id)
    found = session.execute(query.where(Ward.code == code)).one_or_none()
    if found is None and (known := _written(session, code)) is not None:
        found = session.execute(query.where(Ward.code == known)).one_or_none()
    return None if found is None else _record(session, *found)


def _written(session: Session, code: str) -> str | None:
    """How the hospital writes a ward's code."""
    wanted = folded(code)
    return next((one for one in session.scalars(select(Ward.code).order_by(Ward.id)) if folded(one) == wanted), None)


@reading
def every(session: Session) -> list[WardContacts]:
    """All wards by code."""
    query = select(Ward, Department).outerjoin(Department, Department.id == Ward.department_id).order_by(Ward.code)
    return [_record(session, *found) for found in session.execute(query)]


def store(session: Session, ward: WardContacts) -> None:
    """Add the ward or replace it and its telephones. Raises Unknown when its department is."""
    check(session, ward)
    row = session.execute(select(Ward).where(Ward.code == ward.code)).scalar_one_or_none()
    new = row is None
    row = row or Ward(code=ward.code)
    put_names(row, ward.name, _refusal(ward))
    if new:
        session.add(row)
    row.department_id = departments.row(session, ward.department).id if ward.department else None
    session.flush()
    session.execute(delete(WardContact).where(WardContact.ward_id == row.id))
    for role in ROLES:
        _add(session, row.id, role, ward.of(role))
    session.flush()


@dataclass(frozen=True, slots=True)
class Rewired:
    """The ward has other telephones now; `before` are those that it had."""

    ward: WardContacts
    before: WardContacts


@dataclass(frozen=True, slots=True)
class Overtaken:
    """Somebody else changed its telephones meanwhile; nothing was stored."""

    ward: WardContacts


def rewire(
    session: Session,
    code: str,
    telephones: Mapping[str, Sequence[str]],
    hand: Hand,
    seen: Mapping[str, Sequence[str]] | None = None,
) -> Rewired | Overtaken | None:
    """Give roles of a ward other telephones; a role that is not named keeps its own. None: no such ward.

    `seen`: what they were when whoever changes them looked. Raises NotAllowed as `check`, Unknown for no role.
    """
    found = contacts(session, code)
    if found is None:
        return None
    session.execute(locked(select(Ward).where(Ward.code == found.code)))
    before = contacts(session, found.code) or found
    if seen is not None and any(tuple(seen.get(role, ())) != before.of(role) for role in ROLES):
        return Overtaken(before)
    given = {role: tuple(numbers) for role, numbers in telephones.items()}
    if unknown := given.keys() - set(ROLES):
        raise Unknown(f'no role "{min(unknown)}": {", ".join(ROLES)}')
    station, head_nurse, duty_manager = (given.get(role, before.of(role)) for role in ROLES)
    ward = replace(before, station=station, head_nurse=head_nurse, duty_manager=duty_manager)
    if any(len(set(ward.of(role))) != len(ward.of(role)) for role in ROLES):
        raise NotAllowed("a telephone stands twice in one role")
    store(session, ward)
    changed = {role: [before.of(role), ward.of(role)] for role in ROLES if before.of(role) != ward.of(role)}
    hand.note(session, "telephones", "ward", ward.code, **changed)
    return Rewired(ward, before)


def _refusal(ward: WardContacts) -> str:
    return f"ward {ward.code} needs its names, up to {LONGEST} characters each"


def check(session: Session, ward: WardContacts) -> None:
    """Whether it could be stored now. Raises NotAllowed, Unknown."""
    if not 0 < len(ward.code) <= 40:
        raise NotAllowed("a ward's code has 1 to 40 characters")
    for number in (*ward.station, *ward.head_nurse, *ward.duty_manager):
        if not _DIAL.fullmatch(number):
            raise NotAllowed(f'"{number}" cannot be dialled: an extension or a number, digits and +')
    there = session.scalar(select(Ward.id).where(Ward.code == ward.code))
    if there is None and (other := _written(session, ward.code)) is not None:
        raise NotAllowed(
            f"there is a ward {other} already, and {ward.code} is easily taken for it: write {other}"
        )
    check_names(ward.name, _refusal(ward))
    if ward.department:
        departments.row(session, ward.department)


def _add(session: Session, ward_id: int, role: str, numbers: Sequence[str]) -> None:
    for position, dial in enumerate(numbers):
        session.add(WardContact(ward_id=ward_id, role=role, position=position, dial=dial))


def _record(session: Session, ward: Ward, department: Department | None) -> WardContacts:
    query = select(WardContact).where(WardContact.ward_id == ward.id).order_by(WardContact.position)
    phones = list(session.execute(query).scalars())
    by_role = {role: tuple(phone.dial for phone in phones if phone.role == role) for role in ROLES}
    return WardContacts(
        code=ward.code,
        name=names_of(ward),
        department=department.code if department else "",
        department_name=names_of(department) if department else {},
        **by_role,
    )
