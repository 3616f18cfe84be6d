"""Keys of the API: another system shows one with each request. A key is shown once, when it is made; the table keeps
its digest."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from accounts import tokens
from accounts.audit import Hand, signed
from accounts.errors import BadName, NameTaken, NotAllowed, Unknown
from accounts.rights import Right
from accounts.visitor import KeyHolder
from db.reading import reading
from db.tables.accounts import ApiKey

__all__ = ["KeyHolder", "KeyRecord", "NewKey", "every", "make", "note_use", "revoke", "whose_key"]

PREFIX = "wbk_"
"""What every key begins with, so that one that leaked is found by whoever looks for such."""
SHOWN = len(PREFIX) + 6
NOTED = timedelta(minutes=1)
NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,59}")
FOR_KEYS = frozenset(Right) - {Right.SELF, Right.USERS}
"""No key makes users or keys."""


@dataclass(frozen=True, slots=True)
class KeyRecord:
    """A key without its secret."""

    id: int
    name: str
    start: str
    rights: frozenset[Right]
    made_at: datetime
    made_by: str
    expires_at: datetime | None
    used_at: datetime | None
    used_from: str
    revoked_at: datetime | None

    def holds(self, now: datetime) -> bool:
        """Whether it opens anything now."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key at the only moment at which its secret is known."""

    record: KeyRecord
    secret: str


def make(session: Session, name: str, rights: Collection[Right], expires_at: datetime | None, hand: Hand) -> NewKey:
    """Make a key. Raises NameTaken, NotAllowed."""
    if not NAME.fullmatch(name):
        raise BadName(f'"{name}" cannot name a key: small letters, digits, dot, dash, underscore, up to 60')
    if not rights:
        raise NotAllowed("a key without rights opens nothing")
    if excess := sorted(set(rights) - FOR_KEYS):
        raise NotAllowed(f"no key may have the right {', '.join(excess)}")
    if expires_at is not None and expires_at <= hand.at:
        raise NotAllowed("the key would have expired already")
    if session.execute(select(ApiKey.id).where(ApiKey.name == name)).first() is not None:
        raise NameTaken(f"there is a key {name} already; a revoked one keeps its name, for the audit")
    secret = PREFIX + tokens.new()
    row = ApiKey(
        name=name,
        digest=tokens.digest(secret),
        start=secret[:SHOWN],
        rights=sorted(rights),
        made_at=hand.at,
        made_by=signed(hand.by)[0],
        expires_at=expires_at,
        used_from="",
    )
    session.add(row)
    session.flush()
    expiry = expires_at.isoformat() if expires_at else None
    hand.note(session, "make", "key", name, rights=sorted(rights), expires=expiry)
    return NewKey(_record(row), secret)


@reading
def whose_key(session: Session, secret: str, now: datetime) -> KeyHolder | None:
    """Who holds this key; None: nobody, or it is revoked or expired. When `to_note` is set, the caller runs `note_use`
    too."""
    if not secret.startswith(PREFIX) or len(secret) > tokens.LONGEST:
        return None
    row = session.execute(select(ApiKey).where(ApiKey.digest == tokens.digest(secret))).scalar_one_or_none()
    if row is None or not _record(row).holds(now):
        return None
    to_note = row.used_at is None or now - row.used_at >= NOTED
    return KeyHolder(row.id, row.name, _rights(row), to_note)


@reading
def holder_of(session: Session, key_id: int, now: datetime) -> KeyHolder | None:
    """Who holds the key of this id; None: it opens nothing any more."""
    row = session.get(ApiKey, key_id)
    return KeyHolder(row.id, row.name, _rights(row)) if row is not None and _record(row).holds(now) else None


def note_use(session: Session, key_id: int, now: datetime, address: str = "") -> None:
    """The key was used now."""
    session.execute(update(ApiKey).where(ApiKey.id == key_id).values(used_at=now, used_from=address[:64]))


@reading
def every(session: Session) -> list[KeyRecord]:
    """All keys, also those that open nothing any more, by name."""
    return [_record(row) for row in session.execute(select(ApiKey).order_by(ApiKey.name)).scalars()]


def revoke(session: Session, name: str, hand: Hand) -> KeyRecord:
    """From now on it opens nothing. Raises Unknown."""
    found = select(ApiKey).where(ApiKey.name == name)
    row = session.execute(found).scalar_one_or_none() if NAME.fullmatch(name) else None
    if row is None:
        raise Unknown(f"there is no key {name}")
    if row.revoked_at is None:
        row.revoked_at = hand.at
        hand.note(session, "revoke", "key", name)
    return _record(row)


def _rights(row: ApiKey) -> frozenset[Right]:
    """Those of today: a right that this version does not know any more is none."""
    known = {right.value for right in FOR_KEYS}
    return frozenset(Right(one) for one in row.rights if one in known)


def _record(row: ApiKey) -> KeyRecord:
    return KeyRecord(
        row.id,
        row.name,
        row.start,
        _rights(row),
        row.made_at,
        row.made_by,
        row.expires_at,
        row.used_at,
        row.used_from,
        row.revoked_at,
    )
