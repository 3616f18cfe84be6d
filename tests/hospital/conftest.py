"""A small hospital: two departments, two experts tomorrow, cards with PINs and money, a clock to set."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import pytest

from accounts.audit import Hand
from actions.action import ActionOutcome, CallFacts, Value
from background.threads import at_once
from db.database import Database, ImmediateTransactions
from hospital.actions import hospital_actions
from hospital.cards import cards, cards_csv
from hospital.cards.pin_check import PinCheck
from hospital.cards.pins import PlainPins
from hospital.clinic import departments, rota, rota_csv
from hospital.clinic.calendar import HospitalCalendar
from hospital.clinic.departments import DepartmentRecord
from hospital.clinic.registration import Request
from hospital.clinic.rota import NewDuty
from hospital.imports import KINDS
from hospital.staging import Staging
from hospital.wards import wards_csv

T = TypeVar("T")

SHANGHAI = ZoneInfo("Asia/Shanghai")
MORNING = datetime(2026, 3, 4, 1, 0, tzinfo=UTC)
"""Wednesday, 9 o'clock in Shanghai."""
TODAY = date(2026, 3, 4)
TOMORROW = date(2026, 3, 5)


def finished(coroutine: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine that never suspends."""
    try:
        coroutine.send(None)
    except StopIteration as done:
        result: T = done.value
        return result
    raise AssertionError("it waits for something")


@dataclass
class Wallclock:
    """A clock to set."""

    now: datetime = MORNING

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **by: float) -> None:
        self.now += timedelta(**by)


def duty(expert: str = "1", day: date = TOMORROW, half: str = "am", department: str = "neike", **more: Any) -> NewDuty:
    """A line of the rota."""
    places = {"capacity": 2, "fee": 2000} | more
    return NewDuty(day, half, department, expert, f"专家{expert}", f"Dr {expert}", **places)


@dataclass
class SmallHospital:
    """The hospital with what its rules need."""

    database: Database
    wallclock: Wallclock = field(default_factory=Wallclock)
    calendar: HospitalCalendar = field(default_factory=lambda: HospitalCalendar(SHANGHAI))
    pins: PlainPins = field(default_factory=PlainPins)

    def __post_init__(self) -> None:
        transactions = ImmediateTransactions(self.database)
        self.pin_check = PinCheck(transactions, self.pins, at_once, self.wallclock)
        self.actions = hospital_actions(transactions, self.pin_check, self.calendar, self.wallclock)

    def run(self, work: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        """One transaction."""
        return self.database.run_now(work, *args, **kwargs)

    def hand(self) -> Hand:
        """The clerk's."""
        return Hand("clerk", self.wallclock(), "command")

    def bring(self, kind: str, name: str, content: bytes) -> int:
        """What a clerk's import does; how many lines are stored."""
        parsed = {
            "cards": lambda: cards_csv.staged(cards_csv.parse(name, content, self.pins)),
            "rota": lambda: rota_csv.staged(rota_csv.parse(name, content)),
            "wards": lambda: wards_csv.staged(wards_csv.parse(name, content)),
        }
        staging = Staging(self.database, self.wallclock, pause=lambda _: None)
        return staging.bring(KINDS[kind], name, parsed[kind](), self.hand()).stored

    def ask(self, action: str, *, call: str = "1", **arguments: Value) -> ActionOutcome:
        """What a flow does, checked against the declaration."""
        declared = self.actions[action]
        assert declared.needs <= set(arguments)
        outcome = finished(declared.run(arguments, CallFacts(call, "02155550101", "zh", self.wallclock.now)))
        assert set(outcome.values) == declared.outcomes[outcome.name]
        return outcome

    def request(self, card: str = "100001", call_id: str = "call-1") -> Request:
        return Request(card, call_id, self.wallclock.now, self.calendar)

    def add_card(self, number: str, money: int = 0, pin: str = "1234") -> None:
        self.run(cards.add, number, f"患者{number}", "13900000000", self.wallclock.now)
        self.run(cards.change, number, pin_hash=self.pins.hash(number, pin))
        if money:
            self.run(cards.top_up, number, money, f"first:{number}", self.wallclock.now)

    def balance(self, number: str = "100001") -> int:
        return self.run(cards.find, number).balance

    def rota_id(self, expert: str = "1", day: date = TOMORROW) -> int:
        return next(one.id for one in self.run(rota.between, day, day) if one.expert == expert)


@pytest.fixture
def hospital(database: Database) -> SmallHospital:
    """The small hospital on a fresh database."""
    made = SmallHospital(database)
    for place, (code, zh, en, capacity) in enumerate(
        [("neike", "内科", "Internal medicine", 2), ("waike", "外科", "Surgery", 0)]
    ):
        department = DepartmentRecord(code, {"zh": zh, "en": en}, place, capacity, 500, "1234567", "24:00")
        made.run(departments.store, department)
    made.add_card("100001", money=10_000)
    made.add_card("100002", money=10_000, pin="1123")
    made.add_card("100003", money=300)
    made.run(rota.store, [duty("1"), duty("2", half="pm")])
    return made
