"""`wardbell users`, `keys` and `audit` at the keyboard."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click
import pytest
from click.testing import CliRunner

from accounts import audit as audits
from accounts import keys as key_rules
from accounts import users as user_rules
from accounts.errors import NotAllowed, Unknown
from accounts.passwords import PepperedPasswords
from accounts.rights import Right, Role
from db.database import Database
from db.tables.wards import Ward
from hospital.errors import Unknown as UnknownWard
from tests.accounts.conftest import House
from wardbell.commands.audit import audit
from wardbell.commands.keys import keys
from wardbell.commands.users import users

PEPPER = b"p" * 32


@dataclass
class Desk:
    """A desk of the tests."""

    house: House
    pepper: bytes = PEPPER
    zone: ZoneInfo = ZoneInfo("Asia/Shanghai")  # noqa: RUF009 - frozen

    @property
    def database(self) -> Database:
        return self.house.database

    def wallclock(self) -> datetime:
        return self.house.now


@pytest.fixture
def database(tmp_path: Path, sqlite_file: Path, open_database: Callable[[str], Database]) -> Database:
    """Commands add nothing that depends on the database: SQLite only."""
    shutil.copy(sqlite_file, tmp_path / "users.db")
    made = open_database(f"sqlite:///{tmp_path}/users.db")
    made.run_now(lambda session: session.add(Ward(code="W3", name_zh="三病区", name_en="Ward 3")))
    return made


def told(house: House, group: click.Command, *words: str, typed: str | None = None) -> str:
    """What is read at the keyboard. Raises what the command raises."""
    result = CliRunner(mix_stderr=False).invoke(group, list(words), obj=Desk(house), input=typed)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.stderr
    return result.stdout


def refused(house: House, group: click.Command, *words: str, typed: str | None = None) -> str:
    """The sentence with which click refuses."""
    result = CliRunner(mix_stderr=False).invoke(group, list(words), obj=Desk(house), input=typed)
    assert result.exit_code in (1, 2)
    return result.stderr


def test_a_user_is_added_with_a_password_of_his_own(house: House) -> None:
    typed = "green-umbrella-5\n" * 2
    assert "added" in told(house, users, "add", "Lena", "--role", "clerk", "--shown", "Лена Ким", typed=typed)
    kept = house.run(user_rules.password_hash, house.run(user_rules.find, "lena").id)
    assert PepperedPasswords(PEPPER).verify("green-umbrella-5", kept)
    assert "Лена Ким" in told(house, users, "list")
    row = house.audit(action="add")[0]
    assert (row.how, row.key, row.role) == ("command", "lena", "")


def test_a_password_that_is_too_easy_is_not_taken(house: House) -> None:
    assert "at least 10" in refused(house, users, "add", "lena", "--role", "clerk", typed="short\nshort\n")
    assert "user's name" in refused(house, users, "password", "nina", typed="nina-nina-9\nnina-nina-9\n")


def test_a_made_password_is_printed_once(house: House) -> None:
    shown = told(house, users, "password", "nina", "--generate").splitlines()[0].removeprefix("password ")
    kept = house.run(user_rules.password_hash, house.run(user_rules.find, "nina").id)
    assert PepperedPasswords(PEPPER).verify(shown, kept)


def test_a_nurses_wards_are_those_of_the_hospital(house: House) -> None:
    typed = "green-umbrella-5\n" * 2
    told(house, users, "add", "olga", "--role", "nurse", "--ward", "w3", typed=typed)
    assert house.run(user_rules.find, "olga").wards == ("W3",)
    with pytest.raises(UnknownWard):
        told(house, users, "wards", "olga", "W9")


def test_a_user_changes_role_is_locked_and_let_in_again(house: House) -> None:
    told(house, users, "role", "nina", "clerk", "--why", "moved to the desk")
    told(house, users, "lock", "nina")
    assert house.run(user_rules.find, "nina").locked
    assert "locked" in told(house, users, "list")
    told(house, users, "unlock", "nina")
    told(house, users, "remove-second-factor", "nina")
    found = house.run(user_rules.find, "nina")
    assert (found.role, found.locked) == (Role.CLERK, False)
    assert house.audit(action="role")[0].reason == "moved to the desk"
    with pytest.raises(NotAllowed):
        told(house, users, "lock", "anna")
    with pytest.raises(Unknown):
        told(house, users, "lock", "nobody")


def test_who_is_logged_in_is_seen_and_logged_out(house: House) -> None:
    assert "nobody" in told(house, users, "sessions")
    token = house.open("nina")
    assert "10.1.2.7" in told(house, users, "sessions", "nina")
    assert "1 session" in told(house, users, "sessions", "nina", "--end")
    assert house.whose(token) is None
    assert "NAME" in refused(house, users, "sessions", "--end")


def test_a_key_is_shown_once_and_revoked(house: House) -> None:
    shown = told(house, keys, "add", "his", "--right", "events", "--days", "30").splitlines()[-1]
    his = house.run(key_rules.whose_key, shown, house.now)
    assert his is not None
    assert his.rights == {Right.EVENTS}
    listed = told(house, keys, "list")
    assert shown not in listed
    assert shown[:10] in listed
    told(house, keys, "revoke", "his")
    assert "revoked" in told(house, keys, "list")
    assert house.run(key_rules.whose_key, shown, house.now) is None
    assert "users" in refused(house, keys, "add", "bad", "--right", "users")


def test_the_audit_is_searched_and_taken_away(house: House) -> None:
    house.run(audits.note, house.now, "=cmd()", "publish", "edition", 7, reason="осень")
    shown = told(house, audit, "--noun", "edition", "--since", "2026-11-02", "--until", "2026-11-02")
    assert "2026-11-02 08:30:00" in shown
    assert "осень" in shown
    assert "nothing" in told(house, audit, "--until", "2026-11-01")
    rows = list(csv.reader(io.StringIO(told(house, audit, "--csv", "-", "--noun", "edition"))))
    assert rows[0][:3] == ["at", "who", "role"]
    assert rows[1][:2] == ["2026-11-02 08:30:00", "'=cmd()"]
