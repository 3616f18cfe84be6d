"""Checks of who can log in to the console."""

from __future__ import annotations

from collections.abc import Iterator

from accounts import users
from db.database import Database
from db.errors import DatabaseError
from wardbell.doctor.finding import Finding, error, ok, warning

README = "set others (wardbell users password NAME), or lock them (wardbell users lock NAME)"


def who_can_log_in(database: Database, reached: bool) -> Iterator[Finding]:
    """Somebody can, and nobody by a password that everybody knows. `reached`: other machines reach the console."""
    try:
        there = database.run_now(users.every)
        by_demo = database.run_now(users.demo_users)
    except DatabaseError as wrong:
        yield error(f"users cannot be read: {wrong}", "see the database above")
        return
    if not any(one.has_password and not one.locked for one in there):
        yield warning("nobody can log in to the console yet", "wardbell users add NAME --role admin")
    elif by_demo and reached:
        names = ", ".join(by_demo)
        yield error(f"other machines reach the console, and the README has the password of {names}", README)
    elif by_demo:
        yield ok(f"{len(by_demo)} users log in by the password of the demo; only this machine reaches the console")
    else:
        yield ok("nobody logs in to the console by a password of the demo")
