"""What answers a call: who is called, who calls, when, over which numbers it came, and what somebody closed."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from ivr.numbers import Closing, Found, Numbers, Refusal, Route, read_numbers
from ivr.numbers.telephone_number import Dialling

ZONE = ZoneInfo("Asia/Shanghai")
MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=ZONE)
EVENING = datetime(2026, 11, 23, 20, 0, tzinfo=ZONE)

HOSPITAL = """
dialling: {country: "86", national: "0"}
hours: {night: {every day: ["22:00-06:00"]},
  clinic: {mon-fri: ["08:00-12:00", "13:30-17:30"], holidays: closed}}
callers:
  staff: ["8*", "+86 10 6552 1*"]
  nuisance: ["13900000009", withheld]
closed: {flow: closed}
default: {flow: main, language: zh}
numbers:
  "1000": {flow: main, language: zh}
  "1001": {flow: main, language: en}
  "1002":
    language: zh
    when:
      - {callers: nuisance, refuse: true}
      - {callers: staff, flow: staff}
      - {holiday: holidays, flow: holiday}
      - {hours: clinic, flow: clinic}
    else: {flow: evening}
    closed: {flow: evening}
  "1004":
    language: zh
    when: [{hours: night, flow: closed}]
    else: {flow: main}
  "1003": {language: zh, flow: main, closed: {refuse: true}}
  "10*": {flow: ten, language: zh}
  "100*": {flow: hundred, language: zh}
  "010 6552 9988": {flow: old, language: zh}
codes:
  "*28": {closes: "1002", callers: staff, language: zh}
  "*29": {closes: ["1000", "1003"], callers: staff, language: en, pin: false, flow: main}
"""
HOLIDAYS = "holidays:\n  - {date: 2026-11-24, title: Founding day}\n  - {date: 2026-11-28, as: mon}\n"
FLOWS = {"main", "closed", "staff", "holiday", "clinic", "evening", "ten", "hundred", "old", "line_switch"}


@pytest.fixture(scope="module")
def numbers() -> Numbers:
    return read_numbers("flows/numbers.yaml", HOSPITAL.encode(), FLOWS, {"zh", "en"}, HOLIDAYS.encode(), zone=ZONE)


def flow(found: Found) -> str:
    return found.answer.flow if isinstance(found.answer, Route) else f"refused {found.answer.sip_code}"


@pytest.mark.parametrize(
    ("dialled", "due"),
    [
        ("1000", "main"),
        ("1009", "hundred"),  # the longer beginning
        ("1090", "ten"),
        ("2000", "main"),  # the default
        ("+861065529988", "old"),
        ("0086 10 6552-9988", "old"),
        ("01065529988", "old"),
        ("", "main"),
        ("*28", "refused 403"),  # not from outside
    ],
)
def test_a_number_itself_then_its_beginning_then_the_default(numbers: Numbers, dialled: str, due: str) -> None:
    assert flow(numbers.find(dialled, "13800000000", MONDAY)) == due


@pytest.mark.parametrize(
    ("caller", "at", "due", "why", "line"),
    [
        ("13900000009", MONDAY, "refused 603", "callers nuisance", 16),
        ("", MONDAY, "refused 603", "callers nuisance", 16),
        ("8001", EVENING, "staff", "callers staff", 17),
        ("01065521234", MONDAY, "staff", "callers staff", 17),
        ("13800000000", MONDAY, "clinic", "hours clinic", 19),
        ("13800000000", EVENING, "evening", "else", 20),
        ("13800000000", MONDAY + timedelta(1), "holiday", "holiday Founding day", 18),
        ("13800000000", MONDAY + timedelta(5), "clinic", "hours clinic", 19),  # a Saturday worked as a Monday
        ("13800000000", MONDAY + timedelta(6), "evening", "else", 20),
    ],
)
def test_the_first_line_that_fits_decides(
    numbers: Numbers, caller: str, at: datetime, due: str, why: str, line: int
) -> None:
    found = numbers.find("1002", caller, at)
    assert (flow(found), found.why, found.place) == (due, why, f"flows/numbers.yaml:{line}")


@pytest.mark.parametrize(
    ("dialled", "forwarded", "due", "origin"),
    [
        ("2000", ["1001"], Route("main", "en"), "1001"),
        ("1000", ["010-6552-9988", "1001"], Route("old", "zh"), "010-6552-9988"),  # what the caller dialled first
        ("1000", ["5555", "1001"], Route("main", "en"), "1001"),
        ("1000", ["5555"], Route("main", "zh"), ""),
        ("1000", ["*28"], Route("main", "zh"), ""),  # nobody is led to a code
    ],
)
def test_a_forwarded_number_counts_as_dialled(
    numbers: Numbers, dialled: str, forwarded: list[str], due: Route, origin: str
) -> None:
    found = numbers.find(dialled, "8001", MONDAY, forwarded=forwarded)
    assert (found.answer, found.forwarded_from) == (due, origin)


def test_a_code_is_for_those_on_its_list(numbers: Numbers) -> None:
    found = numbers.find("*28", "8001", MONDAY)
    assert (found.answer, found.variables) == (Route("line_switch", "zh"), {"code": "*28"})
    assert numbers.codes["*28"].numbers == ("1002",)
    assert (numbers.codes["*29"].pin, numbers.codes["*29"].numbers) == (False, ("1000", "1003"))
    assert numbers.find("*29", "13800000000", MONDAY).answer == Refusal(403)


def closed(number: str, until: datetime | None = None) -> dict[str, Closing]:
    return {number: Closing(number, until, "8001")}


def test_closed_now_goes_before_the_hours_but_not_before_the_callers(numbers: Numbers) -> None:
    now = numbers.find("1002", "13800000000", MONDAY, closed("1002"))
    assert (flow(now), now.why) == ("evening", "closed by 8001")
    assert flow(numbers.find("1002", "8001", MONDAY, closed("1002"))) == "staff"
    assert flow(numbers.find("1002", "13800000000", MONDAY + timedelta(1), closed("1002"))) == "evening"


def test_a_number_without_hours_gets_what_the_file_says_for_closed_ones(numbers: Numbers) -> None:
    assert numbers.find("1000", "", MONDAY, closed("1000")).answer == Route("closed", "zh")
    assert numbers.find("1001", "", MONDAY, closed("1001")).answer == Route("closed", "en")
    assert numbers.find("1003", "", MONDAY, closed("1003")).answer == Refusal()
    assert numbers.find("7777", "", MONDAY, closed("default")).answer == Route("closed", "zh")


def test_a_closing_ends_by_itself(numbers: Numbers) -> None:
    until = MONDAY + timedelta(hours=1)
    found = numbers.find("1002", "13800000000", MONDAY, closed("1002", until))
    assert (flow(found), found.why) == ("evening", "closed by 8001 until 2026-11-23 10:00")
    assert flow(numbers.find("1002", "13800000000", until, closed("1002", until))) == "clinic"


def test_the_next_opening_is_the_next_window(numbers: Numbers) -> None:
    plan = numbers.plans["1002"]
    assert plan.next_opening(MONDAY) == MONDAY.replace(hour=13, minute=30)
    friday_evening = datetime(2026, 11, 27, 20, 0, tzinfo=ZONE)
    assert plan.next_opening(friday_evening) == datetime(2026, 11, 28, 8, 0, tzinfo=ZONE)  # the worked Saturday
    assert numbers.plans["1000"].next_opening(MONDAY) is None


def test_a_number_whose_hours_are_the_closed_ones_is_closed_in_the_day_and_opens_after_the_night(
    numbers: Numbers,
) -> None:
    assert flow(numbers.find("1004", "8001", MONDAY)) == "main"
    assert flow(numbers.find("1004", "8001", MONDAY, closed("1004"))) == "closed"
    assert numbers.plans["1004"].next_opening(MONDAY) == datetime(2026, 11, 24, 6, 0, tzinfo=ZONE)


def test_the_changes_of_a_day_come_in_order(numbers: Numbers) -> None:
    changes = [at.astimezone(ZONE) for at in numbers.plans["1002"].changes(MONDAY)]
    assert [f"{at:%d %H:%M}" for at in changes[:5]] == ["23 12:00", "23 13:30", "23 17:30", "24 00:00", "25 00:00"]


@pytest.mark.parametrize(
    ("written", "same"),
    [
        ("+48 22 555 12 34", "+48225551234"),
        ("0048 22 555-12-34", "+48225551234"),
        ("225551234", "+48225551234"),
        ("48225551234", "+48225551234"),
        ("+49 30 1234", "+49301234"),
        ("8001", "8001"),
        ("*28", "*28"),
        ("#21#", "#21#"),
        ("(22) 555.12/34", "+48225551234"),
        ("", ""),
    ],
)
def test_a_number_in_poland_is_one_number_however_it_is_written(written: str, same: str) -> None:
    assert Dialling("48", digits=9).same(written) == same


def test_without_rules_only_what_is_for_the_eye_is_dropped() -> None:
    assert Dialling().same("+48 (22) 555-12-34") == "+48225551234"
    assert Dialling().same("004822") == "004822"


def test_without_a_default_other_numbers_are_refused() -> None:
    found = Numbers({"1000": Route("main", "zh")}).find("1001", "", MONDAY)
    assert (found.answer, found.why, found.number) == (Refusal(404), "not listed", "")
