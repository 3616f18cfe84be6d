"""Cards as a CSV file, in and out: `number,patient,phone`, maybe `slow` and, to read, `pin` and `opening_balance`."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session
from tqdm import tqdm  # type: ignore[import-untyped]

from db.tables.cards import Card, LedgerEntry
from hospital import csv_file
from hospital.cards import cards, ledger, pin_entries
from hospital.cards.cards import CardRecord
from hospital.cards.pins import Pins
from hospital.csv_file import Row
from hospital.errors import LedgerConflict, Mistakes, NotAllowed
from hospital.import_kind import Kind, Refused, Staged
from hospital.money import parse_money, show_money

NEEDED = ("number", "patient", "phone")
OPTIONAL = ("slow",)
TO_READ = ("pin", "opening_balance")
ONLY_WRITTEN = ("balance", "pin_set", "blocked")
"""Ignored when read: money moves by top-ups, and PINs are never shown."""
_YES_OR_NO = {"yes": True, "no": False, "": None}


@dataclass(frozen=True, slots=True)
class NewCard:
    """One line of the file. `pin_hash` None leaves the PIN as it is, and `slow` None the pace; `opening` is minor
    units, written once per card."""

    number: str
    patient: str
    phone: str
    pin_hash: str | None
    opening: int
    slow: bool | None


def parse(name: str, content: bytes, pins: Pins, shown: bool = False) -> list[tuple[Row, NewCard]]:
    """The file's cards, PINs hashed: that takes some 30 ms of a processor each, so it is done outside of any
    transaction, on all processors (`shown`: with a bar).

    Raises Mistakes with every sentence.
    """
    lines = csv_file.read(name, content, NEEDED, OPTIONAL + TO_READ + ONLY_WRITTEN)
    checked = csv_file.each(name, lines, _check)
    csv_file.refuse_twice(
        name, checked, lambda card: card.number, lambda card, first: f"card {card.number} is in line {first} already"
    )
    with_pin = sum(bool(line.values.get("pin", "")) for line, _ in checked)
    hashed: list[tuple[Row, NewCard]] = []
    with (
        ThreadPoolExecutor(os.cpu_count()) as threads,
        tqdm(total=with_pin, disable=not shown or not with_pin, desc="PINs", unit="PIN") as bar,
    ):
        made = threads.map(lambda one: _hashed(one[1], one[0].values.get("pin", ""), pins), checked)
        for (line, _), card in zip(checked, made, strict=True):
            hashed.append((line, card))
            bar.update(card.pin_hash is not None)
    return hashed


def staged(found: Iterable[tuple[Row, NewCard]]) -> list[Staged]:
    """The lines as they are set aside."""
    return [Staged(line.number, asdict(card)) for line, card in found]


def _possible(session: Session, lines: Sequence[Staged]) -> list[Refused]:
    """An opening balance is written once per card; another one than that is refused."""
    found = [(one.line, NewCard(**one.content)) for one in lines]
    written = _openings(session, [card for _, card in found])
    return [
        (line, f"{_opening_key(card.number)} was used for another movement of money")
        for line, card in found
        if card.opening and written.get(_opening_key(card.number), card.opening) != card.opening
    ]


def _store(session: Session, lines: Sequence[Staged], now: datetime) -> list[Refused]:
    """Add these cards or change them, in a few statements whatever their number."""
    found = [(one.line, NewCard(**one.content)) for one in lines]
    new = [card for _, card in found]
    numbers = [card.number for card in new]
    ids = _ids(session, numbers)
    fresh = [
        {"number": card.number, "patient": card.patient, "phone": card.phone, "made_at": now}
        for card in new
        if card.number not in ids
    ]
    if fresh:
        session.execute(insert(Card), fresh)
        ids = _ids(session, numbers)
    _change(session, [{"id": ids[card.number], "patient": card.patient, "phone": card.phone} for card in new])
    _change(session, [{"id": ids[card.number], "slow": card.slow} for card in new if card.slow is not None])
    with_pin = [card for card in new if card.pin_hash is not None]
    _change(session, [{"id": ids[card.number], "pin_hash": card.pin_hash} for card in with_pin])
    pin_entries.forgive(session, *(card.number for card in with_pin))
    return _open(session, found, ids, now)


def _open(
    session: Session, found: Sequence[tuple[int, NewCard]], ids: Mapping[str, int], now: datetime
) -> list[Refused]:
    written = _openings(session, [card for _, card in found])
    refused: list[Refused] = []
    for line, card in found:
        key = _opening_key(card.number)
        if not card.opening or written.get(key) == card.opening:
            continue
        try:
            ledger.post(session, ids[card.number], card.opening, "top_up", key, now, note="opening balance")
        except LedgerConflict as conflict:
            refused.append((line, str(conflict)))
    return refused


def _openings(session: Session, new: Sequence[NewCard]) -> dict[str, int]:
    """The opening balances that were written before, by their key."""
    keys = [_opening_key(card.number) for card in new if card.opening]
    if not keys:
        return {}
    query = select(LedgerEntry.key, LedgerEntry.amount).where(LedgerEntry.key.in_(keys))
    return {row.key: row.amount for row in session.execute(query)}


def _opening_key(number: str) -> str:
    return f"opening:{number}"


def _ids(session: Session, numbers: Sequence[str]) -> dict[str, int]:
    query = select(Card.number, Card.id).where(Card.number.in_(numbers))
    return {row.number: row.id for row in session.execute(query)}


def _change(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        session.execute(update(Card), rows)


KIND = Kind("cards", _possible, _store)
"""What an import does with these files."""


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


def _check(line: Row) -> NewCard:
    values, mistakes = line.values, []
    opening = 0
    if not cards.NUMBER.fullmatch(values["number"]):
        mistakes.append(f'"{values["number"]}" is not a card number: 4 to 20 digits')
    if not values["patient"]:
        mistakes.append("patient is empty")
    elif len(values["patient"]) > cards.LONGEST_NAME:
        mistakes.append(f"patient has more than {cards.LONGEST_NAME} characters")
    try:
        cards.checked_phone(values["phone"])
    except NotAllowed as wrong:
        mistakes.append(str(wrong))
    if (pin := values.get("pin", "")) and not cards.PIN.fullmatch(pin):
        mistakes.append("the PIN is not 4 to 6 digits")  # and is not repeated here
    if written := values.get("opening_balance", ""):
        try:
            opening = parse_money(written)
        except ValueError as error:
            mistakes.append(f"opening_balance: {error}")
    if opening < 0:
        mistakes.append("opening_balance is less than nothing")
    if opening > cards.MOST_MONEY:
        mistakes.append(f"opening_balance is more than {cards.MOST_MONEY // 100}")
    if values.get("slow", "") not in _YES_OR_NO:
        mistakes.append("slow is yes or no, or empty")
    if mistakes:
        raise Mistakes(mistakes)
    slow = _YES_OR_NO[values.get("slow", "")]
    return NewCard(values["number"], values["patient"], values["phone"], None, opening, slow)


def _hashed(card: NewCard, pin: str, pins: Pins) -> NewCard:
    return replace(card, pin_hash=pins.hash(card.number, pin) if pin else None)


def _yes(so: bool) -> str:
    return "yes" if so else "no"
