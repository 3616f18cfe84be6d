"""The demo users: one of each role, made once."""

from __future__ import annotations

from datetime import UTC, datetime

from accounts import demo, users
from accounts.passwords import PlainPasswords
from accounts.rights import Role
from db.database import Database

NOW = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)


def test_there_is_one_of_each_role_and_a_second_time_changes_nothing(database: Database) -> None:
    for _ in range(2):
        names = demo.make(database, PlainPasswords(), ("W3", "W5"), NOW)
    assert names == sorted(role.value for role in Role)
    nurse = database.run_now(users.find, "nurse")
    assert (nurse.wards, nurse.demo) == (("W3", "W5"), True)


def test_a_user_of_that_name_who_is_there_keeps_his_own_password(database: Database) -> None:
    hand = users.Hand("somebody", NOW, "command")
    database.run_now(users.add, "clerk", "", Role.CLERK, "a hash", hand)
    assert "clerk" not in demo.make(database, PlainPasswords(), ("W3",), NOW)
