"""Nobody is refused for another's haste: entries at one instant, clocks that differ, and what a wait is told as."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import timedelta

import pytest

from accounts import wrong_entries
from background.threads import at_once
from db.database import Database, ImmediateTransactions
from hospital.cards import pin_entries
from hospital.cards.pin_check import PinCheck, Right, Wait, Wrong
from tests.hospital.conftest import MORNING, SmallHospital, finished

PBX = "02155550000"


def together(hospital: SmallHospital, entries: list[tuple[str, str, str]]) -> list[Right | Wrong | Wait]:
    """Card, PIN and caller of each call, keyed in at the same instant; each call is on an engine of its own."""
    came: list[Right | Wrong | Wait] = []
    begin = threading.Barrier(len(entries))

    async def pause(seconds: float) -> None:
        time.sleep(seconds / 10)  # nobody waits: an attempt to be first again

    def call(number: str, pin: str, caller: str) -> None:
        transactions = ImmediateTransactions(hospital.database)
        own = PinCheck(transactions, hospital.pins, at_once, hospital.wallclock, (PBX,), pause=pause)
        begin.wait()
        came.append(finished(own.check(number, pin, caller)))

    threads = [threading.Thread(target=call, args=entry) for entry in entries]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return came


@pytest.mark.parametrize("caller", ["", PBX, "02155550101"], ids=["hidden", "a PBX", "one number"])
def test_right_entries_at_the_same_instant_from_one_number_are_let_in(hospital: SmallHospital, caller: str) -> None:
    came = together(hospital, [("100001", "1234", caller), ("100002", "1123", caller)] * 6)
    assert {type(one) for one in came} == {Right}


def test_one_card_in_many_calls_at_once_is_let_in(hospital: SmallHospital) -> None:
    came = together(hospital, [("100001", "1234", f"0215555{n:04}") for n in range(8)])
    assert {type(one) for one in came} == {Right}


def test_wrong_entries_at_the_same_instant_get_no_more_tries_by_being_asked_to_wait(hospital: SmallHospital) -> None:
    came = together(hospital, [("100002", f"000{n}", f"0215555{n:04}") for n in range(8)])
    assert sorted(type(one).__name__ for one in came) == ["Wait"] * 5 + ["Wrong"] * 3


def test_a_clock_that_is_a_little_behind_keeps_nobody_out(database: Database) -> None:
    """Two engines, or two transactions that began in the other order than their clocks were read."""
    first, second = (pin_entries.subjects(card, "2000", ["2000"]) for card in ("100001", "100002"))
    database.run_now(wrong_entries.count_before, first, MORNING)
    database.run_now(wrong_entries.take_back, *first, MORNING + timedelta(milliseconds=50))
    for subject in (first, second):
        earlier = MORNING - timedelta(milliseconds=40)
        assert database.run_now(wrong_entries.count_before, subject, earlier) == timedelta(0)


def test_the_clock_is_read_when_the_transaction_has_its_turn(database: Database, hospital: SmallHospital) -> None:
    """Who waited for the database does not wait that time once more."""
    for _ in range(3):
        finished(hospital.pin_check.check("100001", "0000", ""))

    class Slow(ImmediateTransactions):
        async def run(self, work: Callable, *args: object, **kwargs: object) -> object:  # type: ignore[type-arg, override]
            hospital.wallclock.advance(seconds=20)  # others come first
            return database.run_now(work, *args, **kwargs)

    late = PinCheck(Slow(database), hospital.pins, at_once, hospital.wallclock)
    assert finished(late.check("100001", "1234", "")) == Wait(40)


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(1, 10), (30, 30), (31, 40), (90, 90), (115, 120), (121, 180), (900, 900), (3541, 3600)],
)
def test_a_wait_is_told_as_long_as_it_is(seconds: int, told: int) -> None:
    assert Wait(seconds).told == told


def test_a_caller_hears_how_long_it_takes(hospital: SmallHospital) -> None:
    for _ in range(3):
        hospital.ask("card.check_pin", card_number="100001", pin="0000")
    hospital.wallclock.advance(seconds=27)
    came = hospital.ask("card.check_pin", card_number="100001", pin="1234")
    assert (came.name, came.values) == ("wait", {"seconds": 40})
