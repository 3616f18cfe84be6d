"""Users: who may log in, in which role, and what is changed about them. Each change is noted in the audit.

A change that takes something away (a role, wards, the password, the whole access) ends the user's sessions.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from accounts import visits
from accounts.audit import Hand
from accounts.errors import BadName, BadShown, LastAdministrator, NameTaken, NotAllowed, Unknown, WardsMissing
from accounts.rights import Role
from db.reading import reading
from db.rows import locked
from db.tables.accounts import RecoveryCode, User

NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}")
LONGEST_SHOWN = 80
LANGUAGES = ("zh", "en", "ru", "pl")


@dataclass(frozen=True, slots=True)
class UserRecord:
    """A user, without any secret."""

    id: int
    name: str
    shown: str
    role: Role
    wards: tuple[str, ...]
    language: str
    has_password: bool
    second_factor: bool
    demo: bool
    locked: bool
    made_at: datetime
    seen_at: datetime | None


def folded(name: str) -> str:
    """A name as it is kept: what people type differs in capitals and blanks around it."""
    return name.strip().lower()


def add(
    session: Session,
    name: str,
    shown: str,
    role: Role,
    password_hash: str | None,
    hand: Hand,
    *,
    wards: Sequence[str] = (),
    language: str = "",
    demo: bool = False,
) -> UserRecord:
    """Add a user. Raises NameTaken, NotAllowed."""
    name = folded(name)
    if not NAME.fullmatch(name):
        raise BadName(f'"{name}" cannot name a user: small letters, digits, dot, dash, underscore, up to 40')
    if session.execute(select(User.id).where(User.name == name)).first() is not None:
        raise NameTaken(f"there is a user {name} already")
    row = User(
        name=name,
        shown=checked_shown(shown, name),
        role=role.value,
        wards=_checked_wards(role, wards),
        language=_checked_language(language),
        password_hash=password_hash,
        demo=demo,
        totp_step=0,
        locked=False,
        made_at=hand.at,
    )
    session.add(row)
    session.flush()
    hand.note(session, "add", "user", name, role=role.value, wards=row.wards)
    return _record(row)


@reading
def find(session: Session, name: str) -> UserRecord:
    """The user of that name. Raises Unknown."""
    return _record(_row(session, name))


@reading
def every(session: Session) -> list[UserRecord]:
    """All users by name, the locked ones too."""
    return [_record(row) for row in session.execute(select(User).order_by(User.name)).scalars()]


@reading
def are_there(session: Session) -> bool:
    """Whether there is any user."""
    return session.execute(select(User.id).limit(1)).first() is not None


@reading
def demo_users(session: Session) -> list[str]:
    """Names of users who can log in by the password of the README."""
    query = select(User.name).where(User.demo, User.locked.is_(False)).order_by(User.name)
    return list(session.execute(query).scalars())


def change_role(session: Session, name: str, role: Role, hand: Hand, wards: Sequence[str] = ()) -> UserRecord:
    """Give him another role; a nurse gets `wards`. Raises Unknown, NotAllowed."""
    row = _held(session, name)
    before = row.role
    if before == Role.ADMIN and role is not Role.ADMIN:
        _another_administrator(session, row)
    row.role, row.wards = role.value, _checked_wards(role, wards)
    visits.end_all(session, row.id, hand.at)
    hand.note(session, "role", "user", row.name, before=before, role=role.value, wards=row.wards)
    return _record(row)


def change_wards(session: Session, name: str, wards: Sequence[str], hand: Hand) -> UserRecord:
    """Give a nurse other wards. Raises Unknown, NotAllowed."""
    row = _held(session, name)
    before, row.wards = list(row.wards), _checked_wards(Role(row.role), wards)
    hand.note(session, "wards", "user", row.name, before=before, wards=row.wards)
    return _record(row)


def rename(session: Session, name: str, shown: str, language: str, hand: Hand) -> UserRecord:
    """Change how he is shown, and the language of his pages. Raises Unknown, NotAllowed."""
    row = _held(session, name)
    row.shown, row.language = checked_shown(shown, row.name), _checked_language(language)
    hand.note(session, "rename", "user", row.name, shown=row.shown, language=row.language)
    return _record(row)


def set_language(session: Session, user_id: int, language: str) -> None:
    """The language of his own pages; empty: as his browser asks. Nothing that the audit asks for."""
    row = session.get_one(User, user_id)
    row.language = _checked_language(language)


def set_password(session: Session, name: str, password_hash: str, hand: Hand, but: int | None = None) -> UserRecord:
    """Set his password and log him out, `but` for the session in which he does it himself. Raises Unknown."""
    row = _held(session, name)
    row.password_hash, row.demo = password_hash, False
    visits.end_all(session, row.id, hand.at, but=but)
    hand.note(session, "password", "user", row.name)
    return _record(row)


@reading
def password_hash(session: Session, user_id: int) -> str | None:
    """What is kept of his password, to check the one that he gives before he changes it."""
    row = session.get(User, user_id)
    return row.password_hash if row is not None else None


def lock(session: Session, name: str, hand: Hand) -> UserRecord:
    """From now on he cannot log in, and is logged out. Raises Unknown, NotAllowed."""
    row = _held(session, name)
    if not row.locked:
        if row.role == Role.ADMIN:
            _another_administrator(session, row)
        row.locked = True
        hand.note(session, "lock", "user", row.name)
    visits.end_all(session, row.id, hand.at)
    return _record(row)


def unlock(session: Session, name: str, hand: Hand) -> UserRecord:
    """He may log in again. Raises Unknown."""
    row = _held(session, name)
    if row.locked:
        row.locked = False
        hand.note(session, "unlock", "user", row.name)
    return _record(row)


def remove_second_factor(session: Session, name: str, hand: Hand, but: int | None = None) -> UserRecord:
    """He lost his telephone: the password alone is enough until he sets up another. He is logged out, `but` for the
    session in which he does it himself. Raises Unknown."""
    row = _held(session, name)
    had, row.totp_seed, row.totp_offered = row.totp_seed is not None, None, None
    session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == row.id))
    if had:
        visits.end_all(session, row.id, hand.at, but=but)
        hand.note(session, "remove second factor", "user", row.name)
    return _record(row)


def end_sessions(session: Session, name: str, hand: Hand) -> int:
    """Log him out everywhere; how many sessions ended. Raises Unknown."""
    row = _held(session, name)
    ended = visits.end_all(session, row.id, hand.at)
    hand.note(session, "log out", "user", row.name, sessions=ended)
    return ended


def checked_shown(shown: str, name: str) -> str:
    """The name for people, one line; the user's name where it is empty. Raises NotAllowed."""
    shown = " ".join(shown.split())
    if len(shown) > LONGEST_SHOWN or not (shown.isprintable()):
        raise BadShown(f"a shown name is one line of up to {LONGEST_SHOWN} characters")
    return shown or name


def _checked_wards(role: Role, wards: Sequence[str]) -> list[str]:
    """Wards are a nurse's. Whether they exist is known to those above."""
    kept = list(dict.fromkeys(code.strip() for code in wards if code.strip()))
    if role is Role.NURSE and not kept:
        raise WardsMissing("a nurse needs at least one ward, or sees nothing")
    if role is not Role.NURSE and kept:
        raise NotAllowed(f"only nurses have wards; the role is {role.value}")
    return kept


def _checked_language(language: str) -> str:
    if language and language not in LANGUAGES:
        raise NotAllowed(f'no language "{language}": {", ".join(LANGUAGES)}, or none')
    return language


def _another_administrator(session: Session, row: User) -> None:
    """All administrators are held, so that two who lock each other do not both succeed."""
    others = locked(select(User.id).where(User.role == Role.ADMIN.value, User.locked.is_(False)))
    if not [one for one in session.execute(others).scalars() if one != row.id]:
        raise LastAdministrator(f"{row.name} is the last administrator: nobody could look after users any more")


def _row(session: Session, name: str) -> User:
    row = lookup(session, name)
    if row is None:
        raise Unknown(f"there is no user {folded(name)}")
    return row


def _held(session: Session, name: str) -> User:
    row = (
        None
        if lookup(session, name) is None
        else session.execute(locked(select(User).where(User.name == folded(name)))).scalar_one_or_none()
    )
    if row is None:
        raise Unknown(f"there is no user {folded(name)}")
    return row


def lookup(session: Session, name: str) -> User | None:
    """The row of that name. What cannot be one is not asked for: PostgreSQL takes no NUL."""
    if not NAME.fullmatch(folded(name)):
        return None
    return session.execute(select(User).where(User.name == folded(name))).scalar_one_or_none()


def _record(row: User) -> UserRecord:
    return UserRecord(
        row.id,
        row.name,
        row.shown,
        Role(row.role),
        tuple(row.wards),
        row.language,
        row.password_hash is not None,
        row.totp_seed is not None,
        row.demo,
        row.locked,
        row.made_at,
        row.seen_at,
    )
