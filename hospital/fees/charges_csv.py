"""`charges.csv`: charges, reversals, deposits, admissions and discharges as the hospital's system writes them out.

    id,stay,day,code,quantity,amount
    C1001,Z2026030,2026-03-02,YP1001,2,120.00

Other columns (`kind`, `of`, `card`, `scheme`...) may stand beside these; what each means is `intake`'s.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.tables.fees import Charge
from hospital import csv_file
from hospital.cards import cards
from hospital.csv_file import Row
from hospital.errors import Unknown
from hospital.fees import charges, intake, stays
from hospital.fees.charges import NewCharge, NewPayment, Reversal
from hospital.fees.intake import NEEDED, OPTIONAL, Discharge, Entry, Terms
from hospital.fees.scheme import Class
from hospital.fees.stays import Admission
from hospital.import_kind import Kind, Staged

_KINDS: Mapping[str, type[Any]] = {one.__name__: one for one in (Admission, Discharge, NewCharge, Reversal, NewPayment)}


def rows(name: str, content: bytes) -> list[Row]:
    """The lines of the file. Raises Mistakes when it cannot be read."""
    return csv_file.read(name, content, NEEDED, OPTIONAL)


def parse(name: str, content: bytes, sender: str, terms: Terms, now: datetime) -> list[tuple[Row, Entry]]:
    """What the file says. Raises Mistakes with every sentence by line."""
    found = csv_file.each(name, rows(name, content), lambda line: intake.understand(line.values, sender, terms, now))
    csv_file.refuse_twice(
        name,
        found,
        _key,
        lambda one, first: f"the same number is in line {first} already",
    )
    return found


def _key(entry: Entry) -> object:
    """Two lines of one key are a slip."""
    if isinstance(entry, Reversal):
        return Reversal, entry.key or entry.of
    return type(entry), getattr(entry, "key", id(entry))


def staged(found: Iterable[tuple[Row, Entry]]) -> list[Staged]:
    """The lines as they are set aside: admissions first, discharges last, whatever their order in the file."""
    every = list(found)
    comes = {entry.number for _, entry in every if isinstance(entry, Admission)}
    charged = {entry.key for _, entry in every if isinstance(entry, NewCharge)}
    order = (Admission, NewCharge, Reversal, NewPayment, Discharge)
    every.sort(key=lambda one: order.index(type(one[1])))
    return [Staged(line.number, _content(entry, comes, charged)) for line, entry in every]


def _content(entry: Entry, comes: set[str], charged: set[str]) -> dict[str, Any]:
    """Fit for JSON, with what comes in the same file."""
    values: dict[str, Any] = {one.name: getattr(entry, one.name) for one in fields(entry)}
    for name, value in values.items():
        if isinstance(value, date):  # and moments
            values[name] = value.isoformat()
    stay = values.get("stay") or values.get("number")
    return {
        "what": type(entry).__name__,
        "values": values,
        "stay_comes": stay in comes,
        "of_comes": values.get("of", "") in charged,
    }


def _entry(content: Mapping[str, Any]) -> Entry:
    values = dict(content["values"])
    for name in ("day", "from_day"):
        if values.get(name):
            values[name] = date.fromisoformat(values[name])
    if "at" in values:
        values["at"] = datetime.fromisoformat(values["at"])
    if "of_class" in values:
        values["of_class"] = Class(values["of_class"])
    made: Entry = _KINDS[content["what"]](**values)
    return made


def _check(session: Session, one: Staged) -> None:
    entry = _entry(one.content)
    if isinstance(entry, Admission):
        if entry.card:
            cards.row(session, entry.card)
        return
    if not one.content["stay_comes"]:
        stays.row(session, entry.number if isinstance(entry, Discharge) else entry.stay)
    of = getattr(entry, "of", "")
    if of and not one.content["of_comes"]:
        known = select(Charge.id).where(Charge.sender == getattr(entry, "sender", ""), Charge.key == of)
        if session.scalar(known) is None:
            raise Unknown(f"no charge {of}")
    if isinstance(entry, NewCharge) and not one.content["stay_comes"]:
        charges.check_same(session, entry)


def _apply(session: Session, one: Staged, now: datetime) -> None:
    entry = _entry(one.content)
    intake.store(session, entry, now)


KIND = Kind.of_lines("charges", _check, _apply)
"""What an import does with these files: what they mean was read before, so nothing but the lines is needed."""
