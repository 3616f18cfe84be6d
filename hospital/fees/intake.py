"""What the hospital's system tells of stays, charges and payments, as texts by column: understood, and taken.

Messages (`notify.hl7.billing`), files (`charges_csv`) and what was set aside and mended (`set_aside`) come this way.
An entry that cannot be taken is answered with a sentence; nothing of it is stored.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeAlias, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from hospital.errors import HospitalError, Mistakes, NotAllowed, Unknown
from hospital.fees import charges, stays
from hospital.fees.charges import NewCharge, NewPayment, Reversal
from hospital.fees.scheme import Class, Insurance
from hospital.fees.statement import current_of
from hospital.fees.stays import Admission
from hospital.money import parse_money

T = TypeVar("T")

KINDS = ("charge", "reversal", "deposit", "admission", "discharge")
NEEDED = ("id", "stay", "day")
OPTIONAL = (
    "kind", "code", "quantity", "amount", "name", "class", "of", "card", "scheme", "scheme_from", "ward", "bed",
    "mother", "note",
)  # fmt: skip
SLACK = timedelta(days=3)
"""So long before the admission and after the discharge a charge may be dated."""

_QUANTITY = re.compile(r"([0-9]{1,7})(?:\.([0-9]{1,3})0*)?\Z")
_DAY = re.compile(r"([0-9]{4})-?([0-9]{2})-?([0-9]{2})(?:[T ]?([0-9]{2}):?([0-9]{2})(?::?[0-9]{2}(?:\.[0-9]+)?)?)?(?:Z|[+-][0-9:]{4,5})?\Z")  # fmt: skip  # noqa: E501


@dataclass(frozen=True, slots=True)
class Discharge:
    """A patient left."""

    number: str
    at: datetime


Entry: TypeAlias = Admission | Discharge | NewCharge | Reversal | NewPayment


@dataclass(frozen=True, slots=True)
class Terms:
    """What entries are read by: the insurance that is live, the hospital's zone."""

    insurance: Insurance
    zone: ZoneInfo


def understand(values: Mapping[str, str], sender: str, terms: Terms, now: datetime) -> Entry:
    """The entry that the texts say. Raises Mistakes with a sentence for everything that is wrong."""
    reading = _Reading(values, sender, terms, now)
    entry = reading.entry()
    if reading.wrong or entry is None:
        raise Mistakes(reading.wrong)
    return entry


def take(session: Session, entry: Entry, terms: Terms, now: datetime) -> bool:
    """Store it; False: it was there already. Raises HospitalError, and then nothing is changed."""
    if isinstance(entry, NewCharge):
        check_day(session, entry.stay, entry.day, terms.zone)
    return store(session, entry, now)


def store(session: Session, entry: Entry, now: datetime) -> bool:
    """As `take`, whatever its day."""
    match entry:
        case Admission():
            return stays.admit(session, _with_mother(session, entry, now), now)
        case Discharge(number, at):
            return stays.discharge(session, number, at)
        case NewCharge():
            return charges.post(session, entry, now)
        case Reversal():
            return charges.reverse(session, entry, now)
        case NewPayment():
            return charges.pay(session, entry, now)


def _with_mother(session: Session, entry: Admission, now: datetime) -> Admission:
    """A mother is named by her stay, or by her card."""
    if not entry.mother:
        return entry
    try:
        stays.row(session, entry.mother)
    except Unknown:
        found = current_of(session, entry.mother, now)
        if found is None:
            raise Unknown(f"no stay of the mother {entry.mother}") from None
        return Admission(**{name: getattr(entry, name) for name in Admission.__slots__} | {"mother": found.number})
    return entry


def check_day(session: Session, number: str, day: date, zone: ZoneInfo) -> None:
    """Whether a charge of that day can be one of the stay. Raises Unknown, NotAllowed."""
    stay = stays.row(session, number)
    begins = stay.admitted_at.astimezone(zone).date()
    if day < begins - SLACK:
        raise NotAllowed(f"the charge is dated {day}, and stay {number} began on {begins}")
    if stay.discharged_at is not None and day > stay.discharged_at.astimezone(zone).date() + SLACK:
        raise NotAllowed(f"the charge is dated {day}, and stay {number} ended on {stay.discharged_at:%Y-%m-%d}")


class _Reading:
    """One entry being read; `wrong` gathers what is wrong with it."""

    def __init__(self, values: Mapping[str, str], sender: str, terms: Terms, now: datetime) -> None:
        self._values = {name: value.strip() for name, value in values.items()}
        self._sender = sender[:80]
        self._terms = terms
        self._now = now
        self.wrong: list[str] = []

    def entry(self) -> Entry | None:
        kind = self._text("kind") or "charge"
        number = self._text("stay")
        if kind not in KINDS:
            self.wrong.append(f'no kind "{kind}": {", ".join(KINDS)}')
            return None
        if not number:
            self.wrong.append("the stay is missing")
        moment = self._read("day", self._moment)
        if moment is None:
            return None
        day = moment.astimezone(self._terms.zone).date()
        if kind == "admission":
            return self._admission(number, moment)
        if kind == "discharge":
            return Discharge(number, moment)
        key = self._text("id")
        if not key and not (kind == "reversal" and self._text("of")):
            self.wrong.append("its number (id) is missing")
        if day > self._now.astimezone(self._terms.zone).date():
            self.wrong.append(f"it is dated {day}, which is still to come")
        if kind == "reversal":
            of = self._text("of")
            return Reversal(self._sender, number, of or key, day, key if of else "")
        amount = self._read("amount", _amount)
        if kind == "deposit":
            return NewPayment(self._sender, key, number, day, amount or 0, self._text("note"))
        return self._charge(number, key, day, amount)

    def _charge(self, number: str, key: str, day: date, amount: int | None) -> NewCharge | None:
        if amount is not None and amount < 0:
            self.wrong.append("the amount is negative: what takes a charge back names it")
        quantity = self._read("quantity", _quantity) if self._text("quantity") else 1_000
        code, written = self._text("code"), self._text("class")
        catalogue = self._terms.insurance.catalogue
        item = catalogue.nearest(code, day)
        if not code:
            self.wrong.append("the code is missing")
        elif item is None and catalogue.items:
            self.wrong.append(f'unknown code "{code}": the catalogue does not list it')
        if written and written not in list(Class):
            self.wrong.append(f'no class "{written}": {", ".join(Class)}')
        if self.wrong or amount is None or quantity is None:
            return None
        of_class = item.of_class if item is not None else Class(written or Class.OTHER)
        return NewCharge(
            self._sender, key, number, day, code, of_class, quantity, amount, self._text("name"), self._text("of")
        )

    def _admission(self, number: str, moment: datetime) -> Admission:
        written, scheme = self._text("scheme"), ""
        if written:
            named = self._terms.insurance.named(written)
            if named is None and self._terms.insurance.schemes:
                self.wrong.append(f'unknown insurance "{written}"')
            scheme = named.name if named is not None else written
        begins = self._read("scheme_from", self._moment) if self._text("scheme_from") else None
        return Admission(
            number, moment, self._text("card"), "", self._text("ward"), self._text("bed"), scheme,
            None if begins is None else begins.astimezone(self._terms.zone).date(), self._text("mother"),
        )  # fmt: skip

    def _text(self, name: str) -> str:
        return self._values.get(name, "")

    def _read(self, name: str, read: Callable[[str], T]) -> T | None:
        try:
            return read(self._text(name))
        except (ValueError, HospitalError) as wrong:
            self.wrong.append(f"{name}: {wrong}")
            return None

    def _moment(self, text: str) -> datetime:
        found = _DAY.match(text)
        if found is None:
            raise ValueError(f'"{text}" is not a date such as 2026-01-31')
        year, month, day, hour, minute = (int(part or 0) for part in found.groups())
        try:
            local = datetime.combine(date(year, month, day), time(hour, minute), self._terms.zone)
        except ValueError:
            raise ValueError(f"there is no {text}") from None
        return local.astimezone(UTC)


def _amount(text: str) -> int:
    amount = parse_money(text)
    if abs(amount) > charges.MOST:
        raise ValueError(f"more than {charges.MOST // 100}")
    return amount


def _quantity(text: str) -> int:
    found = _QUANTITY.match(text)
    if found is None:
        raise ValueError(f'"{text}" is not a quantity such as 2 or 0.5')
    return int(found[1]) * 1_000 + int((found[2] or "0").ljust(3, "0"))
