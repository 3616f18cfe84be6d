"""Charges and payments of stays, as they come: late, twice, corrected, taken back. They are only added to.

A charge is known by who sent it and what the sender calls it; the same one again changes nothing. A correction or a
reversal is another row that names the charge, which from then on does not stand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.tables.fees import Charge, Payment
from hospital.errors import LedgerConflict, NotAllowed, Unknown
from hospital.fees import stays
from hospital.fees.scheme import Class
from hospital.fees.share import Charged
from hospital.money import show_money

MOST = 100_000_000_00
"""Of one charge or payment, minor units."""
MOST_QUANTITY = 1_000_000_000
LONGEST_KEY = 80


@dataclass(frozen=True, slots=True)
class NewCharge:
    """A charge that comes in. `of`: what the same sender calls the charge that this one corrects."""

    sender: str
    key: str
    stay: str
    day: date
    code: str
    of_class: Class
    quantity: int
    amount: int
    name: str = ""
    of: str = ""


@dataclass(frozen=True, slots=True)
class Reversal:
    """A charge is taken back. An empty `key` is made of the charge's."""

    sender: str
    stay: str
    of: str
    day: date
    key: str = ""


@dataclass(frozen=True, slots=True)
class NewPayment:
    """A deposit, or (negative) money given back."""

    sender: str
    key: str
    stay: str
    day: date
    amount: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """A charge that stands, with the name that it came with."""

    charged: Charged
    name: str
    corrects: bool
    taken_at: datetime


def check_same(session: Session, new: NewCharge) -> None:
    """Whether it can be what its sender called so before. Raises LedgerConflict."""
    there = _called(session, new.sender, new.key)
    if there is not None and (there.day, there.code, there.amount) != (new.day, new.code, new.amount):
        raise LedgerConflict(f"{new.key} is another charge already: a correction has a number of its own")


def post(session: Session, new: NewCharge, now: datetime) -> bool:
    """Store a charge; False: it was there already. Raises Unknown, NotAllowed, LedgerConflict."""
    _check(new.key, new.amount)
    if not 0 <= new.quantity <= MOST_QUANTITY:
        raise NotAllowed("a quantity lies between 0 and a million")
    stay = stays.lock(session, new.stay)
    corrected = _called(session, new.sender, new.of) if new.of else None
    if new.of and corrected is None:
        raise Unknown(f"no charge {new.of} to correct")
    values = {
        "stay_id": stay.id,
        "kind": "correction" if new.of else "charge",
        "of_id": None if corrected is None else corrected.id,
        "day": new.day,
        "code": new.code,
        "of_class": str(new.of_class),
        "quantity": new.quantity,
        "amount": new.amount,
    }
    there = _called(session, new.sender, new.key)
    if there is not None:
        if any(getattr(there, name) != value for name, value in values.items() if name != "of_class"):
            raise LedgerConflict(f"{new.key} is another charge already: a correction has a number of its own")
        return False
    if corrected is not None:
        _check_takeable(session, corrected, stay.id)
    session.add(Charge(sender=new.sender, key=new.key, name=new.name[:80], taken_at=now, **values))
    session.flush()
    return True


def reverse(session: Session, back: Reversal, now: datetime) -> bool:
    """Take a charge back; False: it was before. Raises Unknown, NotAllowed, LedgerConflict."""
    key = back.key or f"{back.of[: LONGEST_KEY - 9]}:reversal"
    _check(key, 0)
    stay = stays.lock(session, back.stay)
    charge = _called(session, back.sender, back.of)
    if charge is None:
        raise Unknown(f"no charge {back.of} to take back")
    there = _called(session, back.sender, key)
    if there is not None:
        if there.kind != "reversal" or there.of_id != charge.id:
            raise LedgerConflict(f"{key} is another charge already: a reversal has a number of its own")
        return False
    _check_takeable(session, charge, stay.id)
    session.add(
        Charge(
            stay_id=stay.id, sender=back.sender, key=key, kind="reversal", of_id=charge.id, day=back.day,
            code=charge.code, name=charge.name, of_class=charge.of_class, quantity=0, amount=0, taken_at=now,
        )
    )  # fmt: skip
    session.flush()
    return True


def pay(session: Session, new: NewPayment, now: datetime) -> bool:
    """Store a payment; False: it was there already. Raises Unknown, NotAllowed, LedgerConflict."""
    _check(new.key, abs(new.amount))
    if new.amount == 0:
        raise NotAllowed("a payment of nothing")
    stay = stays.lock(session, new.stay)
    query = select(Payment).where(Payment.sender == new.sender, Payment.key == new.key)
    there = session.scalars(query).one_or_none()
    if there is not None:
        if (there.stay_id, there.amount, there.day) != (stay.id, new.amount, new.day):
            raise LedgerConflict(f"{new.key} is another payment already")
        return False
    if paid(session, stay.id) + new.amount < 0:
        raise NotAllowed(f"more is given back than was paid: {show_money(paid(session, stay.id))} is there")
    values = {"sender": new.sender, "key": new.key, "day": new.day, "amount": new.amount, "note": new.note[:200]}
    session.add(Payment(stay_id=stay.id, taken_at=now, **values))
    session.flush()
    return True


def paid(session: Session, stay_id: int) -> int:
    """What was paid for a stay, minor units."""
    total = session.scalar(select(func.sum(Payment.amount)).where(Payment.stay_id == stay_id))
    return int(total or 0)


def standing(session: Session, stay_ids: Sequence[int]) -> dict[int, list[Standing]]:
    """The charges that stand, by stay, in the order in which they came."""
    taken = select(Charge.of_id).where(Charge.of_id.is_not(None), Charge.stay_id.in_(stay_ids))
    query = (
        select(
            Charge.id, Charge.stay_id, Charge.day, Charge.code, Charge.of_class, Charge.quantity, Charge.amount,
            Charge.name, Charge.kind, Charge.taken_at,
        )
        .where(Charge.stay_id.in_(stay_ids), Charge.kind != "reversal", Charge.id.not_in(taken))
        .order_by(Charge.id)
    )  # fmt: skip
    found: dict[int, list[Standing]] = {id: [] for id in stay_ids}
    for one in session.execute(query):
        charged = Charged(one.id, one.day, one.code, Class(one.of_class), one.quantity, one.amount)
        found[one.stay_id].append(Standing(charged, one.name, one.kind == "correction", one.taken_at))
    return found


def _check(key: str, amount: int) -> None:
    if not 0 < len(key) <= LONGEST_KEY:
        raise NotAllowed(f"a number of its own is needed, up to {LONGEST_KEY} characters")
    if amount < 0:
        raise NotAllowed("the amount is negative: what takes a charge back names it")
    if amount > MOST:
        raise NotAllowed(f"the amount is more than {MOST // 100}")


def _called(session: Session, sender: str, key: str) -> Charge | None:
    return session.scalars(select(Charge).where(Charge.sender == sender, Charge.key == key)).one_or_none()


def _check_takeable(session: Session, charge: Charge, stay_id: int) -> None:
    """Whether a charge can be taken back or corrected. Raises NotAllowed."""
    if charge.stay_id != stay_id:
        raise NotAllowed(f"charge {charge.key} is of another stay")
    if charge.kind == "reversal":
        raise NotAllowed(f"{charge.key} takes a charge back: it is no charge itself")
    if session.scalar(select(Charge.id).where(Charge.of_id == charge.id)) is not None:
        raise NotAllowed(f"charge {charge.key} was taken back or corrected before")
