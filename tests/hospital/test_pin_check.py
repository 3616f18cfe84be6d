"""Card and PIN at the telephone: wrong entries cost time, across calls, and tell nothing."""

from __future__ import annotations

import threading
from datetime import timedelta

from accounts import wrong_entries
from background.threads import at_once
from db.database import Database, ImmediateTransactions
from db.tables.cards import WrongEntries
from hospital.cards import cards, pin_entries
from hospital.cards.pin_check import PinCheck, Right, Wait, Wrong
from hospital.cards.pin_entries import CALLER, CARD, SHARED
from tests.hospital.conftest import SmallHospital, finished

PHONE = "02155550101"


def check(hospital: SmallHospital, number: str, pin: str, caller: str = PHONE) -> Right | Wrong | Wait:
    return finished(hospital.pin_check.check(number, pin, caller))


def test_the_right_pin_says_whose_card_it_is(hospital: SmallHospital) -> None:
    assert check(hospital, "100001", "1234") == Right("100001", "患者100001")


def test_three_wrong_pins_start_a_delay_that_outlives_the_call(hospital: SmallHospital) -> None:
    assert [check(hospital, "100001", "0000") for _ in range(3)] == [Wrong()] * 3
    assert check(hospital, "100001", "1234", caller="02155550999") == Wait(60)
    hospital.wallclock.advance(seconds=59)
    assert check(hospital, "100001", "1234") == Wait(1)
    hospital.wallclock.advance(seconds=1)
    assert check(hospital, "100001", "1234") == Right("100001", "患者100001")


def test_the_delay_doubles_and_has_an_end(hospital: SmallHospital) -> None:
    delays = []
    for _ in range(2):
        check(hospital, "100001", "0000", caller="")
    for _ in range(8):
        assert check(hospital, "100001", "0000", caller="") == Wrong()
        came = check(hospital, "100001", "0000", caller="")
        delays.append(came.seconds if isinstance(came, Wait) else 0)
        hospital.wallclock.advance(seconds=delays[-1])
    assert delays == [60, 120, 240, 480, 960, 1920, 3600, 3600]


def test_the_right_pin_forgets_the_wrong_ones(hospital: SmallHospital) -> None:
    for _ in range(4):
        check(hospital, "100001", "0000")
        check(hospital, "100001", "0000")
        assert isinstance(check(hospital, "100001", "1234"), Right)


def test_a_day_without_entries_forgets_the_wrong_ones(hospital: SmallHospital) -> None:
    for _ in range(3):
        check(hospital, "100001", "0000")
    hospital.wallclock.advance(days=1)
    assert [check(hospital, "100001", "0000") for _ in range(3)] == [Wrong()] * 3


def test_an_unknown_card_sounds_like_a_wrong_pin(hospital: SmallHospital) -> None:
    """Same answers in the same order, and a hash is verified each time for both."""
    known = [check(hospital, "100001", "0000", caller="") for _ in range(5)]
    of_known = [number for number, _ in hospital.pins.checked]
    hospital.pins.checked.clear()
    unknown = [check(hospital, "555555", "0000", caller="") for _ in range(5)]
    assert unknown == known == [Wrong(), Wrong(), Wrong(), Wait(60), Wait(60)]
    assert len(hospital.pins.checked) == len(of_known) == 3
    assert hospital.pins.checked[0] == ("555555", None)


def test_a_blocked_card_and_one_without_pin_sound_like_a_wrong_pin(hospital: SmallHospital) -> None:
    hospital.run(cards.change, "100001", blocked=True)
    hospital.run(cards.add, "100009", "新患者", "", hospital.wallclock.now)
    assert check(hospital, "100001", "1234") == Wrong()
    assert check(hospital, "100009", "1234") == Wrong()
    assert hospital.pins.checked == [("100001", None), ("100009", None)]


def test_a_wrong_entry_is_counted_before_it_is_answered(hospital: SmallHospital) -> None:
    """While the hash is verified (and the caller may hang up) the count already stands."""
    seen: list[int] = []

    def look() -> None:
        wait = hospital.run(wrong_entries.count_before, pin_entries.subjects("100001", ""), hospital.wallclock.now)
        seen.append(round(wait.total_seconds()))

    check(hospital, "100001", "0000")
    check(hospital, "100001", "0000")
    hospital.pins.before_answer = look
    check(hospital, "100001", "0000")
    assert seen == [60]


def test_many_calls_at_once_get_no_more_tries(database: Database, hospital: SmallHospital) -> None:
    came: list[Right | Wrong | Wait] = []
    together = threading.Barrier(8)

    def call(pin: str) -> None:
        # Each call has its own check: a semaphore of one reactor is not for many threads.
        own = PinCheck(ImmediateTransactions(database), hospital.pins, at_once, hospital.wallclock)
        together.wait()
        came.append(finished(own.check("100002", pin, f"caller-{pin}")))

    threads = [threading.Thread(target=call, args=(f"000{n}",)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(type(one).__name__ for one in came) == ["Wait"] * 5 + ["Wrong"] * 3


def test_a_caller_who_tries_many_cards_has_to_wait(hospital: SmallHospital) -> None:
    came = [check(hospital, f"70000{n}", "0000") for n in range(11)]
    assert came == [Wrong()] * 10 + [Wait(60)]
    assert check(hospital, "100001", "1234", caller="02155550999") == Right("100001", "患者100001")


def test_a_thief_with_a_card_of_his_own_gains_nothing(hospital: SmallHospital) -> None:
    """Right entries between the wrong ones do not reset the caller's count."""
    for n in range(9):
        assert check(hospital, f"70000{n}", "0000") == Wrong()
        assert isinstance(check(hospital, "100001", "1234"), Right)
    assert check(hospital, "700009", "0000") == Wrong()
    assert check(hospital, "100001", "1234") == Wait(60)


def test_callers_without_number_share_a_wider_count(hospital: SmallHospital) -> None:
    for n in range(51):
        assert check(hospital, f"8000{n:02}", "0000", caller="") == Wrong()
    assert check(hospital, "100001", "1234", caller="") == Wait(5)


def test_a_new_pin_from_the_clerk_ends_the_delay(hospital: SmallHospital) -> None:
    for _ in range(3):
        check(hospital, "100001", "0000")
    hospital.run(pin_entries.forgive, "100001")
    assert isinstance(check(hospital, "100001", "1234"), Right)


def test_no_delay_is_for_ever() -> None:
    for patience in (CARD, CALLER, SHARED):
        assert patience.delay(10**9) == patience.longest <= timedelta(hours=1)
        assert patience.delay(patience.free) == timedelta(0)


def test_old_counts_are_removed(hospital: SmallHospital) -> None:
    check(hospital, "555555", "0000")
    hospital.wallclock.advance(days=3)
    hospital.run(wrong_entries.forget_old, hospital.wallclock.now)
    assert hospital.run(lambda session: session.query(WrongEntries).count()) == 0


PBX = "02155550000"


def test_a_busy_pbx_that_shows_one_number_for_all_its_patients_stays_usable(
    database: Database, hospital: SmallHospital
) -> None:
    """Three hours of 200 calls an hour, one in five mistyped: nobody who is right is ever sent away."""
    own = PinCheck(ImmediateTransactions(database), hospital.pins, at_once, hospital.wallclock, (PBX,))
    came = []
    for n in range(600):
        hospital.wallclock.advance(seconds=18)
        if n % 5 == 0:
            finished(own.check(f"90{n:04}", "0000", PBX))
        else:
            came.append(finished(own.check("100001", "1234", PBX)))
    assert {type(one) for one in came} == {Right}


def test_somebody_who_guesses_from_behind_the_pbx_costs_the_others_half_a_minute_at_most(
    hospital: SmallHospital,
) -> None:
    for n in range(300):
        if check(hospital, f"90{n:04}", "0000", caller="") != Wrong():
            hospital.wallclock.advance(seconds=30)
    hospital.wallclock.advance(seconds=30)
    assert isinstance(check(hospital, "100001", "1234", caller=""), Right)
    hospital.wallclock.advance(minutes=15)  # he has given up
    came = [check(hospital, f"91{n:04}", "0000", caller="") for n in range(5)]
    assert came == [Wrong()] * 5


def test_a_number_that_is_not_known_as_shared_recovers_too(hospital: SmallHospital) -> None:
    for n in range(10):
        check(hospital, f"70000{n}", "0000")
    hospital.wallclock.advance(minutes=20)
    assert check(hospital, "700010", "0000") == Wrong()
    assert isinstance(check(hospital, "100001", "1234"), Right)


def test_a_clock_that_was_set_back_keeps_nobody_out(hospital: SmallHospital) -> None:
    for _ in range(3):
        check(hospital, "100001", "0000")
    hospital.wallclock.advance(days=-300)
    assert isinstance(check(hospital, "100001", "1234"), Wait)
    hospital.wallclock.advance(hours=1)
    assert isinstance(check(hospital, "100001", "1234"), Right)


def test_a_pin_keyed_in_as_card_number_stands_in_no_table(hospital: SmallHospital) -> None:
    check(hospital, "100001471147", "4711")
    subjects = hospital.run(lambda session: [row.subject for row in session.query(WrongEntries)])
    assert len(subjects) == 2
    assert not any("4711" in subject for subject in subjects if subject.startswith("card:"))
