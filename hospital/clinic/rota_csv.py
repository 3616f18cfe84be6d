"""The rota as a CSV file, in and out: `date,half,department,expert,name_zh,name_en,places,fee`, and
`name_ru`, `name_pl` for callers in those languages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import date

from sqlalchemy.orm import Session

from db.reading import reading
from hospital import csv_file, names
from hospital.clinic import rota
from hospital.clinic.rota import DutyRecord, NewDuty
from hospital.csv_file import Row
from hospital.errors import Mistakes
from hospital.import_kind import Kind, Staged
from hospital.money import parse_money, show_money

COLUMNS = ("date", "half", "department", "expert", "name_zh", "name_en", "places", "fee")
TAKEN = "taken"
"""Written, and left aside when read: places are taken by bookings only."""


def parse(name: str, content: bytes) -> list[tuple[Row, NewDuty]]:
    """The file's duties. Raises Mistakes with every sentence."""
    lines = csv_file.read(name, content, COLUMNS, (*names.COLUMNS, TAKEN))
    duties = csv_file.each(name, lines, _duty)
    csv_file.refuse_twice(
        name,
        duties,
        lambda duty: (duty.date, duty.half, duty.department, duty.expert),
        lambda _, first: f"the same duty as in line {first}",
    )
    return duties


@reading
def doubts(session: Session, name: str, found: Sequence[tuple[Row, NewDuty]], today: date) -> list[str]:
    """What looks like a slip, to be asked about before it is stored."""
    told = rota.doubts(session, [duty for _, duty in found], today)
    return [f"{name}:{found[place][0].number}: {sentence}" for place, sentence in told]


def staged(found: Iterable[tuple[Row, NewDuty]]) -> list[Staged]:
    """The lines as they are set aside."""
    return [Staged(line.number, {**asdict(duty), "date": duty.date.isoformat()}) for line, duty in found]


def _read_back(one: Staged) -> NewDuty:
    return NewDuty(**{**one.content, "date": date.fromisoformat(one.content["date"])})


KIND = Kind.of_lines(
    "rota",
    lambda session, one: rota.check(session, _read_back(one)),
    lambda session, one, _: rota.store(session, [_read_back(one)]),
)
"""What an import does with these files."""


def dump(duties: Iterable[DutyRecord]) -> str:
    """The file that `load` reads."""
    return csv_file.write(
        (*COLUMNS, *names.COLUMNS, TAKEN),
        (
            (
                one.date, one.half, one.department, one.expert, one.expert_name["zh"], one.expert_name["en"],
                one.capacity, show_money(one.fee), *(one.expert_name.get(more, "") for more in names.MORE), one.taken,
            )
            for one in duties
        ),
    )  # fmt: skip


def _duty(line: Row) -> NewDuty:
    values = line.values
    mistakes: list[str] = []
    day, places, fee = date.min, 0, 0
    try:
        day = date.fromisoformat(values["date"])
    except ValueError:
        mistakes.append(f'"{values["date"]}" is not a date such as 2026-03-05')
    half = values["half"].lower()
    if half not in ("am", "pm"):
        mistakes.append(f'half is "{values["half"]}", not am or pm')
    mistakes += [
        f"{column} is empty" for column in ("department", "expert", "name_zh", "name_en") if not values[column]
    ]
    if not (values["places"].isascii() and values["places"].isdigit()):
        mistakes.append(f'places is "{values["places"]}", not a number')
    else:
        places = int(values["places"])
    try:
        fee = parse_money(values["fee"])
    except ValueError as error:
        mistakes.append(f"fee: {error}")
    if mistakes:
        raise Mistakes(mistakes)
    zh, en = values["name_zh"], values["name_en"]
    return NewDuty(day, half, values["department"], values["expert"], zh, en, places, fee, names.names_in(values))
