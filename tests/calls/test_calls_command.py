"""Calls as clerks list them: whatever callers call themselves, a line fits the terminal."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner, Result
from twisted.internet import defer
from twisted.internet.task import Clock

from db.database import Database, ImmediateTransactions
from ivr.call.book import CallBegun
from ivr.call.turned_away import TurnedAwayCalls
from ivr.record.legs import FIRST, Role
from ivr.record.trace import CallBook
from ivr.switch.line import Cause, Ended, Offer, Seat, TurnedAway
from prompts.catalog import Catalog
from wardbell.commands.calls import calls
from wardbell.doctor.finding import Level
from wardbell.doctor.refusals import refused_today

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
LONG = "8001-" + "9" * 120


@dataclass
class Desk:
    database: Database
    zone: ZoneInfo = ZoneInfo("Asia/Shanghai")  # noqa: RUF009 - never changes
    now: datetime = NOW

    def wallclock(self) -> datetime:
        return self.now

    def texts_of(self, edition: int | None) -> Catalog:
        return Catalog.load()

    def says(self, *words: str, columns: int = 100) -> Result:
        return CliRunner().invoke(calls, list(words), obj=self, env={"COLUMNS": str(columns)})


@pytest.fixture
def desk(sqlite_file: Path, tmp_path: Path, open_database: Callable[[str], Database]) -> Desk:
    (tmp_path / "wardbell.db").write_bytes(sqlite_file.read_bytes())
    made = Desk(open_database(f"sqlite:///{tmp_path / 'wardbell.db'}"))
    clock = Clock()
    refused = TurnedAwayCalls(CallBook(ImmediateTransactions(made.database), clock, made.wallclock, "engine-1"), clock)
    refused.note(TurnedAway("a" * 32, Offer("1502", LONG), 488, "no audio that this line takes", "G722 (RTP/AVP)"))
    for number, caller in enumerate(["8001", "8001", "8002", ""]):
        refused.note(TurnedAway(f"{number}" * 32, Offer("1502", caller), 486, "every line is in use"))
    clock.advance(61)
    return made


def test_a_long_number_does_not_stretch_the_list_beyond_the_terminal(desk: Desk) -> None:
    for columns in (80, 100, 200):
        shown = desk.says("list", columns=columns).output.splitlines()
        assert max(map(len, shown)) <= max(columns, 92)
        assert any("8001" in line and "999" in line for line in shown)
    assert LONG in desk.says("list", "--csv").output
    assert LONG in desk.says("show", "a").output


@pytest.fixture
def book(desk: Desk) -> Iterator[CallBook]:
    """Calls of a service that goes on while the clerk looks."""
    clock = Clock()
    made = CallBook(ImmediateTransactions(desk.database), clock, desk.wallclock, "engine-1")
    yield made
    clock.advance(1)


def test_calls_of_this_moment_are_listed_as_ringing_or_talking(desk: Desk, book: CallBook) -> None:
    book.begin(CallBegun("7" * 32, "in", "1000", "8001", "main", "zh")).answered()
    book.begin(CallBegun("8" * 32, "out", "8101", "1000", "ward_admission", "zh"))
    defer.ensureDeferred(book.flush())
    shown = {line.split()[0]: line.split()[-1] for line in desk.says("list", columns=200).output.splitlines()}
    assert (shown["77777777"], shown["88888888"]) == ("talking", "ringing")


def test_who_waited_and_talked_is_listed_where_there_is_room_and_shown_with_legs(desk: Desk, book: CallBook) -> None:
    trace = book.begin(CallBegun("7" * 32, "in", "1000", "8001", "main", "zh", seat=Seat("7" * 32, "sip", "worker 0")))
    trace.answered()
    operator = trace.legs.begin(Role.DESK, "8000", seat=Seat("9" * 32, "sip", "worker 0"))
    trace.legs.waits(FIRST, operator)
    desk.now += timedelta(seconds=5)
    trace.legs.rang(operator)
    trace.legs.answered(operator)
    trace.legs.joined(FIRST, operator)
    desk.now += timedelta(seconds=42)
    laboratory = trace.legs.begin(Role.DESK, "", begun_by=operator)
    trace.legs.ended(operator, "normal", 200, by=operator)
    trace.finished(Ended(Cause.NORMAL, 200), "done")
    trace.legs.ended(laboratory, "cancelled", 487, by=FIRST)
    defer.ensureDeferred(book.flush())
    listed = next(line for line in desk.says("list", columns=150).output.splitlines() if line.startswith("7777"))
    assert listed.split()[-6:] == ["47.0", "5.0", "42.0", "done", "line", "normal"]
    assert "waited" not in desk.says("list", columns=80).output
    of_it = next(line for line in desk.says("list", "--csv").output.splitlines() if line.startswith("7777"))
    assert of_it.endswith(",done,normal,5.0,42.0,line")
    shown = desk.says("show", "9999").output  # by the line of a leg, as the log names it
    assert f"call {'7' * 32}" in shown
    for words in (
        "leg 1  caller 8001: offered 16:00:00, answered 16:00:00, ended 16:00:47, normal by the line  (77777777, ",
        "answered 16:00:05, ended 16:00:47, normal by desk 8000  (99999999, worker 0)",
        "leg 3  desk (withheld): brought in by desk 8000, offered 16:00:47, ended 16:00:47, cancelled by caller 8001",
        "16:00:00  caller 8001 waited for desk 8000 for 5.0 s",
        "16:00:05  caller 8001 talked with desk 8000 for 42.0 s",
    ):
        assert words in shown
    told = json.loads(desk.says("show", "9999", "--json").output)
    assert (told["waited"], told["talked"], told["ended_by"]) == (5.0, 42.0, "line")
    assert [leg["role"] for leg in told["legs"]] == ["caller", "desk", "desk"]
    assert [one["seconds"] for one in told["segments"]] == [5.0, 42.0]


def test_only_the_calls_of_the_last_hours_are_listed_when_so_many_are_asked_for(desk: Desk, book: CallBook) -> None:
    desk.now = NOW - timedelta(hours=3)
    book.begin(CallBegun("7" * 32, "in", "1000", "8001", "main", "zh"))
    defer.ensureDeferred(book.flush())
    desk.now = NOW
    assert "77777777" in desk.says("list", "--hours", "4").output
    assert "77777777" not in desk.says("list", "--hours", "2").output


def test_a_call_is_looked_for_by_last_digits_day_and_outcome(desk: Desk, book: CallBook) -> None:
    for number, (hour, caller) in enumerate(((0, "13900004711"), (9, "+8613900004711"), (20, "=1+4711"))):
        desk.now = NOW - timedelta(days=1) + timedelta(hours=hour)
        trace = book.begin(CallBegun(f"{number + 5}" * 32, "in", "1000", caller, "main", "zh"))
        trace.answered()
        desk.now += timedelta(seconds=10 * number)
        trace.finished(Ended(Cause.NORMAL, 200), "done")
    defer.ensureDeferred(book.flush())
    desk.now = NOW

    def found(*words: str) -> list[str]:
        listed = desk.says("list", *words)
        assert listed.exit_code == 0, listed.output
        return [line[0] for line in listed.output.splitlines()[1:]]

    assert found("--number", "4711") == ["7", "6", "5"]
    assert found("--number", "4711", "--since", "2026-11-21") == ["7", "6"]
    assert found("--number", "4711", "--until", "2026-11-20") == ["5"]
    assert found("--outcome", "done", "--longer", "5", "--shorter", "15") == ["6"]
    assert found("--direction", "out") == found("--recorded") == []
    assert "no such call" in desk.says("list", "--flow", "mian").output
    assert "is no day (2026-11-21)" in desk.says("list", "--since", "yesterday").output
    rows = desk.says("list", "--number", "4711", "--csv").output.splitlines()
    assert [row.split(",")[3] for row in rows] == ["from", "'=1+4711", "'+8613900004711", "13900004711"]


def test_a_refused_call_is_listed_with_its_code_and_shown_with_its_reason(desk: Desk) -> None:
    assert "rejected 488" in desk.says("list").output
    shown = desk.says("show", "a").output
    assert "sip_code=488  why=no audio that this line takes  codecs=G722 (RTP/AVP)" in shown


def test_the_doctor_tells_how_many_found_the_line_full_today(desk: Desk) -> None:
    found = list(refused_today(desk.database, NOW.astimezone(desk.zone)))
    assert [one.what for one in found] == [
        "3 callers found the line full today",
        "1 caller offered no audio today that this line can use (488)",
    ]
    tomorrow = list(refused_today(desk.database, datetime(2026, 11, 22, 8, 0, tzinfo=desk.zone)))
    assert [one.level for one in tomorrow] == [Level.OK]
