"""The tables come to the program's version by steps, and the steps make just what the program's tables say."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from db import migrate
from db.database import Database

Opens = Callable[[str], Database]


def test_an_empty_database_comes_to_this_version(empty_database_url: str) -> None:
    assert migrate.current(empty_database_url) is None
    migrate.upgrade(empty_database_url)
    assert migrate.current(empty_database_url) == migrate.head()


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


def test_two_upgrades_at_once_are_one(empty_database_url: str) -> None:
    threads = [threading.Thread(target=migrate.upgrade, args=(empty_database_url,)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert migrate.current(empty_database_url) == migrate.head()


def test_the_steps_are_one_line_without_branches() -> None:
    script = ScriptDirectory(str(migrate.FOLDER))
    assert len(script.get_heads()) == 1
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
