"""What stays in the hospital cost: stays with their schemes, charges, payments; what came and could not be taken."""

from __future__ import annotations

import datetime as dt
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    event,
)
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Mapped, Mapper, mapped_column

from db.errors import DatabaseFault
from db.tables.base import Base


class Stay(Base):
    """A patient in the hospital, from admission to discharge, by the number that the hospital's system gives it."""

    __tablename__ = "stays"
    __table_args__ = (
        CheckConstraint("discharged_at IS NULL OR discharged_at >= admitted_at", name="discharged_after"),
        CheckConstraint("mother_id IS NULL OR mother_id <> id", name="mother_another"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(64), unique=True)
    card_id: Mapped[int | None] = mapped_column(ForeignKey("cards.id"), index=True)
    """None: a newborn, or somebody who has no card yet."""
    mother_id: Mapped[int | None] = mapped_column(ForeignKey("stays.id"), index=True)
    """A newborn's: the mother's card tells its fees until it has one of its own."""
    patient: Mapped[str] = mapped_column(String(80), default="")
    ward: Mapped[str] = mapped_column(String(40), default="", index=True)
    bed: Mapped[str] = mapped_column(String(20), default="")
    admitted_at: Mapped[datetime]
    discharged_at: Mapped[datetime | None]
    made_at: Mapped[datetime]


class StayCover(Base):
    """From which day on which insurance scheme covers a stay."""

    __tablename__ = "stay_covers"

    stay_id: Mapped[int] = mapped_column(ForeignKey("stays.id"), primary_key=True)
    begins: Mapped[dt.date] = mapped_column(Date, primary_key=True)
    scheme: Mapped[str] = mapped_column(String(40))


class Charge(Base):
    """One line of the bill, or what takes one back. Written once, never changed, never removed.

    A charge stands unless another row names it in `of_id`: a reversal, or the charge that corrects it.
    """

    __tablename__ = "charges"
    __table_args__ = (
        UniqueConstraint("sender", "key"),
        CheckConstraint("amount >= 0", name="amount_positive"),
        CheckConstraint("quantity >= 0", name="quantity_positive"),
        CheckConstraint("kind IN ('charge', 'correction', 'reversal')", name="kind_known"),
        CheckConstraint("(kind = 'charge') = (of_id IS NULL)", name="of_what"),
        Index("ix_charges_stay_id_day", "stay_id", "day"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    stay_id: Mapped[int] = mapped_column(ForeignKey("stays.id"))
    sender: Mapped[str] = mapped_column(String(80))
    key: Mapped[str] = mapped_column(String(80))
    """What the sender calls it: with the sender it says whether it came before."""
    kind: Mapped[str] = mapped_column(String(10))
    of_id: Mapped[int | None] = mapped_column(ForeignKey("charges.id"), unique=True)
    """What it takes back or corrects: each charge once."""
    day: Mapped[dt.date] = mapped_column(Date)
    code: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(80), default="")
    of_class: Mapped[str] = mapped_column(String(16))
    quantity: Mapped[int] = mapped_column(BigInteger)
    """Thousandths."""
    amount: Mapped[int] = mapped_column(BigInteger)
    """Minor units, all of it."""
    taken_at: Mapped[datetime]


class Payment(Base):
    """Money paid in advance for a stay (a deposit), or given back (negative). Only added to."""

    __tablename__ = "payments"
    __table_args__ = (UniqueConstraint("sender", "key"), CheckConstraint("amount <> 0", name="amount_not_zero"))

    id: Mapped[int] = mapped_column(primary_key=True)
    stay_id: Mapped[int] = mapped_column(ForeignKey("stays.id"), index=True)
    sender: Mapped[str] = mapped_column(String(80))
    key: Mapped[str] = mapped_column(String(80))
    day: Mapped[dt.date] = mapped_column(Date)
    amount: Mapped[int] = mapped_column(BigInteger)
    note: Mapped[str] = mapped_column(String(200), default="")
    taken_at: Mapped[datetime]


class AsideRow(Base):
    """What the hospital's system sent and could not be taken: kept with the reason until somebody mends or drops it."""

    __tablename__ = "set_aside"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'taken', 'dropped')", name="state_known"),
        Index("ix_set_aside_state_at", "state", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    mark: Mapped[str] = mapped_column(String(64), unique=True)
    """A digest of sender and content: the same that comes again is counted."""
    state: Mapped[str] = mapped_column(String(8), default="waiting")
    at: Mapped[datetime]
    times: Mapped[int] = mapped_column(default=1)
    sender: Mapped[str] = mapped_column(String(80))
    source: Mapped[str] = mapped_column(String(200))
    """The message or the file and line that it came in."""
    reason: Mapped[str] = mapped_column(String(300))
    content: Mapped[str] = mapped_column(Text)
    """What it says, as JSON: what is mended."""
    raw: Mapped[str] = mapped_column(Text)
    """As it came."""
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str] = mapped_column(String(80), default="")


@event.listens_for(Charge, "before_update")
@event.listens_for(Charge, "before_delete")
@event.listens_for(Payment, "before_update")
@event.listens_for(Payment, "before_delete")
def _append_only(_mapper: Mapper[Charge], _connection: Connection, row: Charge | Payment) -> None:
    raise DatabaseFault(f"{row.__tablename__} {row.id} is written: correct it with another row")
