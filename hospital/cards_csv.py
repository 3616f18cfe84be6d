"""Cards as a CSV file, in and out: `number,patient,phone`, maybe `slow` and, to read, `pin` and `opening_balance`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from hospital import cards, csv_file, wrong_entries
from hospital.cards import CardRecord
from hospital.csv_file import Line
from hospital.errors import Mistakes
from hospital.money import parse_money, show_money
from hospital.pins import Pins

NEEDED = ("number", "patient", "phone")
OPTIONAL = ("slow",)
TO_READ = ("pin", "opening_balance")
ONLY_WRITTEN = ("balance", "pin_set", "blocked")
"""Left aside when read: money moves by top-ups, and PINs are not told."""
_YES_OR_NO = {"yes": True, "no": False, "": None}


@dataclass(frozen=True, slots=True)
class NewCard:
    """One line of the file. `pin_hash` None leaves the PIN as it is, and `slow` None the pace; `opening` is minor
    units, written once a card."""

    number: str
    patient: str
    phone: str
    pin_hash: str | None
    opening: int
    slow: bool | None


def parse(name: str, content: bytes, pins: Pins) -> list[tuple[Line, NewCard]]:
    """The file's cards, PINs hashed: that takes some 30 ms each, so it is done outside of a transaction.

    Raises Mistakes with every sentence.
    """
    lines = csv_file.read(name, content, NEEDED, OPTIONAL + TO_READ + ONLY_WRITTEN)
    checked = csv_file.each(name, lines, _check)
    seen: dict[str, int] = {}
    mistakes = [
        f"{name}:{line.number}: card {card.number} is in line {first} already"
        for line, card in checked
        if (first := seen.setdefault(card.number, line.number)) != line.number
    ]
    if mistakes:
        raise Mistakes(mistakes)
    return [(line, _hashed(card, line.values.get("pin", ""), pins)) for line, card in checked]


def store(session: Session, name: str, found: Iterable[tuple[Line, NewCard]], now: datetime) -> int:
    """Add these cards or change them, all or none; how many. Raises Mistakes."""
    new = {line.number: (line, card) for line, card in found}
    csv_file.each(name, (line for line, _ in new.values()), lambda line: _store(session, new[line.number][1], now))
    return len(new)


def dump(records: Iterable[CardRecord]) -> str:
    """The file for the clerk; `parse` reads it too, and then changes names, telephones and the pace only."""
    rows = (
        (
            *(one.number, one.patient, one.phone, _yes(one.slow)),
            *(show_money(one.balance), _yes(one.has_pin), _yes(one.blocked)),
        )
        for one in records
    )
    return csv_file.write(NEEDED + OPTIONAL + ONLY_WRITTEN, rows)


def _check(line: Line) -> NewCard:
    values, mistakes = line.values, []
    opening = 0
    if not cards.NUMBER.fullmatch(values["number"]):
        mistakes.append(f'"{values["number"]}" is not a card number: 4 to 20 digits')
    if not values["patient"]:
        mistakes.append("patient is empty")
    if (pin := values.get("pin", "")) and not cards.PIN.fullmatch(pin):
        mistakes.append("the PIN is not 4 to 6 digits")  # and is not repeated here
    if written := values.get("opening_balance", ""):
        try:
            opening = parse_money(written)
        except ValueError as error:
            mistakes.append(f"opening_balance: {error}")
    if opening < 0:
        mistakes.append("opening_balance is less than nothing")
    if values.get("slow", "") not in _YES_OR_NO:
        mistakes.append("slow is yes or no, or empty")
    if mistakes:
        raise Mistakes(mistakes)
    slow = _YES_OR_NO[values.get("slow", "")]
    return NewCard(values["number"], values["patient"], values["phone"], None, opening, slow)


def _hashed(card: NewCard, pin: str, pins: Pins) -> NewCard:
    return replace(card, pin_hash=pins.hash(card.number, pin) if pin else None)


def _store(session: Session, new: NewCard, now: datetime) -> None:
    if cards.exists(session, new.number):
        cards.change(session, new.number, patient=new.patient, phone=new.phone)
    else:
        cards.add(session, new.number, new.patient, new.phone, now)
    if new.slow is not None:
        cards.change(session, new.number, slow=new.slow)
    if new.pin_hash is not None:
        cards.change(session, new.number, pin_hash=new.pin_hash)
        wrong_entries.forgive(session, new.number)
    if new.opening:
        cards.top_up(session, new.number, new.opening, f"opening:{new.number}", now, note="opening balance")


def _yes(so: bool) -> str:
    return "yes" if so else "no"
