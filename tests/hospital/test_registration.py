"""A patient takes a place and pays for it, or neither; others find it taken."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from db.errors import ConstraintBroken, DatabaseError
from db.tables.cards import LedgerEntry
from db.tables.clinic import Booking, Duty
from hospital.cards import cards
from hospital.clinic import bookings, registration, rota
from hospital.clinic.registration import Booked, Full, Short, TakenByYou
from hospital.errors import CardBlocked, NotAllowed, Unknown
from tests.hospital.conftest import TODAY, TOMORROW, SmallHospital, duty


def test_a_place_with_an_expert_is_paid_for(hospital: SmallHospital) -> None:
    came = hospital.run(registration.book_expert, hospital.request(), hospital.rota_id())
    assert isinstance(came, Booked)
    assert came.fee == 2000
    assert hospital.balance() == 8000
    [booked] = hospital.run(bookings.between, TODAY, TOMORROW)
    assert (booked.slip, booked.card, booked.half, booked.expert) == (came.slip, "100001", "am", "1")
    assert booked.date == TOMORROW


def test_a_place_in_the_general_clinic_is_for_today(hospital: SmallHospital) -> None:
    came = hospital.run(registration.book_general, hospital.request(), "neike")
    assert isinstance(came, Booked)
    assert hospital.balance() == 9500
    [booked] = hospital.run(bookings.between, TODAY, TODAY)
    assert (booked.slip, booked.expert, booked.department) == (came.slip, "", "neike")


def test_the_same_request_again_is_the_same_booking_and_one_fee(hospital: SmallHospital) -> None:
    first = hospital.run(registration.book_expert, hospital.request(), hospital.rota_id())
    again = hospital.run(registration.book_expert, hospital.request(), hospital.rota_id())
    assert isinstance(first, Booked)
    assert again == Booked(first.slip, 2000, again=True)
    assert hospital.balance() == 8000


def test_a_second_place_with_the_same_expert_is_refused_with_the_slip(hospital: SmallHospital) -> None:
    first = hospital.run(registration.book_expert, hospital.request(call_id="call-1"), hospital.rota_id())
    second = hospital.run(registration.book_expert, hospital.request(call_id="call-2"), hospital.rota_id())
    assert isinstance(first, Booked)
    assert second == TakenByYou(first.slip)
    assert hospital.balance() == 8000


def test_a_second_place_in_todays_clinic_is_the_first_one(hospital: SmallHospital) -> None:
    first = hospital.run(registration.book_general, hospital.request(call_id="call-1"), "neike")
    second = hospital.run(registration.book_general, hospital.request(call_id="call-2"), "neike")
    assert isinstance(first, Booked)
    assert second == Booked(first.slip, 500, again=True)
    assert hospital.balance() == 9500


def test_both_experts_of_a_day_can_be_booked(hospital: SmallHospital) -> None:
    for expert in ("1", "2"):
        assert isinstance(hospital.run(registration.book_expert, hospital.request(), hospital.rota_id(expert)), Booked)
    assert hospital.balance() == 6000


def test_a_full_expert_costs_nothing(hospital: SmallHospital) -> None:
    hospital.run(rota.store, [duty("1", capacity=1)])
    hospital.run(registration.book_expert, hospital.request("100002"), hospital.rota_id())
    assert hospital.run(registration.book_expert, hospital.request(), hospital.rota_id()) == Full()
    assert hospital.balance() == 10_000


def test_a_full_clinic_costs_nothing(hospital: SmallHospital) -> None:
    hospital.add_card("100004", money=1000)
    for card in ("100002", "100004"):
        hospital.run(registration.book_general, hospital.request(card), "neike")
    assert hospital.run(registration.book_general, hospital.request(), "neike") == Full()
    assert hospital.balance() == 10_000


def test_a_department_without_general_clinic_is_full(hospital: SmallHospital) -> None:
    assert hospital.run(registration.book_general, hospital.request(), "waike") == Full()


def test_too_little_money_takes_no_place(hospital: SmallHospital) -> None:
    came = hospital.run(registration.book_expert, hospital.request("100003"), hospital.rota_id())
    assert came == Short(balance=300, fee=2000)
    assert hospital.run(rota.between, TOMORROW, TOMORROW)[0].taken == 0
    assert hospital.run(registration.book_general, hospital.request("100003"), "neike") == Short(300, 500)
    assert hospital.run(bookings.between, TODAY, TOMORROW) == []


def test_a_free_clinic_writes_nothing_into_the_ledger(hospital: SmallHospital) -> None:
    hospital.run(rota.store, [duty("1", fee=0)])
    hospital.run(registration.book_expert, hospital.request(), hospital.rota_id())
    assert hospital.balance() == 10_000
    assert len(hospital.run(cards.history, "100001")) == 1


def test_this_mornings_expert_is_over_at_noon(hospital: SmallHospital) -> None:
    hospital.run(rota.store, [duty("1", day=TODAY), duty("2", day=TODAY, half="pm")])
    hospital.wallclock.now = datetime(2026, 3, 4, 4, 0, tzinfo=UTC)  # noon in Shanghai
    assert hospital.run(registration.book_expert, hospital.request(), hospital.rota_id("1", TODAY)) == Full()
    afternoon = hospital.run(registration.book_expert, hospital.request(), hospital.rota_id("2", TODAY))
    assert isinstance(afternoon, Booked)


def test_after_midnight_yesterdays_choice_is_full(hospital: SmallHospital) -> None:
    hospital.run(rota.store, [duty("1", day=TODAY, half="pm")])
    hospital.wallclock.now = datetime(2026, 3, 4, 16, 0, 1, tzinfo=UTC)  # 0:00:01 the next day in Shanghai
    assert hospital.run(registration.book_expert, hospital.request(), hospital.rota_id("1", TODAY)) == Full()


def test_a_blocked_card_books_nothing(hospital: SmallHospital) -> None:
    hospital.run(cards.change, "100001", blocked=True)
    with pytest.raises(CardBlocked):
        hospital.run(registration.book_general, hospital.request(), "neike")


def test_what_does_not_exist_is_unknown(hospital: SmallHospital) -> None:
    with pytest.raises(Unknown, match="no card"):
        hospital.run(registration.book_general, hospital.request("999999"), "neike")
    with pytest.raises(Unknown, match='no department "neike2"'):
        hospital.run(registration.book_general, hospital.request(), "neike2")
    with pytest.raises(Unknown, match="no duty"):
        hospital.run(registration.book_expert, hospital.request(), 999)


def test_a_cancelled_booking_gives_place_and_fee_back_once(hospital: SmallHospital) -> None:
    came = hospital.run(registration.book_expert, hospital.request(), hospital.rota_id())
    assert isinstance(came, Booked)
    assert hospital.run(bookings.cancel, came.slip, hospital.wallclock.now).refund == 2000
    assert hospital.run(bookings.cancel, came.slip, hospital.wallclock.now).again
    assert hospital.balance() == 10_000
    assert hospital.run(rota.between, TOMORROW, TOMORROW)[0].taken == 0
    assert [entry.amount for entry in hospital.run(cards.history, "100001")] == [10_000, -2000, 2000]


def test_after_a_cancellation_the_place_can_be_booked_anew(hospital: SmallHospital) -> None:
    first = hospital.run(registration.book_expert, hospital.request(), hospital.rota_id())
    assert isinstance(first, Booked)
    hospital.run(bookings.cancel, first.slip, hospital.wallclock.now)
    second = hospital.run(registration.book_expert, hospital.request(), hospital.rota_id())
    assert isinstance(second, Booked)
    assert second.slip != first.slip
    assert hospital.balance() == 8000
    everything = hospital.run(bookings.between, TODAY, TOMORROW, cancelled=True)
    assert sorted(one.state for one in everything) == ["booked", "cancelled"]


def test_an_unknown_slip_cannot_be_cancelled(hospital: SmallHospital) -> None:
    with pytest.raises(Unknown, match="no slip"):
        hospital.run(bookings.cancel, "12345678", hospital.wallclock.now)


def test_when_the_fee_fails_the_place_is_not_taken(hospital: SmallHospital) -> None:
    """The fee's entry breaks a rule of the tables: nothing of the booking stays."""

    def book_then_break(session: Session) -> None:
        registration.book_expert(session, hospital.request(), hospital.rota_id())
        session.add(LedgerEntry(card_id=1, amount=0, kind="fee", key="broken", at=hospital.wallclock.now))

    with pytest.raises(ConstraintBroken):
        hospital.run(book_then_break)
    assert hospital.balance() == 10_000
    assert hospital.run(rota.between, TOMORROW, TOMORROW)[0].taken == 0


def test_the_tables_themselves_refuse_one_place_too_many(hospital: SmallHospital) -> None:
    with pytest.raises(ConstraintBroken):
        hospital.run(lambda session: session.execute(update(Duty).values(taken=3)))


def test_callers_on_the_last_place_one_gets_it(hospital: SmallHospital) -> None:
    """Twelve calls at once for the last place: one is booked and pays, eleven hear that it is full and keep theirs."""
    hospital.run(rota.store, [duty("1", capacity=1)])
    place = hospital.rota_id()
    numbers = [f"2000{n:02}" for n in range(12)]
    for number in numbers:
        hospital.add_card(number, money=2000)
    came: list[Booked | Full | Short | TakenByYou] = []
    failed: list[DatabaseError] = []
    together = threading.Barrier(len(numbers))

    def call(number: str) -> None:
        together.wait()
        try:
            came.append(hospital.run(registration.book_expert, hospital.request(number, f"call-{number}"), place))
        except DatabaseError as error:
            failed.append(error)

    _all_at_once([threading.Thread(target=call, args=(number,)) for number in numbers])
    assert failed == []
    assert sorted(type(one).__name__ for one in came) == ["Booked"] + ["Full"] * 11
    assert sum(hospital.balance(number) for number in numbers) == 11 * 2000
    assert len(hospital.run(bookings.between, TOMORROW, TOMORROW)) == 1


def test_one_card_on_many_calls_pays_no_more_than_it_has(hospital: SmallHospital) -> None:
    """Money for two places; eight calls at once for eight experts."""
    hospital.run(rota.store, [duty(str(n)) for n in range(1, 9)])
    hospital.add_card("300001", money=4500)
    places = [hospital.rota_id(str(n)) for n in range(1, 9)]
    came: list[Booked | Full | Short | TakenByYou] = []
    together = threading.Barrier(len(places))

    def call(place: int) -> None:
        together.wait()
        came.append(hospital.run(registration.book_expert, hospital.request("300001", f"call-{place}"), place))

    _all_at_once([threading.Thread(target=call, args=(place,)) for place in places])
    assert sorted(type(one).__name__ for one in came) == ["Booked"] * 2 + ["Short"] * 6
    assert hospital.balance("300001") == 500


def test_the_first_bookings_of_a_day_come_together(hospital: SmallHospital) -> None:
    """The day's row is made by the first booking; two first ones make one row."""
    hospital.add_card("100004", money=1000)
    numbers = ["100001", "100002", "100004"]
    came: list[Booked | Full | Short] = []
    together = threading.Barrier(len(numbers))

    def call(number: str) -> None:
        together.wait()
        came.append(hospital.run(registration.book_general, hospital.request(number, number), "neike"))

    _all_at_once([threading.Thread(target=call, args=(number,)) for number in numbers])
    assert sorted(type(one).__name__ for one in came) == ["Booked", "Booked", "Full"]


CRASHING_BOOKING = """
import os, signal, sys
from datetime import datetime
from zoneinfo import ZoneInfo
from db.database import Database
from hospital.clinic import registration
from hospital.clinic.calendar import HospitalCalendar

def book(session):
    now = datetime.fromisoformat(sys.argv[3])
    request = registration.Request("100001", "call", now, HospitalCalendar(ZoneInfo("UTC")))
    assert isinstance(registration.book_expert(session, request, int(sys.argv[2])), registration.Booked)
    os.kill(os.getpid(), signal.SIGKILL)

Database(sys.argv[1]).run_now(book)
"""


def test_a_crash_in_the_middle_of_a_booking_takes_neither_place_nor_money(
    hospital: SmallHospital, database_url: str
) -> None:
    """The place and the fee are written; the process is killed before the commit."""
    words = [database_url, str(hospital.rota_id()), hospital.wallclock.now.isoformat()]
    died = subprocess.run([sys.executable, "-c", CRASHING_BOOKING, *words], capture_output=True, check=False)
    assert died.returncode == -signal.SIGKILL, died.stderr
    assert hospital.balance() == 10_000
    assert hospital.run(rota.between, TOMORROW, TOMORROW)[0].taken == 0
    assert isinstance(hospital.run(registration.book_expert, hospital.request(), hospital.rota_id()), Booked)


def test_every_slip_is_another(hospital: SmallHospital) -> None:
    """A drawn number that is taken is drawn again."""
    drawn = iter([4_120_123, 4_120_123, 4_120_127])
    hospital.run(rota.store, [duty("3")])
    request = hospital.request()
    slips = []
    for expert in ("1", "3"):
        came = hospital.run(
            registration.book_expert,
            registration.Request(request.card, "c", request.now, request.calendar, draw=lambda _: next(drawn)),
            hospital.rota_id(expert),
        )
        assert isinstance(came, Booked)
        slips.append(came.slip)
    assert [slip[:7] for slip in slips] == ["5120123", "5120127"]


def test_a_duty_with_bookings_stays_on_the_rota(hospital: SmallHospital) -> None:
    came = hospital.run(registration.book_expert, hospital.request(), hospital.rota_id())
    assert isinstance(came, Booked)
    with pytest.raises(NotAllowed, match="1 booked"):
        hospital.run(rota.remove, TOMORROW, "am", "neike", "1")
    with pytest.raises(NotAllowed, match="1 places are booked"):
        hospital.run(rota.store, [duty("1", capacity=0)])
    hospital.run(bookings.cancel, came.slip, hospital.wallclock.now)
    hospital.run(rota.remove, TOMORROW, "am", "neike", "1")
    assert hospital.run(rota.offered, "neike", TOMORROW, hospital.calendar, hospital.wallclock.now)[0].expert == "2"
    assert hospital.run(bookings.find, came.slip).state == "cancelled"


def test_bookings_are_counted_as_taken(hospital: SmallHospital) -> None:
    hospital.run(registration.book_expert, hospital.request(), hospital.rota_id())
    taken = hospital.run(lambda session: session.execute(select(func.sum(Duty.taken))).scalar_one())
    booked = hospital.run(lambda session: session.execute(select(func.count(Booking.id))).scalar_one())
    assert taken == booked == 1


def _all_at_once(threads: list[threading.Thread]) -> None:
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
        assert not thread.is_alive()
