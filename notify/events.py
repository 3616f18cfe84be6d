"""An event is stored once, in the same transaction that plans its notices.

Whoever reports it (HL7 now, others later) gives it a key; the key is unique, so an event reported twice is one event
and calls nobody a second time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningInsert
from twisted.logger import Logger

from db.tables.base import Base
from db.tables.notices import EventRow
from notify.notices.addressing import addressed, spoken_to
from notify.notices.escalation import Rule
from notify.notices.fate import Fate
from notify.notices.plan import Planned, plan
from notify.notices.rules import NoticeRules
from notify.notices.taken_back import revise, taken_back_before, told_again

log = Logger()


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that happened in the hospital. `facts` steer the rules, `variables` are for what is said."""

    key: str
    kind: str
    source: str
    ward: str
    facts: Mapping[str, Any]
    variables: Mapping[str, Any]
    visit: str = ""
    """The patient's stay; empty when it is not known."""
    happened_at: datetime | None = None
    """By the sender's clock; None when it does not say."""


@dataclass(frozen=True, slots=True)
class Stored:
    """What came of storing it; `notices` is empty when it was known already or no rule follows."""

    new: bool
    notices: tuple[int, ...] = ()


@cache
def _inserting(table: type[Base], dialect: str) -> ReturningInsert[Any]:
    """Made once: to put it together costs more than to carry it out."""
    kind = postgresql if dialect == "postgresql" else sqlite
    made: ReturningInsert[Any] = kind.insert(table.__table__).on_conflict_do_nothing().returning(table.__table__.c.id)
    return made


def insert_once(session: Session, table: type[Base], values: Mapping[str, Any]) -> int | None:
    """Insert a row and give its id, or None when its unique key is there already (also by a rival's commit)."""
    made: int | None = session.connection().scalar(_inserting(table, session.get_bind().dialect.name), dict(values))
    return made


def store(
    session: Session, rules: NoticeRules, what: Happening, now: datetime, quiet: tuple[Fate, str] | None = None
) -> Stored:
    """Store `what` and plan the notices that the rules say follow from it; none when it is `quiet`, which says why."""
    facts = {**what.facts, "ward": what.ward}
    following = rules.following(what.kind, facts) if quiet is None else ()
    fate, why = quiet or (Fate.PLANNED, "")
    if quiet is None and not following:
        meant = rules.meant(what.kind, facts)
        fate, why = (Fate.SILENT, "") if meant else (Fate.NOBODY, rules.why_nobody(what.kind, facts))
    row = {
        "key": what.key,
        "kind": what.kind,
        "source": what.source,
        "received_at": now,
        "facts": facts,
        "visit": what.visit[:64],
        "happened_at": what.happened_at,
        "fate": fate,
        "why": why[:200],
    }
    event_id = insert_once(session, EventRow, row)
    if event_id is None:
        return Stored(False)
    if fate is Fate.NOBODY:
        log.error("NOBODY IS CALLED because of {kind}, ward {ward}: {why}", kind=what.kind, ward=what.ward, why=why)
    planned = _planned(session, rules, following, session.get_one(EventRow, event_id), what, now) if following else []
    return Stored(True, tuple(plan(session, planned, now)))


def _planned(
    session: Session, rules: NoticeRules, following: Sequence[Rule], event: EventRow, what: Happening, now: datetime
) -> list[Planned]:
    """The notices that follow; what is taken back or corrected by the event is changed."""
    planned: list[Planned] = []
    if revising := [rule for rule in following if rule.revises]:
        revision = revise(session, rules, revising, event, what.variables, now)
        event.fate, event.why = revision.fate, revision.why
        planned += revision.planned
        if revision.fate is Fate.UNMATCHED:
            log.error("{kind}, ward {ward}: {why}", kind=what.kind, ward=what.ward, why=revision.why)
    if ordinary := [rule for rule in following if not rule.revises]:
        why = taken_back_before(session, rules, event, now)
        if why:
            event.fate, event.why = Fate.TAKEN_BACK, why
            log.warn("{kind}, ward {ward}, calls nobody: {why}", kind=what.kind, ward=what.ward, why=why)
        else:
            told_again(session, rules, event, now)
            for rule in ordinary:
                addressee = spoken_to(rules, addressed(session, rule.to, what.ward, event.facts))
                planned.append(Planned(event.id, rule, addressee, what.variables, now))
    return planned
