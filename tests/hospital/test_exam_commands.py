"""A nurse at an examination room runs its queue from the command line; clerks bring kinds and rooms as files."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from accounts import audit
from accounts.audit import AuditQuery
from db.database import Database
from hospital import demo
from hospital.cards.pins import PlainPins
from hospital.clinic.calendar import HospitalCalendar
from hospital.exams import queue, rooms
from tests.hospital.conftest import MORNING, SHANGHAI
from tests.hospital.test_clerk_commands import clerk, refused
from wardbell.commands.exams import exams


@pytest.fixture
def database(tmp_path: Path, sqlite_file: Path, open_database: Callable[[str], Database]) -> Database:
    """The demo hospital, on SQLite: commands add nothing that depends on the database."""
    shutil.copy(sqlite_file, tmp_path / "clerk.db")
    database = open_database(f"sqlite:///{tmp_path}/clerk.db")
    demo.make(database, PlainPins(), HospitalCalendar(SHANGHAI), lambda: MORNING)
    return database


def test_a_morning_at_the_ultrasound_room(database: Database) -> None:
    assert "50001" in clerk(database, exams, "list", "us1")
    assert "2 before it" in clerk(database, exams, "show", "50003")
    assert clerk(database, exams, "call-next", "us1").startswith("50001 no name, W3 1: called")
    assert "missed" in clerk(database, exams, "missed", "50001")
    assert clerk(database, exams, "call-next", "us1").startswith("50002")
    clerk(database, exams, "back", "50001")
    assert "2 before it" in clerk(database, exams, "show", "50001")
    clerk(database, exams, "done", "50002")
    clerk(database, exams, "close", "us1", "-m", "the machine is repaired")
    assert "closed: the machine is repaired" in clerk(database, exams, "show", "50003")
    assert "open it first" in refused(database, exams, "call-next", "us1")
    clerk(database, exams, "open", "us1")
    clerk(database, exams, "cancel", "50003", "-m", "discharged")
    number = clerk(database, exams, "order", "us1", "b_scan", "--at", "10:30", "--card", "100001").strip()
    assert "at about 10:30" in clerk(database, exams, "show", number)
    noted = [(one.who, one.action, one.key) for one in database.run_now(audit.find, AuditQuery())]
    assert [action for _, action, _ in noted][:4] == ["order", "cancel", "open", "close"]
    assert "no examination 999" in refused(database, exams, "show", "999")
    assert "no card 77" in refused(database, exams, "order", "us1", "b_scan", "--card", "77")


def test_an_empty_room_has_nobody_to_call(database: Database) -> None:
    clerk(database, exams, "call-next", "lab")
    assert clerk(database, exams, "call-next", "lab") == "nobody waits\n"
    assert "no room" in refused(database, exams, "list", "nowhere")


def test_the_demo_has_somebody_to_call_every_day(database: Database) -> None:
    clerk(database, exams, "call-next", "us1")
    later = MORNING.replace(day=MORNING.day + 1)
    for _ in range(2):
        demo.make(database, PlainPins(), HospitalCalendar(SHANGHAI), lambda: later)
    today = database.run_now(queue.today, "us1", HospitalCalendar(SHANGHAI), later)
    assert (today[0].number, today[0].state) == ("50001", "waiting")


def test_kinds_and_rooms_go_out_and_come_back_as_files(database: Database, tmp_path: Path) -> None:
    for what, rule in (("kinds", rooms.kinds), ("rooms", rooms.rooms)):
        before = database.run_now(rule)
        clerk(database, exams, what, "--out", str(tmp_path / f"{what}.csv"))
        clerk(database, exams, f"import-{what}", str(tmp_path / f"{what}.csv"))
        again = database.run_now(rule)
        assert [(one.code, one.name) for one in again] == [(one.code, one.name) for one in before]


@pytest.mark.parametrize(
    ("kind", "line", "told"),
    [
        ("kinds", "b_scan,B超,scan,ten,", 'minutes is "ten", not a number'),
        ("kinds", "b_scan,B超,scan,0,", "takes 1 to 600 minutes, not 0"),
        ("kinds", "B scan,B超,scan,10,", '"B scan" is not a code'),
        ("kinds", "b_scan,B超,scan,10,no food", '"no food" is not a word'),
        ("kinds", "b_scan,,scan,10,", "needs its names"),
        ("rooms", "us9,超声,scan,8,17:00", '"8" is not a time such as 08:00'),
        ("rooms", "us9,超声,scan,17:00,08:00", "cannot close at 08:00"),
    ],
)
def test_a_wrong_line_stores_nothing(database: Database, tmp_path: Path, kind: str, line: str, told: str) -> None:
    heading = {"kinds": "code,name_zh,name_en,minutes,preparation", "rooms": "code,name_zh,name_en,opens,closes"}[kind]
    good = {"kinds": "ct,CT,CT scan,15,", "rooms": "ct1,CT室,CT room,08:00,17:00"}[kind]
    file = tmp_path / "given.csv"
    file.write_text(f"{heading}\n{good}\n{line}\n", encoding="utf-8")
    with pytest.raises(Exception, match=r"given\.csv:3: ") as wrong:
        clerk(database, exams, f"import-{kind}", str(file))
    assert told in str(wrong.value)
    codes = {one.code for one in database.run_now(rooms.kinds)} | {one.code for one in database.run_now(rooms.rooms)}
    assert not codes & {"ct", "ct1"}


def test_two_lines_of_one_code_are_told(database: Database, tmp_path: Path) -> None:
    file = tmp_path / "given.csv"
    file.write_text("code,name_zh,name_en,opens,closes\nct1,一,one,08:00,17:00\nct1,一,one,08:00,17:00\n", "utf-8")
    with pytest.raises(Exception, match=r"given\.csv:3: ct1 is in line 2 already"):
        clerk(database, exams, "import-rooms", str(file))
