"""Wards as a CSV file, in and out; several telephones of one role stand in the order to try, joined by `;`.
`name_ru` and `name_pl` are for listeners in those languages; a file may leave them out."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy.orm import Session

from hospital import csv_file, names, wards
from hospital.csv_file import Line
from hospital.wards import WardContacts

COLUMNS = ("code", "name_zh", "name_en", "department", "station", "head_nurse", "duty_manager")


def load(session: Session, name: str, content: bytes) -> int:
    """Store the file's wards, all or none; how many. Raises Mistakes with every sentence."""
    lines = csv_file.read(name, content, COLUMNS, names.COLUMNS)
    csv_file.each(name, lines, lambda line: wards.store(session, _ward(line)))
    return len(lines)


def dump(found: Iterable[WardContacts]) -> str:
    """The file that `load` reads."""
    rows = (
        (
            one.code, one.name["zh"], one.name["en"], one.department, *(";".join(one.of(role)) for role in wards.ROLES),
            *(one.name.get(more, "") for more in names.MORE),
        )
        for one in found
    )  # fmt: skip
    return csv_file.write((*COLUMNS, *names.COLUMNS), rows)


def _ward(line: Line) -> WardContacts:
    values = line.values
    return WardContacts(
        code=values["code"],
        name=names.names_in(values),
        department=values["department"],
        department_name={},
        station=_numbers(values["station"]),
        head_nurse=_numbers(values["head_nurse"]),
        duty_manager=_numbers(values["duty_manager"]),
    )


def _numbers(joined: str) -> tuple[str, ...]:
    return tuple(one.strip() for one in joined.split(";") if one.strip())
