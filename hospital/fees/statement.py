"""What a stay comes to up to this moment: a question over charges, payments and the insurance rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.reading import reading
from db.tables.fees import Stay
from hospital.fees import charges, stays
from hospital.fees.charges import Standing
from hospital.fees.scheme import Class, Insurance, Names, Scope
from hospital.fees.share import Divided, Share, Stayed, divided
from hospital.fees.stays import StayRecord

TOLD_AFTER = timedelta(days=30)
"""So long after the discharge the telephone still tells what a stay came to."""


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One charge on the bill. `quantity` in thousandths, `amount` in minor units."""

    day: date
    code: str
    names: Names
    of_class: Class
    quantity: int
    amount: int
    scope: Scope
    share: Share
    corrected: bool


@dataclass(frozen=True, slots=True)
class Statement:
    """A stay's bill at one moment. Amounts are minor units."""

    stay: StayRecord
    schemes: tuple[tuple[date, Names], ...]
    """What the schemes are called, each with its first day."""
    lines: tuple[StatementLine, ...]
    share: Share
    today: Share
    by_class: Mapping[Class, Share]
    by_day: Mapping[date, Share]
    paid: int

    @property
    def left(self) -> int:
        """What is left of the deposit when the patient's share is taken from it; negative: what is owed."""
        return self.paid - self.share.patient


@reading
def of_stay(session: Session, number: str, insurance: Insurance, zone: ZoneInfo, now: datetime) -> Statement:
    """The bill of one stay. Raises Unknown."""
    wanted = stays.row(session, number)
    query = select(Stay).order_by(Stay.admitted_at, Stay.id)
    query = query.where(Stay.card_id == wanted.card_id) if wanted.card_id else query.where(Stay.id == wanted.id)
    rows = list(session.scalars(query))  # what insurance paid for earlier stays of the year counts
    records = {record.number: record for record in stays.records(session, rows)}
    stood = charges.standing(session, [one.id for one in rows])
    every = [_stayed(records[one.number], stood[one.id], zone) for one in rows]
    bill = next(one for one in divided(every, insurance) if one.stay == number)
    paid = charges.paid(session, wanted.id)
    return _statement(records[number], bill, stood[wanted.id], insurance, paid, now.astimezone(zone).date())


@reading
def current_of(session: Session, card: str, now: datetime) -> StayRecord | None:
    """The stay that a card's holder asks about: the one that goes on, else the last that ended lately. A newborn's
    comes after its mother's own. Raises Unknown."""
    found = [
        one for one in stays.of_card(session, card) if one.discharged_at is None or one.discharged_at > now - TOLD_AFTER
    ]
    return min(found, key=lambda one: (one.card != card, one.discharged_at is not None), default=None)


def _stayed(stay: StayRecord, stood: list[Standing], zone: ZoneInfo) -> Stayed:
    begins = stay.admitted_at.astimezone(zone).date()
    return Stayed(stay.number, begins, stay.cover, tuple(one.charged for one in stood))


def _statement(
    stay: StayRecord, bill: Divided, stood: list[Standing], insurance: Insurance, paid: int, today: date
) -> Statement:
    came = {one.charged.number: one for one in stood}
    lines = []
    for line in bill.lines:
        charged, standing = line.charge, came[line.charge.number]
        item = insurance.catalogue.nearest(charged.code, charged.day)
        written = standing.name or charged.code
        names = item.names if item is not None else {"zh": written, "en": written}
        lines.append(
            StatementLine(
                charged.day, charged.code, names, charged.of_class, charged.quantity, charged.amount, line.scope,
                line.share, standing.corrects,
            )
        )  # fmt: skip
    called = [
        (begins, found.names if (found := insurance.schemes.get(name)) is not None else {"zh": name, "en": name})
        for begins, name in stay.cover
    ]
    return Statement(
        stay, tuple(called), tuple(lines), bill.share, bill.on(today), bill.by_class(), bill.by_day(), paid
    )
