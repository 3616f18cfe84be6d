"""Wards as a CSV file, in and out; several telephones of one role stand in the order to try, joined by `;`."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy.orm import Session

from hospital import csv_file, wards
from hospital.csv_file import Line
from hospital.wards import WardContacts

COLUMNS = ("code", "name_zh", "name_en", "department", "station", "head_nurse", "duty_manager")


def load(session: Session, name: str, content: bytes) -> int:
    """Store the file's wards, all or none; how many. Raises Mistakes with every sentence."""
    lines = csv_file.read(name, content, COLUMNS)
    csv_file.each(name, lines, lambda line: wards.store(session, _ward(line)))
    return len(lines)


def dump(found: Iterable[WardContacts]) -> str:
    """The file that `load` reads."""
    rows = (
        (one.code, one.name["zh"], one.name["en"], one.department, *(";".join(one.of(role)) for role in wards.ROLES))
        for one in found
    )
    return csv_file.write(COLUMNS, rows)


def _ward(line: Line) -> WardContacts:
    values = line.values
    return WardContacts(
        code=values["code"],
        name={"zh": values["name_zh"], "en": values["name_en"]},
        department=values["department"],
        department_name={},
        station=_numbers(values["station"]),
        head_nurse=_numbers(values["head_nurse"]),
        duty_manager=_numbers(values["duty_manager"]),
    )


def _numbers(joined: str) -> tuple[str, ...]:
    return tuple(one.strip() for one in joined.split(";") if one.strip())
