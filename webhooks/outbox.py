"""What is to be told, as rows: told in the transaction of what happened, sent later, kept as a log for a while.

Bodies of transactions. Sending is `dispatch.py`'s.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeAlias, cast

from sqlalchemy import CursorResult, Table, delete, insert, select, update
from sqlalchemy.orm import Session

from db.reading import reading
from db.tables.webhooks import DeliveryRow, WebhookRow
from webhooks.post import Answer
from webhooks.what import What

WAITING, DELIVERED, GIVEN_UP = "waiting", "delivered", "given_up"
PAUSES = (5.0, 30.0, 300.0, 1_800.0, 7_200.0, 18_000.0, 36_000.0, 36_000.0)
"""Seconds between two tries of one delivery; after the last it is given up: 28 hours."""
JITTER = 0.2
"""The share by which a pause is longer or shorter, so that not all comes at once when a target is back."""
SENDING = timedelta(seconds=60)
"""How long a delivery is left alone when its sender says nothing more."""
AT_ONCE = 500
"""Rows that are forgotten in one transaction."""

Listeners: TypeAlias = Mapping[str, tuple[str, ...]]
"""What -> the targets that want to be told of it."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """What is to be sent now."""

    id: int
    webhook: str
    message: str
    body: str
    tries: int
    """Of earlier ones."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of sending it."""

    delivery: Delivery
    answer: Answer
    pause: float = 0.0
    """Seconds until the next try, if it failed; 0: there is none."""


@dataclass(frozen=True, slots=True)
class Change:
    """How a target fares now, when that is another way than before: `failing`, `off`, `well`."""

    webhook: str
    now: str
    why: str = ""


# Telling


def listeners(session: Session) -> Listeners:
    """Who is told what, as the settings of the engine that started last have it."""
    found: dict[str, tuple[str, ...]] = {}
    with session.no_autoflush:
        rows = session.execute(select(WebhookRow.name, WebhookRow.events).where(WebhookRow.off_at.is_(None))).all()
    for name, events in rows:
        for what in events.strip(",").split(","):
            found[what] = (*found.get(what, ()), name)
    return found


def tell(session: Session, what: What, facts: Mapping[str, Any], at: datetime) -> None:
    """Tell everybody who wants to know. It goes out when this transaction is committed, and never otherwise."""
    tell_all(session, what, (facts,), at, listeners(session))


def tell_all(
    session: Session, what: What, many: Iterable[Mapping[str, Any]], at: datetime, listening: Listeners
) -> None:
    """As `tell`, of several at once."""
    rows = []
    names = listening.get(what, ())
    for facts in many if names else ():
        message = f"msg_{uuid.uuid4().hex}"
        body = body_of(what, facts, at)
        rows += [
            {"webhook": name, "message": message, "what": what.value, "body": body, "created_at": at, "due_at": at}
            for name in names
        ]
    if rows:
        session.connection().execute(insert(cast("Table", DeliveryRow.__table__)), rows)


def body_of(what: str, facts: Mapping[str, Any], at: datetime) -> str:
    """The body of a message. Moments become text, in UTC."""
    told = {name: _moment(value) if isinstance(value, datetime) else value for name, value in facts.items()}
    return json.dumps({"type": what, "timestamp": _moment(at), "data": told}, ensure_ascii=False)


def _moment(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


# Sending


@reading
def any_due(session: Session, names: Sequence[str], now: datetime) -> bool:
    """Whether something is to be sent to one of these targets."""
    due = DeliveryRow.state == WAITING, DeliveryRow.webhook.in_(names), DeliveryRow.due_at <= now
    return session.scalar(select(DeliveryRow.id).where(*due).limit(1)) is not None


def claim(session: Session, room: Mapping[str, int], now: datetime) -> list[Delivery]:
    """The oldest due deliveries, as many to each target as there is room for: theirs who asked, for `SENDING`."""
    found: list[Delivery] = []
    for name, most in room.items():
        due = DeliveryRow.state == WAITING, DeliveryRow.webhook == name, DeliveryRow.due_at <= now
        first = select(DeliveryRow).where(*due).order_by(DeliveryRow.due_at, DeliveryRow.id).limit(most)
        for row in session.scalars(first.with_for_update(skip_locked=True)):
            found.append(Delivery(row.id, row.webhook, row.message, row.body, row.tries))
            row.due_at = now + SENDING
    return found


def note(
    session: Session, outcomes: Sequence[Outcome], off_after: Mapping[str, timedelta], now: datetime
) -> list[Change]:
    """Write down what came of sending; which targets fare otherwise than before."""
    changes: list[Change] = []
    for outcome in outcomes:
        row = session.get(DeliveryRow, outcome.delivery.id, with_for_update=True)
        target = session.get(WebhookRow, outcome.delivery.webhook, with_for_update=True)
        answer = outcome.answer
        if row is not None and row.state == WAITING:
            row.tries, row.tried_at, row.status, row.said = row.tries + 1, now, answer.status, answer.said
            if answer.well:
                row.state, row.ended_at = DELIVERED, now
            elif outcome.pause and not answer.gone:
                row.due_at = now + timedelta(seconds=outcome.pause)
            else:
                row.state, row.ended_at = GIVEN_UP, now
        if target is not None and target.off_at is None:
            changes += _fares(session, target, answer, off_after.get(target.name), now)
    return changes


def _fares(
    session: Session, target: WebhookRow, answer: Answer, off_after: timedelta | None, now: datetime
) -> list[Change]:
    if answer.well:
        was, target.failing_since, target.failure, target.delivered_at = target.failing_since, None, "", now
        return [Change(target.name, "well")] if was is not None else []
    first = target.failing_since is None
    target.failing_since, target.failure = target.failing_since or now, answer.said
    if answer.gone or (off_after is not None and now - target.failing_since >= off_after):
        target.off_at = now
        left = update(DeliveryRow).where(DeliveryRow.webhook == target.name, DeliveryRow.state == WAITING)
        values = {"state": GIVEN_UP, "ended_at": now, "said": "the webhook was switched off"}
        session.execute(left.values(values).execution_options(synchronize_session="fetch"))
        return [Change(target.name, "off", answer.said)]
    return [Change(target.name, "failing", answer.said)] if first else []


def send_again(session: Session, ids: Sequence[int], now: datetime) -> int:
    """Have these deliveries sent once more, from the first pause on; how many there are."""
    again = update(DeliveryRow).where(DeliveryRow.id.in_(ids))
    return _revived(session, again, now)


def send_given_up(session: Session, webhook: str, now: datetime) -> int:
    """Have all that was given up sent to a target; how many there are."""
    again = update(DeliveryRow).where(DeliveryRow.webhook == webhook, DeliveryRow.state == GIVEN_UP)
    return _revived(session, again, now)


def _revived(session: Session, again: Any, now: datetime) -> int:
    values = {"state": WAITING, "due_at": now, "tries": 0, "ended_at": None}
    done: CursorResult[Any] = session.execute(  # type: ignore[assignment]
        again.values(values).execution_options(synchronize_session=False)
    )
    return done.rowcount


def forget(session: Session, before: datetime) -> int:
    """Delete some of what is older; how many."""
    old = select(DeliveryRow.id).where(DeliveryRow.created_at < before).limit(AT_ONCE)
    gone = delete(DeliveryRow).where(DeliveryRow.id.in_(old)).execution_options(synchronize_session=False)
    done: CursorResult[Any] = session.execute(gone)  # type: ignore[assignment]
    return done.rowcount
