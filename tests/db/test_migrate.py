"""The tables come to the program's version by steps, and the steps make just what the program's tables say."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy import Column, Integer, MetaData, inspect, text
from sqlalchemy.orm import Session

from db import migrate, version
from db.database import Database
from db.errors import DatabaseError

Opens = Callable[[str], Database]


def test_an_empty_database_comes_to_this_version(empty_database_url: str) -> None:
    assert version.current(empty_database_url) is None
    migrate.upgrade(empty_database_url)
    assert version.current(empty_database_url) == version.head()


def test_upgrading_again_changes_nothing(empty_database_url: str, open_database: Opens) -> None:
    migrate.upgrade(empty_database_url)
    database = open_database(empty_database_url)
    insert = "INSERT INTO wards (code, name_zh, name_en) VALUES ('N3', '三病区', 'Ward 3')"
    database.run_now(lambda session: session.execute(text(insert)))
    migrate.upgrade(empty_database_url)
    assert database.run_now(lambda session: session.execute(text("SELECT code FROM wards")).scalars().all()) == ["N3"]


def test_the_steps_lead_to_the_programs_tables(empty_database_url: str, open_database: Opens) -> None:
    """When this fails after a change of tables: `python -m db.migrate "what changes"` writes the step."""
    migrate.upgrade(empty_database_url)
    assert migrate.differences(open_database(empty_database_url)) == []


def test_the_steps_make_every_rule_of_the_tables(
    empty_database_url: str, database_url: str, open_database: Opens
) -> None:
    """Checks too, which the comparison above does not see."""
    if empty_database_url.split(":")[0] != database_url.split(":")[0]:
        return  # the two fixtures are crossed; like is compared with like
    migrate.upgrade(empty_database_url)
    migrated = _rules(open_database(empty_database_url))
    migrated.pop("alembic_version")
    assert migrated == _rules(open_database(database_url))


AT = datetime(2026, 11, 1, 8, 0, tzinfo=UTC)
DAY = date(2026, 11, 2)
HOSPITAL: dict[str, dict[str, Any]] = {
    "departments": {
        "id": 1, "code": "neike", "name_zh": "内科", "name_en": "Internal medicine", "position": 1,
        "general_capacity": 40, "general_fee": 600, "general_weekdays": "1234567", "general_until": "24:00",
    },
    "wards": {"id": 1, "code": "W3", "name_zh": "三病区", "name_en": "Ward three", "department_id": 1},
    "ward_contacts": {"id": 1, "ward_id": 1, "role": "station", "position": 0, "dial": "8301"},
    "cards": {
        "id": 1, "number": "100001", "patient": "王小芳", "phone": "", "pin_hash": None, "blocked": False,
        "demo": False, "made_at": AT,
    },
    "general_days": {"id": 1, "department_id": 1, "date": DAY, "capacity": 40, "taken": 1},
    "rota": {
        "id": 1, "date": DAY, "half": "am", "department_id": 1, "expert": "1", "name_zh": "陈文华",
        "name_en": "Dr Chen", "capacity": 10, "taken": 0, "fee": 3000,
    },
    "bookings": {
        "id": 1, "slip": "A1", "card_id": 1, "general_day_id": 1, "duty_id": None, "date": DAY, "fee": 600,
        "key": "k", "call_id": "c", "state": "booked", "made_at": AT, "cancelled_at": None,
    },
    "ledger": {
        "id": 1, "card_id": 1, "amount": -600, "kind": "fee", "booking_id": 1, "key": "k", "note": "", "at": AT,
    },
    "calls": {
        "id": "c", "engine": "wardbell", "direction": "in", "dialled": "1000", "caller": "139", "flow": "main",
        "language": "zh", "notice": "", "began_at": AT, "cause": "normal", "sip_code": 200, "ended_by_peer": True,
        "outcome": "end",
    },
    "call_events": {"call_id": "c", "number": 1, "at": AT, "kind": "step", "detail": {"step": "welcome"}},
    "events": {"id": 1, "key": "k", "kind": "admission", "source": "HIS", "received_at": AT, "facts": {}},
    "notices": {
        "id": 1, "event_id": 1, "kind": "admission", "priority": 0, "ward": "W3", "language": "zh", "variables": {},
        "state": "waiting", "created_at": AT, "due_at": AT, "expires_at": AT, "step": 0, "round": 0, "place": 0,
        "attempts": 1, "reason": "",
    },
    "notice_attempts": {
        "id": 1, "notice_id": 1, "number": 1, "step": 0, "round": 0, "place": 0, "places": 1, "role": "station",
        "target": "8301", "owner": "wardbell", "began_at": AT, "cause": "", "heard": False, "confirmed": False,
        "call_id": "c",
    },
}  # fmt: skip
"""A row of each table as the first release wrote it, in the order in which they refer to each other."""


def furnished(url: str, opens: Opens) -> Database:
    """A database of the first release with a hospital in it."""
    migrate.upgrade(url, "0001")
    database = opens(url)
    tables = MetaData()
    tables.reflect(database.engine)

    def fill(session: Session) -> None:
        for name, row in HOSPITAL.items():
            values = {key: _kept(database, value) for key, value in row.items()}
            session.execute(tables.tables[name].insert(), values)

    database.run_now(fill)
    return database


def _kept(database: Database, value: object) -> object:
    """SQLite's moments have no zone."""
    return value.replace(tzinfo=None) if isinstance(value, datetime) and database.dialect == "sqlite" else value


def rows_of(database: Database) -> dict[str, int]:
    """Rows of each table of the first release."""

    def count(session: Session) -> dict[str, int]:
        return {name: session.execute(text(f"SELECT count(*) FROM {name}")).scalar_one() for name in HOSPITAL}

    return database.run_now(count)


def test_a_hospital_of_the_first_release_keeps_every_row(empty_database_url: str, open_database: Opens) -> None:
    database = furnished(empty_database_url, open_database)
    migrate.upgrade(empty_database_url)
    assert rows_of(database) == dict.fromkeys(HOSPITAL, 1)
    assert migrate.differences(database) == []
    old = "SELECT slow, name_ru, edition, waited, talked, ended_by FROM cards, wards, calls"
    there = database.run_now(lambda session: tuple(session.execute(text(old)).one()))
    assert there == (False, "", None, None, None, "")
    notice = "SELECT addressee_kind, addressee, addressee_name, telephones, zone, language FROM notices"
    assert database.run_now(lambda session: tuple(session.execute(text(notice)).one())) == (
        "ward", "W3", "", "", "", "zh",
    )  # fmt: skip


@pytest.mark.parametrize("table", ["cards", "wards", "calls", "departments"])
def test_a_step_may_copy_a_table_to_which_others_refer(
    empty_database_url: str, open_database: Opens, table: str
) -> None:
    database = furnished(empty_database_url, open_database)

    def copy(session: Session) -> None:
        operations = Operations(MigrationContext.configure(session.connection()))
        with operations.batch_alter_table(table, recreate="always") as batch:
            batch.add_column(Column("more", Integer(), nullable=True))

    if database.dialect == "sqlite":  # nowhere else is a table copied
        migrate.change(empty_database_url, copy)
    assert rows_of(database) == dict.fromkeys(HOSPITAL, 1)


def test_a_step_that_loses_what_others_refer_to_changes_nothing(empty_database_url: str, open_database: Opens) -> None:
    database = furnished(empty_database_url, open_database)
    with pytest.raises(DatabaseError):
        migrate.change(empty_database_url, lambda session: session.execute(text("DELETE FROM cards")))
    assert rows_of(database) == dict.fromkeys(HOSPITAL, 1)


def test_two_upgrades_at_once_are_one(empty_database_url: str) -> None:
    threads = [threading.Thread(target=migrate.upgrade, args=(empty_database_url,)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert version.current(empty_database_url) == version.head()


def test_the_steps_are_one_line_without_branches() -> None:
    script = ScriptDirectory(str(version.FOLDER))
    assert script.get_heads() == [version.head()]
    assert len(script.get_bases()) == 1


def _rules(database: Database) -> dict[str, Any]:
    seen = inspect(database.engine)
    return {
        table: {
            "columns": sorted((one["name"], str(one["type"]), one["nullable"]) for one in seen.get_columns(table)),
            "checks": sorted((one["name"], one["sqltext"]) for one in seen.get_check_constraints(table)),
            "unique": sorted((one["name"], one["column_names"]) for one in seen.get_unique_constraints(table)),
            "foreign": sorted((one["name"], one["referred_table"]) for one in seen.get_foreign_keys(table)),
            "indexes": sorted((one["name"], one["column_names"], one["unique"]) for one in seen.get_indexes(table)),
        }
        for table in seen.get_table_names()
    }
