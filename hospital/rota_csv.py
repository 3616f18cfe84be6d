"""The rota as a CSV file, in and out: `date,half,department,expert,name_zh,name_en,places,fee`, and
`name_ru`, `name_pl` for callers in those languages."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy.orm import Session

from hospital import csv_file, names, rota
from hospital.csv_file import Line
from hospital.errors import Mistakes
from hospital.money import parse_money, show_money
from hospital.rota import DutyRecord, NewDuty

COLUMNS = ("date", "half", "department", "expert", "name_zh", "name_en", "places", "fee")
TAKEN = "taken"
"""Written, and left aside when read: places are taken by bookings only."""


def load(session: Session, name: str, content: bytes) -> int:
    """Store the file's duties, all or none; how many. Raises Mistakes with every sentence."""
    lines = csv_file.read(name, content, COLUMNS, (*names.COLUMNS, TAKEN))
    duties = csv_file.each(name, lines, _duty)
    _refuse_twice(name, duties)
    new = {line.number: duty for line, duty in duties}
    csv_file.each(name, lines, lambda line: rota.store(session, [new[line.number]]))
    return len(duties)


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


def _duty(line: Line) -> NewDuty:
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


def _refuse_twice(name: str, duties: Iterable[tuple[Line, NewDuty]]) -> None:
    seen: dict[tuple[date, str, str, str], int] = {}
    mistakes = []
    for line, duty in duties:
        key = (duty.date, duty.half, duty.department, duty.expert)
        first = seen.setdefault(key, line.number)
        if first != line.number:
            mistakes.append(f"{name}:{line.number}: the same duty as in line {first}")
    if mistakes:
        raise Mistakes(mistakes)
