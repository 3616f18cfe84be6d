"""Demo users: one of each role, all with the password that the README tells. Only for a hospital that is only tried."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from accounts import users
from accounts.audit import Hand
from accounts.passwords import Passwords
from accounts.rights import Role
from db.database import Database

PASSWORD = "demo-hospital"


def make(database: Database, passwords: Passwords, wards: Sequence[str], now: datetime) -> list[str]:
    """A user of each role, named like it, where there is none of that name; the nurse sees `wards`. All their names."""
    hand = Hand("wardbell demo", now, "command")
    missing = set(Role) - set(database.run_now(_there))
    hashed = {role: passwords.hash(PASSWORD) for role in sorted(missing)}  # slow: before the transaction
    database.run_now(_add, hashed, wards, hand)
    return database.run_now(users.demo_users)


def _there(session: Session) -> list[Role]:
    names = {one.name for one in users.every(session)}
    return [role for role in Role if role.value in names]


def _add(session: Session, hashed: dict[Role, str], wards: Sequence[str], hand: Hand) -> None:
    for role, password in hashed.items():
        mine = wards if role is Role.NURSE else ()
        users.add(session, role.value, "", role, password, hand, wards=mine, demo=True)
