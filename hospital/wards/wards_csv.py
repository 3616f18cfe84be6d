"""Wards as a CSV file, in and out; several telephones of one role stand in the order to try, joined by `;`.
`name_ru` and `name_pl` are for listeners in those languages; a file may leave them out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict

from hospital import csv_file, names
from hospital.csv_file import Row
from hospital.import_kind import Kind, Staged
from hospital.wards import wards
from hospital.wards.wards import WardContacts

COLUMNS = ("code", "name_zh", "name_en", "department", "station", "head_nurse", "duty_manager")


def parse(name: str, content: bytes) -> list[tuple[Row, WardContacts]]:
    """The file's wards. Raises Mistakes with every sentence."""
    lines = csv_file.read(name, content, COLUMNS, names.COLUMNS)
    found = csv_file.each(name, lines, _ward)
    csv_file.refuse_twice(
        name,
        found,
        lambda ward: wards.folded(ward.code),  # w3 and W3 are one ward
        lambda ward, first: f"ward {ward.code} is in line {first} already",
    )
    return found


def staged(found: Iterable[tuple[Row, WardContacts]]) -> list[Staged]:
    """The lines as they are set aside."""
    return [Staged(line.number, asdict(ward)) for line, ward in found]


def _read_back(one: Staged) -> WardContacts:
    return WardContacts(**{**one.content, **{role: tuple(one.content[role]) for role in wards.ROLES}})


KIND = Kind.of_lines(
    "wards",
    lambda session, one: wards.check(session, _read_back(one)),
    lambda session, one, _: wards.store(session, _read_back(one)),
)
"""What an import does with these files."""


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


def _ward(line: Row) -> WardContacts:
    values = line.values
    return WardContacts(
        code=values["code"],
        name=names.names_in(values),
        department=values["department"],
        department_name={},
        station=numbers_in(values["station"]),
        head_nurse=numbers_in(values["head_nurse"]),
        duty_manager=numbers_in(values["duty_manager"]),
    )


def numbers_in(joined: str) -> tuple[str, ...]:
    """Telephones of one role as they stand in a cell."""
    return tuple(one.strip() for one in joined.split(";") if one.strip())
