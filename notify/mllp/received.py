"""Reads received HL7 messages back: lists, searches, one with what followed from it. Bodies of transactions.

Of a message that was accepted there is the header, and for some days its bytes. Its way is known by its key: its event
has it in its own, and the notices name their event.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, defer

from accounts.audit import Hand, signed
from db.reading import reading
from db.tables.notices import EventRow, MessageRow, NoticeRow
from notify.hl7.frame import KEPT
from notify.mllp.bytes import bytes_of
from notify.notices.fate import Fate


@dataclass(frozen=True, slots=True)
class MessageRecord:
    """A received HL7 message; `raw` where its bytes are kept and were asked for."""

    id: int
    state: str
    received_at: datetime
    repeated_at: datetime | None
    times: int
    peer: str
    sender: str
    control_id: str
    type: str
    answer: str
    reason: str
    encoding: str
    raw: bytes | None
    odd: str = ""
    """What was unusual in its form, though it was read."""
    again_at: datetime | None = None
    """When somebody sent a refused one again by hand; who; what was answered then."""
    again_by: str = ""
    again_answer: str = ""

    @property
    def whole(self) -> bool:
        """Whether all of it was kept."""
        return self.raw is not None and len(self.raw) < KEPT

    @property
    def refused(self) -> bool:
        """Whether it was refused: only such a one is sent again. Any other would count as the same message."""
        return self.state == "rejected"


@dataclass(frozen=True, slots=True)
class Odd:
    """What is unusual in a sender's messages."""

    sender: str
    odd: str
    count: int


@reading
def list_odd(session: Session, since: datetime, limit: int = 20) -> list[Odd]:
    """What was read though its form is not as it should be, the most frequent first."""
    count = func.count()
    states = ("accepted", "ignored")  # said for the index
    query = (
        select(MessageRow.sender, MessageRow.odd, count)
        .where(MessageRow.state.in_(states), MessageRow.received_at >= since, MessageRow.odd != "")
        .group_by(MessageRow.sender, MessageRow.odd)
        .order_by(count.desc(), MessageRow.sender)
        .limit(limit)
    )
    return [Odd(*row) for row in session.execute(query)]


@reading
def count_refused(session: Session, since: datetime) -> int:
    """How many messages were refused since then."""
    query = select(func.coalesce(func.sum(MessageRow.times), 0)).where(
        MessageRow.state == "rejected", func.coalesce(MessageRow.repeated_at, MessageRow.received_at) >= since
    )
    return int(session.scalar(query) or 0)


@reading
def list_messages(session: Session, every: bool = False, limit: int = 50) -> list[MessageRecord]:
    """The newest messages that were refused or that call nobody, or the newest of all."""
    query = select(MessageRow).order_by(MessageRow.received_at.desc(), MessageRow.id.desc()).limit(limit)
    if not every:
        query = query.where(MessageRow.reason != "")
    return [_message(row) for row in session.scalars(query)]


@reading
def show_message(session: Session, message_id: int) -> MessageRecord | None:
    """One message, with its bytes while they are kept."""
    row = session.get(MessageRow, message_id)
    return None if row is None else _whole(session, row)


# Searching


class Outcome(enum.StrEnum):
    """What became of messages that somebody looks for."""

    ACCEPTED = "accepted"
    """An event followed."""
    IGNORED = "ignored"
    """Acknowledged and noted; no rule wants its like."""
    REFUSED = "refused"
    QUIET = "quiet"
    """Accepted, and nobody is called: too old, or known already."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is looked for; what is empty does not matter."""

    since: datetime | None = None
    until: datetime | None = None
    type: str = ""
    """The beginning of MSH-9, such as `ADT^A01`; or a trigger alone, such as `A01`."""
    control_id: str = ""
    outcome: Outcome | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """One page of a search, the newest first; `raw` is not among it."""

    messages: tuple[MessageRecord, ...]
    before: int | None = None
    """Where the next page begins; None: that is all."""


@reading
def search(session: Session, asked: Asked, before: int | None = None, limit: int = 50) -> Found:
    """A page of messages, from the newest down, or from below the message `before`."""
    query = select(MessageRow).options(defer(MessageRow.raw)).where(*_wanted(asked))
    if before is not None:
        query = query.where(MessageRow.id < before)
    rows = session.scalars(query.order_by(MessageRow.id.desc()).limit(limit + 1)).all()
    found = tuple(_message(row, raw=False) for row in rows[:limit])
    return Found(found, found[-1].id if len(rows) > limit else None)


def _wanted(asked: Asked) -> Iterator[ColumnElement[bool]]:
    if asked.since is not None:
        yield MessageRow.received_at >= asked.since
    if asked.until is not None:
        yield MessageRow.received_at < asked.until
    if asked.type:
        kind = asked.type.strip().upper()
        begins, triggered = (MessageRow.type.startswith, MessageRow.type.contains)
        yield or_(begins(kind, autoescape=True), triggered(f"^{kind}", autoescape=True))
    if asked.control_id:
        yield MessageRow.control_id == asked.control_id.strip()
    match asked.outcome:
        case Outcome.REFUSED:
            yield MessageRow.state == "rejected"
        case Outcome.QUIET:
            yield MessageRow.state == "accepted"
            yield MessageRow.reason != ""
        case Outcome.ACCEPTED | Outcome.IGNORED:
            yield MessageRow.state == str(asked.outcome)


# What followed


@dataclass(frozen=True, slots=True)
class Followed:
    """What a message came to: its event, and the notices that were planned because of it."""

    event: str
    fate: Fate | None
    """None in rows of earlier versions."""
    why: str
    notices: tuple[int, ...]


@reading
def followed(session: Session, message_id: int) -> Followed | None:
    """What came of an accepted message; None when it told no event."""
    key = session.scalar(select(MessageRow.key).where(MessageRow.id == message_id, MessageRow.state == "accepted"))
    if key is None:
        return None
    begins = f"hl7:{key}:"
    found = select(EventRow).where(EventRow.key >= begins, EventRow.key < f"hl7:{key};").order_by(EventRow.id.desc())
    event = session.scalars(found.limit(1)).one_or_none()
    if event is None:
        return None
    notices = session.scalars(select(NoticeRow.id).where(NoticeRow.event_id == event.id).order_by(NoticeRow.id))
    return Followed(event.kind, Fate(event.fate) if event.fate else None, event.why, tuple(notices))


@reading
def followed_all(session: Session, messages: Sequence[MessageRecord]) -> dict[int, Followed]:
    """What came of each of these, by its number, in two questions; those that told no event are left out."""
    ids = [one.id for one in messages if one.state == "accepted"]
    keys: dict[str, int] = {}
    for id, key, at in session.execute(
        select(MessageRow.id, MessageRow.key, MessageRow.received_at).where(MessageRow.id.in_(ids))
    ):
        keys |= {f"hl7:{key}:{at:%Y%m%d%H%M%S}": id, f"hl7:{key}:": id}
    events = {row.id: row for row in session.scalars(select(EventRow).where(EventRow.key.in_(keys)))}
    notices: dict[int, list[int]] = {}
    query = select(NoticeRow.event_id, NoticeRow.id).where(NoticeRow.event_id.in_(events)).order_by(NoticeRow.id)
    for event, notice in session.execute(query):
        notices.setdefault(event, []).append(notice)
    return {
        keys[row.key]: Followed(row.kind, Fate(row.fate) if row.fate else None, row.why, tuple(notices.get(id, ())))
        for id, row in events.items()
    }


@reading
def newest_of(session: Session, sender: str, control_id: str, since: datetime) -> int | None:
    """The message of this sender and control id that came, or was repeated, last since then."""
    came = func.coalesce(MessageRow.repeated_at, MessageRow.received_at)
    same = (MessageRow.control_id == control_id, MessageRow.sender == sender, came >= since)
    return session.scalar(select(MessageRow.id).where(*same).order_by(came.desc(), MessageRow.id.desc()).limit(1))


def note_again(session: Session, message_id: int, hand: Hand, answer: str) -> None:
    """Somebody sent a refused message again; `answer`: AA, AE or AR, empty when there was none."""
    row = session.get_one(MessageRow, message_id, with_for_update=True)
    row.again_at, row.again_by, row.again_answer = hand.at, signed(hand.by)[0][:64], answer[:2]
    hand.note(session, "send again", "message", message_id, answer=answer)


def look_at(session: Session, message_id: int, hand: Hand) -> MessageRecord | None:
    """A message with its bytes, for somebody's eyes: that he looked is noted. None: there are none."""
    row = session.get(MessageRow, message_id)
    found = None if row is None else _whole(session, row)
    if found is None or found.raw is None:
        return None
    hand.note(session, "look at", "message", message_id)
    return found


def _whole(session: Session, row: MessageRow) -> MessageRecord:
    found = _message(row)
    return found if found.raw is not None else replace(found, raw=bytes_of(session, row.id))


def _message(row: MessageRow, *, raw: bool = True) -> MessageRecord:
    return MessageRecord(
        row.id,
        row.state,
        row.received_at,
        row.repeated_at,
        row.times,
        row.peer,
        row.sender,
        row.control_id,
        row.type,
        row.answer,
        row.reason,
        row.encoding,
        row.raw if raw else None,
        row.odd,
        row.again_at,
        row.again_by,
        row.again_answer,
    )
