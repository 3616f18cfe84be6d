"""Tables of calling out: messages received, events, notices, and one row for every dial.

Written by `notify` only. The indexes are made for the outbox: each holds just the rows that one of its questions is
about, so that a million rows that wait for later, or are over, are never read.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
    literal_column,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import Base
from db.types import UtcDateTime


def _where(name: str, which: str, *columns: str) -> Index:
    """An index of the rows that a condition picks, as it stands in the queries."""
    return Index(name, *columns, sqlite_where=text(which), postgresql_where=text(which))


class MessageRow(Base):
    """One HL7 message: accepted, of no interest, or rejected. A rejected one has its bytes here, as long as its
    header; those of others are `MessageBytesRow`."""

    __tablename__ = "hl7_messages"
    __table_args__ = (
        UniqueConstraint("key"),
        CheckConstraint("state in ('accepted', 'ignored', 'rejected')", name="state"),
        Index("ix_hl7_messages_state_received_at", "state", "received_at"),
        Index("ix_hl7_messages_control_id", "control_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64))
    """What makes the same message again the same: hash of sender, control id and content; of the bytes when
    rejected."""
    state: Mapped[str] = mapped_column(String(8))
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    repeated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    times: Mapped[int] = mapped_column(default=1)
    peer: Mapped[str] = mapped_column(String(64))
    sender: Mapped[str] = mapped_column(String(401))
    control_id: Mapped[str] = mapped_column(String(200))
    type: Mapped[str] = mapped_column(String(401))
    fingerprint: Mapped[str] = mapped_column(String(64), default="")
    answer: Mapped[str] = mapped_column(String(2))
    reason: Mapped[str] = mapped_column(String(200), default="")
    encoding: Mapped[str] = mapped_column(String(16))
    raw: Mapped[bytes | None] = mapped_column(LargeBinary)
    odd: Mapped[str] = mapped_column(String(400), default="", server_default=text("''"))
    """What was unusual in its form, though it was read."""
    stamped_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When it was recorded or sent, by the sender's clock."""
    again_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When somebody sent a refused one again by hand; who; what was answered then."""
    again_by: Mapped[str] = mapped_column(String(64), default="", server_default=text("''"))
    again_answer: Mapped[str] = mapped_column(String(2), default="", server_default=text("''"))


class MessageBytesRow(Base):
    """An accepted message as it came, for some days. Apart from its header, so that lists stay small and what is old
    goes without changing a header."""

    __tablename__ = "hl7_bytes"
    __table_args__ = (Index("ix_hl7_bytes_kept_at", "kept_at", "message_id", "size"),)

    message_id: Mapped[int] = mapped_column(ForeignKey("hl7_messages.id", ondelete="CASCADE"), primary_key=True)
    kept_at: Mapped[datetime] = mapped_column(UtcDateTime)
    size: Mapped[int]
    """Bytes of `raw`, for their sum."""
    raw: Mapped[bytes] = mapped_column(LargeBinary)


class EventRow(Base):
    """Something happened in the hospital. The key is unique: an event reported twice is one event."""

    __tablename__ = "events"
    __table_args__ = (
        UniqueConstraint("key"),
        Index("ix_events_received_at", "received_at"),
        Index("ix_events_visit", "visit", "kind"),
        Index("ix_events_fate", "fate", "received_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(64))
    source: Mapped[str] = mapped_column(String(401))
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    visit: Mapped[str] = mapped_column(String(64), default="", server_default=text("''"))
    """The patient's stay that it is about, as the sender numbers it; empty when it named none."""
    happened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When it happened, by the sender's clock."""
    fate: Mapped[str] = mapped_column(String(24), default="", server_default=text("''"))
    """What became of it (`notify.events.Fate`); empty in rows of earlier versions."""
    why: Mapped[str] = mapped_column(String(200), default="", server_default=text("''"))
    """Why nobody is called, where nobody is."""


class NoticeRow(Base):
    """One thing that somebody must hear of, from its planning to its end."""

    __tablename__ = "notices"
    __table_args__ = (
        CheckConstraint(
            "state in ('waiting', 'in_air', 'confirmed', 'delivered', 'failed', 'expired', 'cancelled')", name="state"
        ),
        CheckConstraint("(state = 'in_air') = (lease_until is not null)", name="lease"),
        _where("ix_notices_due", "state = 'waiting'", "priority", "due_at", "expires_at"),
        _where("ix_notices_expiry", "state = 'waiting'", "expires_at", "id"),
        _where("ix_notices_addressee", "state = 'waiting'", "addressee"),
        _where("ix_notices_in_air", "state = 'in_air'", "lease_owner"),
        _where("ix_notices_lease", "lease_until IS NOT NULL", "lease_until"),
        _where("ix_notices_unreported", "report_due IS NOT NULL", "id"),
        Index("ix_notices_event_id", "event_id"),
        Index("ix_notices_created_at", "created_at"),
        _where("ix_notices_telephone", "telephone != ''", "telephone"),
        _where("ix_notices_unconfirmed", "state IN ('failed', 'expired') AND acknowledged_at IS NULL", "id"),
        _where("ix_notices_open", "state IN ('waiting', 'in_air')", "id"),
        _where("ix_notices_untold", "state IN ('failed', 'expired', 'cancelled')", "state", "id"),
        Index("ix_notices_addressed", "addressee", "id"),
        Index(
            "ix_notices_again_of",
            "again_of",
            unique=True,
            sqlite_where=text("again_of IS NOT NULL"),
            postgresql_where=text("again_of IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"))
    kind: Mapped[str] = mapped_column(String(64))
    """The rule that planned it."""
    priority: Mapped[int]
    """0 emergency, 1 alert, 2 care, 3 money."""
    addressee_kind: Mapped[str] = mapped_column(String(8), default="ward", server_default=text("'ward'"))
    addressee: Mapped[str] = mapped_column(String(64))
    """Whom it is for: a ward's code, a patient's card, a person's name, a number (`notify.notices.addressee`)."""
    addressee_name: Mapped[str] = mapped_column(String(100), default="", server_default=text("''"))
    telephones: Mapped[str] = mapped_column(String(400), default="", server_default=text("''"))
    """The addressee's own, with commas, in the order in which they are called; a ward's are in the phonebook."""
    zone: Mapped[str] = mapped_column(String(40), default="", server_default=text("''"))
    """Of the addressee's clock; empty: the hospital's."""
    language: Mapped[str] = mapped_column(String(8))
    variables: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(12))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    step: Mapped[int] = mapped_column(default=0)
    """Where in the rule's escalation; the round within the step; the target within the round."""
    round: Mapped[int] = mapped_column(default=0)
    place: Mapped[int] = mapped_column(default=0)
    attempts: Mapped[int] = mapped_column(default=0)
    """How often it was dialled; the number of the newest attempt."""
    telephone: Mapped[str] = mapped_column(String(128), default="", server_default=text("''"))
    """Of a waiting one: the telephone that it waits for, because a call of ours holds it. Else empty."""
    lease_owner: Mapped[str | None] = mapped_column(String(64))
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    heard_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(String(200), default="")
    """Why it failed, or who cancelled it."""
    listener: Mapped[str] = mapped_column(String(128), default="", server_default=text("''"))
    """The number where somebody had confirmed what this notice takes back or corrects: the role `listener`."""
    report_due: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Set when it failed or expired, until that was reported."""
    acknowledged_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When somebody took notice by hand, without a telephone; who, and why."""
    acknowledged_by: Mapped[str] = mapped_column(String(64), default="", server_default=text("''"))
    acknowledged_why: Mapped[str] = mapped_column(String(200), default="", server_default=text("''"))
    again_of: Mapped[int | None]
    """The notice that ended without success and that this one calls again."""


IS_WAITING = NoticeRow.state == literal_column("'waiting'")
IS_IN_AIR = NoticeRow.state == literal_column("'in_air'")
IS_OPEN: ColumnElement[bool] = literal_column("notices.state IN ('waiting', 'in_air')")
IS_UNTOLD: ColumnElement[bool] = literal_column("notices.state IN ('failed', 'expired', 'cancelled')")
IS_UNCONFIRMED: ColumnElement[bool] = literal_column(
    "notices.state IN ('failed', 'expired') AND notices.acknowledged_at IS NULL"
)
"""With the words written out: an index of some rows serves only a query that says which ones."""


class FloodRow(Base):
    """Notices of a kind and a ward that expired in a flood of them, counted until that is reported. The ward is empty
    for all who are none."""

    __tablename__ = "notice_floods"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(64))
    ward: Mapped[str] = mapped_column(String(64))
    count: Mapped[int]
    first_id: Mapped[int]
    last_id: Mapped[int]


class AttemptRow(Base):
    """One dialling of one notice. A call that tells several has an attempt for each, with one `call_id`."""

    __tablename__ = "notice_attempts"
    __table_args__ = (
        UniqueConstraint("notice_id", "number"),
        Index("ix_notice_attempts_began_at", "began_at"),
        Index("ix_notice_attempts_target", "target", "notice_id"),
        _where("ix_notice_attempts_open", "ended_at IS NULL", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    notice_id: Mapped[int] = mapped_column(ForeignKey("notices.id", ondelete="CASCADE"))
    number: Mapped[int]
    """Counts from 1 within the notice."""
    step: Mapped[int]
    round: Mapped[int]
    place: Mapped[int]
    places: Mapped[int]
    """How many targets the step had at that time."""
    role: Mapped[str] = mapped_column(String(32))
    target: Mapped[str] = mapped_column(String(128))
    owner: Mapped[str] = mapped_column(String(64))
    began_at: Mapped[datetime] = mapped_column(UtcDateTime)
    rang_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cause: Mapped[str] = mapped_column(String(24), default="")
    """Empty while in the air."""
    heard: Mapped[bool] = mapped_column(default=False)
    confirmed: Mapped[bool] = mapped_column(default=False)
    call_id: Mapped[str] = mapped_column(String(32), default="")


class TelephoneRow(Base):
    """A telephone that calls of ours have rung, and whether one holds it now. Two never do."""

    __tablename__ = "telephones"

    number: Mapped[str] = mapped_column(String(128), primary_key=True)
    """As it is dialled, without spaces and the like."""
    owner: Mapped[str] = mapped_column(String(64), default="")
    """The engine whose call holds it; empty when none does."""
    attempt_id: Mapped[int | None]
    """The attempt that this call was dialled for."""
    taken_until: Mapped[datetime] = mapped_column(UtcDateTime)
    """The end of the call's lease, or of the rest after it."""
    talked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When our last conversation there ended."""
