"""Sessions: a browser holds a token, the table its digest. One is made at each login, never taken over from before.

Which user may log in is decided in `accounts.login`; what his role may do in `accounts.rights`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from accounts import tokens
from accounts.rights import Role
from accounts.visitor import Visitor
from db.reading import reading
from db.tables.accounts import User, UserSession

__all__ = [
    "SessionRecord",
    "Visitor",
    "end",
    "end_all",
    "every",
    "forget_old",
    "note_use",
    "open_session",
    "runs",
    "whose",
]

IDLE = timedelta(hours=1)
"""Without use for so long, a session is over."""
LONGEST = timedelta(hours=12)
"""A shift: used or not, it is over then."""
NOTED = timedelta(minutes=1)
"""A session's use is noted no more often: looking at a page writes nothing."""
KEPT = timedelta(days=90)
"""How long an ended session is listed."""


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """One session, for its user and for whoever looks after users."""

    id: int
    user: str
    begun_at: datetime
    used_at: datetime
    address: str
    agent: str
    totp_pending: bool


def open_session(
    session: Session,
    user_id: int,
    now: datetime,
    address: str,
    agent: str,
    *,
    idle: timedelta = IDLE,
    longest: timedelta = LONGEST,
    totp_pending: bool = False,
) -> str:
    """Begin a session and return its token, which stands nowhere else."""
    token = tokens.new()
    session.add(
        UserSession(
            digest=tokens.digest(token),
            user_id=user_id,
            totp_pending=totp_pending,
            begun_at=now,
            used_at=now,
            ends_at=now + longest,
            idle_seconds=round(idle.total_seconds()),
            address=address[:64],
            agent=agent[:200],
        )
    )
    session.execute(update(User).where(User.id == user_id).values(seen_at=now))
    return token


@reading
def whose(session: Session, token: str, now: datetime) -> Visitor | None:
    """Who holds this token; None: nobody, or the session is over, or its user is locked.

    It only reads. When `to_note` is set, the caller runs `note_use` too, or the session ends as if it were idle."""
    if not token or len(token) > tokens.LONGEST:
        return None
    query = (
        select(UserSession, User)
        .join(User, User.id == UserSession.user_id)
        .where(UserSession.digest == tokens.digest(token))
    )
    found = session.execute(query).one_or_none()
    if found is None:
        return None
    row, user = found
    if user.locked or not _runs(row, now):
        return None
    return Visitor(
        user.id,
        user.name,
        user.shown,
        Role(user.role),
        tuple(user.wards),
        user.language,
        row.id,
        tokens.derived(token, "csrf"),
        row.totp_pending,
        to_note=now - row.used_at >= NOTED,
    )


def note_use(session: Session, session_id: int, now: datetime) -> None:
    """The session was used now."""
    running = update(UserSession).where(UserSession.id == session_id, UserSession.ended_at.is_(None))
    session.execute(running.where(UserSession.used_at < now).values(used_at=now))
    user = select(UserSession.user_id).where(UserSession.id == session_id).scalar_subquery()
    session.execute(update(User).where(User.id == user).values(seen_at=now))


@reading
def runs(session: Session, session_id: int, now: datetime) -> bool:
    """Whether the session still goes on."""
    row = session.get(UserSession, session_id)
    return row is not None and _runs(row, now)


def end(session: Session, session_id: int, now: datetime | None = None) -> None:
    """Log out: its token is worth nothing from now on. Without `now` its last use counts as its end."""
    running = update(UserSession).where(UserSession.id == session_id, UserSession.ended_at.is_(None))
    session.execute(running.values(ended_at=UserSession.used_at if now is None else now))


def end_all(session: Session, user_id: int, now: datetime, *, but: int | None = None) -> int:
    """Log a user out everywhere, `but` for one session; how many ended."""
    running = update(UserSession).where(UserSession.user_id == user_id, UserSession.ended_at.is_(None))
    if but is not None:
        running = running.where(UserSession.id != but)
    ended: int = session.execute(running.values(ended_at=now)).rowcount  # type: ignore[attr-defined]
    return ended


@reading
def every(session: Session, now: datetime, user: str = "") -> list[SessionRecord]:
    """Sessions that run now, of one user or of all, the last used first."""
    query = (
        select(UserSession, User.name)
        .join(User, User.id == UserSession.user_id)
        .where(UserSession.ended_at.is_(None), UserSession.ends_at > now, User.locked.is_(False))
        .order_by(UserSession.used_at.desc(), UserSession.id.desc())
    )
    if user:
        query = query.where(User.name == user)
    return [
        SessionRecord(row.id, name, row.begun_at, row.used_at, row.address, row.agent, row.totp_pending)
        for row, name in session.execute(query)
        if _runs(row, now)
    ]


def forget_old(session: Session, now: datetime) -> int:
    """Remove sessions that ended long ago; how many."""
    old = delete(UserSession).where(UserSession.ends_at < now - KEPT)
    removed: int = session.execute(old).rowcount  # type: ignore[attr-defined]
    return removed


def _runs(row: UserSession, now: datetime) -> bool:
    idle = now - row.used_at
    return row.ended_at is None and now < row.ends_at and idle < timedelta(seconds=row.idle_seconds)
