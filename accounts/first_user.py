"""The first user: while there is none, whoever starts the service is given a link by which he makes himself one.

The link is good for an hour, for one user, and only while there is none; each start of the service gives another.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from accounts import tokens, users
from accounts.audit import Hand
from accounts.rights import Role
from accounts.users import UserRecord
from db.reading import reading
from db.tables.accounts import FirstLink

GOOD_FOR = timedelta(hours=1)


def offer(session: Session, now: datetime) -> str | None:
    """A fresh link's secret; None: there are users already, who can add others."""
    session.execute(delete(FirstLink).where(FirstLink.expires_at <= now))
    if users.are_there(session):
        return None
    secret = tokens.new()
    session.add(FirstLink(digest=tokens.digest(secret), expires_at=now + GOOD_FOR))
    return secret


@reading
def holds(session: Session, secret: str, now: datetime) -> bool:
    """Whether the link is good now."""
    mine = select(FirstLink.expires_at).where(FirstLink.digest == tokens.digest(secret))
    expires_at = session.execute(mine).scalar_one_or_none()
    return expires_at is not None and now < expires_at and not users.are_there(session)


def take(session: Session, secret: str, name: str, shown: str, password_hash: str, hand: Hand) -> UserRecord | None:
    """Make the administrator; None: the link is not good, or no more. Raises `accounts.errors.AccountsError`."""
    if not holds(session, secret, hand.at):
        return None
    # Two who hold links at once: the second finds that the first has taken them all away.
    mine = delete(FirstLink).where(FirstLink.digest == tokens.digest(secret))
    if not session.execute(mine).rowcount:  # type: ignore[attr-defined]
        return None
    session.execute(delete(FirstLink))
    return users.add(session, name, shown, Role.ADMIN, password_hash, hand)
