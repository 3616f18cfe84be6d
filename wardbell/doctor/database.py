"""Checks of the database: whether it answers, whether its tables fit, whether the rota covers tomorrow, whether
something happened and nobody was called.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from db import version
from db.database import Database
from db.errors import DatabaseError
from hospital.clinic import departments, rota
from hospital.clinic.calendar import HospitalCalendar
from ivr.record.call_records import without_key_events
from notify.notices.fate import Fate
from notify.notices.journal import DAMAGED, look
from notify.notices.listing import list_uncalled
from wardbell.doctor.finding import Finding, error, ok, warning


def shown(url: str) -> str:
    """The URL without its password."""
    try:
        return make_url(url).render_as_string(hide_password=True)
    except ArgumentError:
        return "the database"


def tables(url: str) -> Iterator[Finding]:
    """Whether the database answers and its tables are those of this version."""
    try:
        found, needed = version.current(url), version.head()
    except DatabaseError as away:
        yield error(f"{shown(url)}: {away}", "start the database, or correct `database` in wardbell.toml")
        return
    if found == needed:
        yield ok(f"{shown(url)}: tables at {needed}")
    elif found is None:
        yield error(f"{shown(url)} has no tables yet", "wardbell db upgrade")
    else:
        what = f"{shown(url)}: tables at {found}, this version needs {needed}"
        yield error(what, "make a backup, then: wardbell db upgrade")


def kept_confirmations(path: Path) -> Iterator[Finding]:
    """What nurses confirmed and the database does not know."""
    try:
        waiting, damaged = look(path)
    except OSError as wrong:
        yield error(f"the journal of confirmations cannot be read: {wrong}", f"let the service's user read {path}")
        return
    if waiting:
        what = f"{waiting} confirmations wait on disk for the database"
        yield warning(what, "the running service stores them when the database is back; do not delete its data folder")
    if damaged:
        aside = path.with_name(path.name + DAMAGED)
        yield warning(
            f"{aside} holds confirmations that could not be stored",
            "check in `wardbell notices` whether those wards were called again, then delete the file",
        )


def rota_of_tomorrow(database: Database, calendar: HospitalCalendar, now: datetime) -> Iterator[Finding]:
    """Whether somebody is on duty tomorrow. The rota is kept up daily: docs/features.md, 30."""
    try:
        days = database.run_now(rota.missing, calendar, now)
        clinics = database.run_now(departments.every)
    except DatabaseError as wrong:
        yield error(f"the rota cannot be read: {wrong}", "see the database above")
        return
    if not clinics:
        yield warning("no clinic is open for registration", "wardbell demo, or load the hospital's departments")
    for day in days:
        yield warning(f"nobody is on duty on {day}", "wardbell rota import FILE.csv")
    if not days:
        yield ok("the rota covers tomorrow")


def events_without_calls(database: Database, now: datetime) -> Iterator[Finding]:
    """Events of the last day and night that no rule of notices took."""
    try:
        uncalled = database.run_now(list_uncalled, now - timedelta(days=1))
    except DatabaseError as wrong:
        yield error(f"events cannot be read: {wrong}", "see the database above")
        return
    for one in uncalled:
        stale = "check the clocks and time zones, and why they came late: docs/hl7.md"
        advice = stale if one.fate is Fate.STALE else "add a rule to flows/notices.yaml: docs/notices.md"
        yield warning(f"in the last 24 hours {one}", advice)
    if not uncalled:
        yield ok("in the last 24 hours every event was taken by a rule")


def telephones_without_key_events(database: Database) -> Iterator[Finding]:
    """Whether callers' keys come as events, as they should, or have to be heard in their sound."""
    try:
        without, calls = database.run_now(without_key_events)
    except DatabaseError as wrong:
        yield error(f"calls cannot be read: {wrong}", "see the database above")
        return
    if without:
        what = f"{without} of the last {calls} answered calls came from telephones that offer no key events"
        yield warning(
            f"{what}: their keys are picked out of the sound",
            "enable RFC 4733 (RFC 2833, telephone-event) in the PBX or ask the trunk's provider to: docs/flows/keys.md",
        )
    elif calls:
        yield ok(f"the telephones of the last {calls} answered calls send keys as events")
