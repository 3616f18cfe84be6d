"""What the doctor says of who can log in."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from accounts import demo, users
from accounts.audit import Hand
from accounts.passwords import PlainPasswords
from accounts.rights import Role
from db.database import Database
from tests.accounts.conftest import MORNING
from wardbell.doctor.finding import Level
from wardbell.doctor.users import who_can_log_in

HAND = Hand("root", MORNING, "command")


@pytest.fixture
def database(tmp_path: Path, sqlite_file: Path, open_database: Callable[[str], Database]) -> Database:
    """Nothing here depends on the database."""
    shutil.copy(sqlite_file, tmp_path / "users.db")
    return open_database(f"sqlite:///{tmp_path}/users.db")


def test_a_console_into_which_nobody_gets_is_told(database: Database) -> None:
    database.run_now(users.add, "anna", "", Role.ADMIN, None, HAND)
    (found,) = who_can_log_in(database, reached=True)
    assert (found.level, found.advice) == (Level.WARNING, "wardbell users add NAME --role admin")


@pytest.mark.parametrize(("reached", "level"), [(False, Level.OK), (True, Level.ERROR)])
def test_passwords_of_the_demo_are_no_passwords_for_others(database: Database, reached: bool, level: Level) -> None:
    demo.make(database, PlainPasswords(), ["W3"], MORNING)
    (found,) = who_can_log_in(database, reached)
    assert found.level is level
    for role in Role:
        database.run_now(users.set_password, role.value, "another", HAND)
    (found,) = who_can_log_in(database, reached)
    assert found.level is Level.OK
