"""The audit: who did what to what, when, from where and why. It is only added to; the database refuses the rest.

A change and its row are one transaction: what is not noted did not happen.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, TypeAlias
from zoneinfo import ZoneInfo

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from accounts.visitor import KeyHolder, Visitor
from db.reading import reading
from db.tables.accounts import AuditRow

How: TypeAlias = Literal["page", "api", "command", "service"]
By: TypeAlias = Visitor | KeyHolder | str
"""A user, a key, or a name: who was at the machine's keyboard, or what was typed at a login."""


@dataclass(frozen=True, slots=True)
class Hand:
    """Whose hand it is, when, from where and why: what all rows of one deed share."""

    by: By
    at: datetime
    how: How = "page"
    address: str = ""
    reason: str = ""

    def note(self, session: Session, action: str, noun: str, key: object, **details: Any) -> None:
        """Add a row to the audit."""
        note(
            session,
            self.at,
            self.by,
            action,
            noun,
            key,
            details=details,
            reason=self.reason,
            address=self.address,
            how=self.how,
        )


def note(
    session: Session,
    now: datetime,
    by: By,
    action: str,
    noun: str,
    key: object,
    details: Mapping[str, Any] | None = None,
    reason: str = "",
    address: str = "",
    how: How = "page",
) -> None:
    """Add a row. `action` is a verb ("publish", "listen"), `noun` and `key` say to what. Details are JSON, without
    secrets."""
    who, role = signed(by)
    session.add(
        AuditRow(
            at=now,
            who=who,
            role=role,
            how=how,
            action=action[:40],
            noun=noun[:24],
            key=_kept(str(key))[:120],
            details=dict(details or {}),
            reason=_kept(reason)[:500],
            address=address[:64],
        )
    )


def _kept(text: str) -> str:
    """PostgreSQL takes no NUL."""
    return text.replace("\x00", "")


def signed(by: By) -> tuple[str, str]:
    """Name and role, as the audit has them."""
    if isinstance(by, Visitor):
        return by.name, by.role.value
    if isinstance(by, KeyHolder):
        return f"key:{by.name}"[:80], ""
    return by[:80], ""


@dataclass(frozen=True, slots=True)
class AuditQuery:
    """What is looked for; empty means any."""

    who: str = ""
    """The whole name."""
    action: str = ""
    noun: str = ""
    key: str = ""
    since: datetime | None = None
    until: datetime | None = None
    """Up to, and not with it."""


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """One row."""

    id: int
    at: datetime
    who: str
    role: str
    how: str
    action: str
    noun: str
    key: str
    details: Mapping[str, Any] = field(hash=False)
    reason: str
    address: str


@reading
def find(session: Session, wanted: AuditQuery, limit: int = 100, before: int | None = None) -> list[AuditRecord]:
    """Rows, the newest first; `before`: only those older than the row of this id."""
    query = _where(wanted).order_by(AuditRow.id.desc()).limit(limit)
    if before is not None:
        query = query.where(AuditRow.id < before)
    return [_record(row) for row in session.execute(query).scalars()]


def pages(run: Any, wanted: AuditQuery, slice_: int = 1000) -> Iterator[AuditRecord]:
    """All rows, the newest first, a slice at a time, so that no transaction lasts long. `run` is a database's
    `run_now`."""
    before: int | None = None
    while found := run(find, wanted, slice_, before):
        yield from found
        before = found[-1].id


COLUMNS = ("at", "who", "role", "how", "action", "noun", "key", "reason", "address", "details")
"""Of the list as a file."""


def cells(one: AuditRecord, zone: ZoneInfo) -> tuple[datetime | str, ...]:
    """A row of that list; moments as the hospital's clock shows them."""
    details = json.dumps(one.details, ensure_ascii=False, sort_keys=True) if one.details else ""
    whence = (one.who, one.role, one.how, one.action, one.noun, one.key, one.reason, one.address, details)
    return one.at.astimezone(zone), *whence


@reading
def words(session: Session) -> tuple[list[str], list[str]]:
    """The actions and nouns that occur, to choose from."""
    actions = session.execute(select(AuditRow.action).distinct().order_by(AuditRow.action)).scalars()
    nouns = session.execute(select(AuditRow.noun).distinct().order_by(AuditRow.noun)).scalars()
    return list(actions), list(nouns)


def _where(wanted: AuditQuery) -> Select[AuditRow]:
    query = select(AuditRow)
    for name in ("who", "action", "noun", "key"):
        if value := getattr(wanted, name):
            query = query.where(getattr(AuditRow, name) == value)
    if wanted.since is not None:
        query = query.where(AuditRow.at >= wanted.since)
    if wanted.until is not None:
        query = query.where(AuditRow.at < wanted.until)
    return query


def _record(row: AuditRow) -> AuditRecord:
    return AuditRecord(
        row.id,
        row.at,
        row.who,
        row.role,
        row.how,
        row.action,
        row.noun,
        row.key,
        row.details,
        row.reason,
        row.address,
    )
