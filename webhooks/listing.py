"""Targets and deliveries read back, for people. Bodies of transactions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from db.reading import reading
from db.tables.webhooks import DeliveryRow, WebhookRow
from db.types import UtcDateTime
from webhooks.outbox import GIVEN_UP, WAITING
from webhooks.target import Target


@dataclass(frozen=True, slots=True)
class TargetRecord:
    """How a target fares. `waiting` and `given_up`: deliveries that it has not got."""

    name: str
    url: str
    events: tuple[str, ...]
    failing_since: datetime | None
    failure: str
    delivered_at: datetime | None
    off_at: datetime | None
    waiting: int
    given_up: int
    oldest: datetime | None
    """When the oldest of those that wait was made."""


@dataclass(frozen=True, slots=True)
class DeliveryRecord:
    """One delivery as it is listed."""

    id: int
    webhook: str
    message: str
    what: str
    state: str
    created_at: datetime
    due_at: datetime
    tries: int
    tried_at: datetime | None
    status: int
    said: str
    body: str


def keep(session: Session, targets: Sequence[Target]) -> None:
    """Write down what the settings say. A target that they name no more is told nothing more."""
    known = {row.name: row for row in session.scalars(select(WebhookRow).with_for_update())}
    for target in targets:
        row = known.pop(target.name, None)
        if row is None:
            row = WebhookRow(name=target.name, failure="")
            session.add(row)
        elif row.url != target.url:  # what was wrong was the other address
            row.off_at = row.failing_since = None
        row.url, row.events = target.url, f",{','.join(target.events)},"
    session.execute(delete(WebhookRow).where(WebhookRow.name.in_(list(known))))


def switch_on(session: Session, name: str) -> bool:
    """Tell a target again from now on; False: there is none of that name."""
    row = session.get(WebhookRow, name, with_for_update=True)
    if row is not None:
        row.off_at = row.failing_since = None
        row.failure = ""
    return row is not None


@reading
def list_targets(session: Session) -> list[TargetRecord]:
    """All that are told, by name."""
    oldest = func.min(DeliveryRow.created_at, type_=UtcDateTime())
    counted = select(DeliveryRow.webhook, DeliveryRow.state, func.count(), oldest)
    rows = session.execute(
        counted.where(DeliveryRow.state.in_((WAITING, GIVEN_UP))).group_by(DeliveryRow.webhook, DeliveryRow.state)
    )
    left = {(name, state): (count, first) for name, state, count, first in rows}
    return [
        TargetRecord(
            row.name,
            row.url,
            tuple(row.events.strip(",").split(",")),
            row.failing_since,
            row.failure,
            row.delivered_at,
            row.off_at,
            left.get((row.name, WAITING), (0, None))[0],
            left.get((row.name, GIVEN_UP), (0, None))[0],
            left.get((row.name, WAITING), (0, None))[1],
        )
        for row in session.scalars(select(WebhookRow).order_by(WebhookRow.name))
    ]


@reading
def list_deliveries(session: Session, webhook: str = "", state: str = "", limit: int = 50) -> list[DeliveryRecord]:
    """The newest first."""
    wanted = select(DeliveryRow).order_by(DeliveryRow.id.desc()).limit(limit)
    if webhook:
        wanted = wanted.where(DeliveryRow.webhook == webhook)
    if state:
        wanted = wanted.where(DeliveryRow.state == state)
    return [_record(row) for row in session.scalars(wanted)]


@reading
def show_delivery(session: Session, id: int) -> DeliveryRecord | None:
    """One delivery."""
    row = session.get(DeliveryRow, id)
    return None if row is None else _record(row)


def _record(row: DeliveryRow) -> DeliveryRecord:
    return DeliveryRecord(
        row.id,
        row.webhook,
        row.message,
        row.what,
        row.state,
        row.created_at,
        row.due_at,
        row.tries,
        row.tried_at,
        row.status,
        row.said,
        row.body,
    )
