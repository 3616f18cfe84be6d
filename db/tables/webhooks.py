"""Tables of webhooks: whom the settings name, and what was told or is still to be told to each.

Written by `webhooks` only. A delivery is made in the transaction of what it tells, so neither is there without the
other.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import Base

_WAITING = text("state = 'waiting'")


class WebhookRow(Base):
    """A target as the settings had it when an engine started last, and how it fares. No secret stands here."""

    __tablename__ = "webhooks"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    url: Mapped[str] = mapped_column(String(500))
    events: Mapped[str] = mapped_column(String(400))
    """What it wants to be told, with a comma before and after each."""
    failing_since: Mapped[datetime | None]
    """The first failure after the last success."""
    failure: Mapped[str] = mapped_column(String(200), default="")
    """What the last failure was."""
    delivered_at: Mapped[datetime | None]
    """The last success."""
    off_at: Mapped[datetime | None]
    """Since when nothing is told any more, because it failed for too long."""


class DeliveryRow(Base):
    """One thing to tell one target. `due_at` of a waiting one is moved ahead while somebody sends it: a delivery whose
    engine died is due again by itself."""

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        CheckConstraint("state in ('waiting', 'delivered', 'given_up')", name="state"),
        Index("ix_webhook_deliveries_due", "webhook", "due_at", sqlite_where=_WAITING, postgresql_where=_WAITING),
        Index("ix_webhook_deliveries_created_at", "created_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    webhook: Mapped[str] = mapped_column(String(40))
    message: Mapped[str] = mapped_column(String(40))
    """The message's id: the same at every try, so that the receiver knows a repetition."""
    what: Mapped[str] = mapped_column(String(32))
    body: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    tried_at: Mapped[datetime | None]
    status: Mapped[int] = mapped_column(default=0)
    """Of the last HTTP answer; 0: there was none."""
    said: Mapped[str] = mapped_column(String(200), default="")
    """Why the last try failed."""
    ended_at: Mapped[datetime | None]
