"""What the doctor says of databases: away, empty, behind, without a rota for tomorrow."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from db import migrate, version
from db.database import Database
from hospital.clinic import rota
from hospital.clinic.calendar import HospitalCalendar
from hospital.clinic.departments import DepartmentRecord, store
from hospital.clinic.rota import NewDuty
from notify.notices.journal import DAMAGED, Journal, Kept
from wardbell.doctor import database as checks
from wardbell.doctor.finding import Level

NOW = datetime(2026, 6, 1, 20, 0, tzinfo=UTC)  # in Shanghai it is the second of June, early in the morning
CALENDAR = HospitalCalendar(ZoneInfo("Asia/Shanghai"))


def test_an_upgraded_database_is_well(empty_database_url: str) -> None:
    migrate.upgrade(empty_database_url)
    (found,) = checks.tables(empty_database_url)
    assert found.level is Level.OK


def test_a_database_without_tables_is_an_error(empty_database_url: str) -> None:
    (found,) = checks.tables(empty_database_url)
    assert (found.level, found.advice) == (Level.ERROR, "wardbell db upgrade")


def test_tables_of_another_version_are_an_error(empty_database_url: str) -> None:
    migrate.upgrade(empty_database_url)
    older = Database(empty_database_url)
    older.run_now(lambda session: session.execute(text("UPDATE alembic_version SET version_num = '0000'")))
    older.close()
    (found,) = checks.tables(empty_database_url)
    assert found.level is Level.ERROR
    assert "tables at 0000" in found.what
    assert "wardbell db upgrade" in found.advice


def test_a_server_that_is_away_is_an_error_and_its_password_stays_secret(tmp_path: Path) -> None:
    (found,) = checks.tables(f"postgresql+psycopg://wardbell:geheim@/wardbell?host={tmp_path}")
    assert found.level is Level.ERROR
    assert "geheim" not in found.what + found.advice


def test_a_url_that_is_none_is_an_error() -> None:
    (found,) = checks.tables("wardbell.db")
    assert found.level is Level.ERROR


@pytest.mark.parametrize(("url", "there"), [("sqlite:///{}/no.db", False), ("postgresql://x/y", True)])
def test_looking_for_a_database_does_not_make_it(tmp_path: Path, url: str, there: bool) -> None:
    assert version.is_there(url.format(tmp_path)) is there
    assert list(tmp_path.iterdir()) == []


def clinic(database: Database) -> None:
    record = DepartmentRecord("neike", {"zh": "内科", "en": "Internal medicine"}, 1, 10, 600, "1234567", "24:00")
    database.run_now(store, record)


def on_duty(database: Database, day: int) -> None:
    duty = NewDuty(datetime(2026, 6, day, tzinfo=UTC).date(), "am", "neike", "1", "陈文华", "Dr Chen", 10, 3000)
    database.run_now(rota.store, [duty])


def test_a_rota_that_ends_today_is_a_warning(database: Database) -> None:
    clinic(database)
    on_duty(database, 2)
    (found,) = checks.rota_of_tomorrow(database, CALENDAR, NOW)
    assert found.level is Level.WARNING
    assert "2026-06-03" in found.what


def test_a_rota_that_reaches_tomorrow_is_well(database: Database) -> None:
    clinic(database)
    on_duty(database, 3)
    assert [found.level for found in checks.rota_of_tomorrow(database, CALENDAR, NOW)] == [Level.OK]


def test_a_hospital_without_clinics_is_a_warning(database: Database) -> None:
    first, *_ = checks.rota_of_tomorrow(database, CALENDAR, NOW)
    assert (first.level, first.what) == (Level.WARNING, "no clinic is open for registration")


def test_confirmations_that_wait_on_disk_or_were_damaged_are_told(tmp_path: Path) -> None:
    path = tmp_path / "confirmations.journal"
    assert list(checks.kept_confirmations(path)) == []
    Journal(path).keep(Kept(7, 11, NOW))
    path.with_name(path.name + DAMAGED).write_text("+ 2026\n")
    waiting, damaged = checks.kept_confirmations(path)
    assert (waiting.level, waiting.what) == (Level.WARNING, "1 confirmations wait on disk for the database")
    assert damaged.level is Level.WARNING
