"""Money on cards: entries are added, never changed; a balance is their sum, and a booking never overdraws it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from db.database import Database
from db.errors import DatabaseFault
from db.tables.cards import LedgerEntry
from hospital.cards import cards, ledger
from hospital.clinic import bookings, departments, registration, rota
from hospital.clinic.departments import DepartmentRecord
from hospital.clinic.registration import Booked
from hospital.errors import LedgerConflict, NotAllowed, Unknown
from tests.hospital.conftest import SmallHospital, duty


def test_a_top_up_asked_for_twice_is_written_once(hospital: SmallHospital) -> None:
    for _ in range(2):
        assert hospital.run(cards.top_up, "100003", 5000, "receipt:77", hospital.wallclock.now) == 5300
    assert hospital.balance("100003") == 5300


def test_a_key_stands_for_one_movement_only(hospital: SmallHospital) -> None:
    hospital.run(cards.top_up, "100003", 5000, "receipt:77", hospital.wallclock.now)
    with pytest.raises(LedgerConflict):
        hospital.run(cards.top_up, "100003", 6000, "receipt:77", hospital.wallclock.now)
    with pytest.raises(LedgerConflict):
        hospital.run(cards.top_up, "100001", 5000, "receipt:77", hospital.wallclock.now)


def test_a_top_up_is_more_than_nothing(hospital: SmallHospital) -> None:
    with pytest.raises(NotAllowed):
        hospital.run(cards.top_up, "100003", 0, "k", hospital.wallclock.now)
    with pytest.raises(Unknown):
        hospital.run(cards.top_up, "999999", 1, "k", hospital.wallclock.now)


def test_a_written_entry_cannot_be_changed_or_removed(hospital: SmallHospital) -> None:
    def change(session: Session) -> None:
        session.get_one(LedgerEntry, 1).amount = 1

    def remove(session: Session) -> None:
        session.delete(session.get_one(LedgerEntry, 1))

    for work in (change, remove):
        with pytest.raises(DatabaseFault, match="is written"):
            hospital.run(work)
    assert hospital.balance("100001") == 10_000


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("top up"), st.integers(1, 5000)),
        st.tuples(st.just("book"), st.integers(0, 3)),
        st.tuples(st.just("cancel"), st.integers(0, 30)),
        st.tuples(st.just("repeat"), st.integers(0, 30)),
    ),
    max_size=15,
)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_the_balance_is_the_sum_and_no_booking_makes_it_less_than_nothing(steps: list[tuple[str, int]]) -> None:
    """Any order of top-ups, bookings, repeated requests and cancellations, against a plain count beside it."""
    database = Database("sqlite://")
    database.create_all()
    hospital = SmallHospital(database)
    _open(hospital)
    expected, made = 0, []
    for turn, (what, n) in enumerate(steps):
        now = datetime(2026, 3, 4, 2, 0, turn, tzinfo=UTC)
        if what == "top up":
            hospital.run(cards.top_up, "100001", n, f"turn:{turn}", now)
            expected += n
        elif what == "book":
            request = replace(hospital.request(call_id=f"call-{turn}"), now=now)
            came = hospital.run(registration.book_expert, request, hospital.rota_id(str(n)))
            if isinstance(came, Booked):
                expected -= came.fee
                made.append((request, n, came))
        elif made and what == "repeat":
            request, expert, came = made[n % len(made)]
            again = hospital.run(registration.book_expert, request, hospital.rota_id(str(expert)))
            if isinstance(again, Booked) and not again.again:  # it had been cancelled: a new booking
                expected -= again.fee
                made.append((request, expert, again))
        elif made and not hospital.run(bookings.cancel, made[n % len(made)][2].slip, now).again:
            expected += made[n % len(made)][2].fee
        assert hospital.balance() == expected >= 0
    entries = hospital.run(cards.history, "100001")
    assert sum(entry.amount for entry in entries) == hospital.balance()
    database.close()


def test_history_is_in_the_order_of_writing(hospital: SmallHospital) -> None:
    hospital.run(cards.top_up, "100003", 1, "a", hospital.wallclock.now)
    hospital.run(cards.top_up, "100003", 2, "b", hospital.wallclock.now)
    history: list[ledger.Movement] = hospital.run(cards.history, "100003")
    assert [entry.key for entry in history] == ["first:100003", "a", "b"]


def _open(hospital: SmallHospital) -> None:
    neike = DepartmentRecord("neike", {"zh": "内科", "en": "Internal medicine"}, 1, 5, 500, "1234567", "24:00")
    hospital.run(departments.store, neike)
    hospital.add_card("100001")
    hospital.run(rota.store, [duty(str(n), fee=700 * n, capacity=3) for n in range(4)])
