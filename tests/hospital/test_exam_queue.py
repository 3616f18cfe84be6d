"""The queue before an examination room: who is next, who was not there, what a patient hears who asks."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest

from accounts.audit import Hand
from hospital.errors import NotAllowed, Unknown
from hospital.exams import orders, queue, rooms
from hospital.exams.orders import Order
from hospital.exams.queue import ExamRecord, Later, Standing, Waiting
from hospital.exams.rooms import KindRecord, RoomRecord
from tests.hospital.conftest import TODAY, TOMORROW, SmallHospital


@dataclass
class Desk:
    """Who presses the buttons of room `us1` (8 to 17 o'clock, B-scans of ten minutes). It is nine."""

    hospital: SmallHospital

    def hand(self, reason: str = "") -> Hand:
        return Hand("nurse at us1", self.hospital.wallclock.now, "command", reason=reason)

    def order(self, number: str, at: str = "", day: date = TODAY, **more: str) -> str:
        order = Order(room="us1", kind="b_scan", date=day, at=at, number=number, **more)
        given, _ = self.hospital.run(orders.store, order, self.hospital.calendar, self.hand())
        return given

    def next(self) -> str | None:
        called = self.hospital.run(queue.call_next, "us1", self.hospital.calendar, self.hand())
        return None if called is None else called.number

    def missed(self, number: str) -> ExamRecord:
        return self.hospital.run(queue.missed, number, self.hand())

    def back(self, number: str) -> ExamRecord:
        return self.hospital.run(queue.back_in_line, number, self.hospital.calendar, self.hand())

    def place(self, number: str) -> Any:
        return self.hospital.run(queue.place, number, self.hospital.calendar, self.hospital.wallclock.now)

    def waiting(self) -> list[str]:
        today = self.hospital.run(queue.today, "us1", self.hospital.calendar, self.hospital.wallclock.now)
        return [one.number for one in today if one.state == "waiting"]

    def later(self, minutes: float) -> None:
        self.hospital.wallclock.advance(minutes=minutes)


@pytest.fixture
def desk(hospital: SmallHospital) -> Desk:
    kind = KindRecord("b_scan", {"zh": "B超", "en": "ultrasound scan"}, 10, preparation="fasting")
    hospital.run(rooms.store_kind, kind)
    hospital.run(rooms.store_room, RoomRecord("us1", {"zh": "超声一室", "en": "ultrasound room one"}))
    return Desk(hospital)


def test_a_patient_hears_the_place_and_when_to_come(desk: Desk) -> None:
    for number in ("101", "102", "103", "104"):
        desk.order(number)
    assert desk.next() == "101"
    desk.later(4)
    place = desk.place("104")
    assert isinstance(place, Waiting)
    assert (place.ahead, place.preparation) == (2, "fasting")
    # Six minutes for the one inside, twenty for the two before: 9:30; ten minutes earlier, so at 9:20.
    assert place.expected.wait == timedelta(minutes=25)
    assert place.expected.come_at.astimezone(desk.hospital.calendar.zone).strftime("%H:%M") == "09:20"


def test_the_rooms_own_pace_is_learnt(desk: Desk) -> None:
    for number in range(200, 210):
        desk.order(str(number))
    for _ in range(8):
        desk.next()
        desk.later(20)
    place = desk.place("209")  # the eighth is inside for 20 minutes, one is before
    assert isinstance(place, Waiting)
    assert place.ahead == 1
    assert place.expected.begins_at - desk.hospital.wallclock.now == timedelta(minutes=4 + 20)


def test_appointed_times_go_before_the_order_of_coming(desk: Desk) -> None:
    for number, at in (("301", "10:00"), ("302", "09:20"), ("303", "09:40"), ("304", "")):
        desk.order(number, at)
    assert desk.waiting() == ["302", "303", "301", "304"]


def test_who_was_not_there_comes_back_behind_two(desk: Desk) -> None:
    for number in ("101", "102", "103", "104", "105"):
        desk.order(number)
    desk.next()
    assert desk.missed("101").times_missed == 1
    assert desk.missed("101").times_missed == 1  # pressed twice
    assert desk.place("101") == Standing(desk.missed("101"), "missed")
    assert desk.next() == "102"
    desk.back("101")
    desk.back("101")
    assert desk.waiting() == ["103", "104", "101", "105"]
    place = desk.place("101")
    assert isinstance(place, Waiting)
    assert place.ahead == 2
    assert desk.next() == "103"
    desk.next()
    assert desk.next() == "101"


def test_who_comes_back_when_nobody_waits_is_next(desk: Desk) -> None:
    desk.order("101")
    desk.next()
    desk.missed("101")
    assert desk.next() is None
    desk.back("101")
    assert desk.next() == "101"


def test_the_next_ones_call_ends_the_one_before(desk: Desk) -> None:
    for number in ("101", "102"):
        desk.order(number)
    desk.next()
    assert desk.place("101").how == "called"
    desk.later(7)
    desk.next()
    done = desk.place("101")
    assert done.how == "done"
    assert done.exam.ended_at == desk.hospital.wallclock.now
    assert desk.next() is None
    assert desk.place("102").how == "done"


def test_each_state_is_told_by_its_own_word(desk: Desk) -> None:
    for number in ("101", "102", "103"):
        desk.order(number)
    desk.order("201", day=TOMORROW, at="10:30")
    desk.hospital.run(queue.cancel, "102", desk.hand("the patient is discharged"))
    assert desk.place("102").how == "cancelled"
    assert isinstance(desk.place("201"), Later)
    desk.hospital.run(rooms.close, "us1", desk.hand("the machine is repaired"))
    assert (desk.place("103").how, desk.place("103").why) == ("closed", "the machine is repaired")
    desk.hospital.run(rooms.reopen, "us1", desk.hand())
    assert isinstance(desk.place("103"), Waiting)
    desk.hospital.wallclock.advance(days=1)
    assert desk.place("103").how == "over"
    with pytest.raises(Unknown):
        desk.place("999")


@pytest.mark.parametrize(
    ("refused", "why"),
    [
        (lambda desk: desk.missed("102"), "was not called"),
        (lambda desk: desk.back("101"), "was not missed"),
        (lambda desk: desk.hospital.run(queue.cancel, "101", desk.hand()), "is done"),
        (lambda desk: desk.hospital.run(queue.done, "103", desk.hand()), "is cancelled"),
        (lambda desk: desk.order("102"), "belongs to another"),
        (lambda desk: desk.order("12"), "not a booking number"),
        (lambda desk: desk.order("105", at="9:20"), "not a time"),
        (lambda desk: desk.order("105", day=TODAY - timedelta(days=1)), "is past"),
        (lambda desk: desk.hospital.run(rooms.close, "us1", desk.hand()), "why is it closed"),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_reason(desk: Desk, refused: Any, why: str) -> None:
    for number in ("101", "103", "102"):
        desk.order(number)
    desk.next()
    desk.hospital.run(queue.done, "101", desk.hand())
    desk.hospital.run(queue.cancel, "103", desk.hand())
    with pytest.raises(NotAllowed, match=why):
        refused(desk)


def test_a_closed_room_calls_nobody(desk: Desk) -> None:
    desk.order("101")
    desk.hospital.run(rooms.close, "us1", desk.hand("the machine is repaired"))
    with pytest.raises(NotAllowed, match="open it first"):
        desk.next()


def test_the_same_order_again_is_the_same_examination(desk: Desk) -> None:
    first = desk.order("", at="10:00", sender="RIS", order="A17", ward="W3", bed="12")
    desk.order("102", at="09:30")
    assert desk.order("", at="10:00", sender="RIS", order="A17", ward="W3", bed="14") == first
    assert desk.waiting() == ["102", first]
    assert desk.order("", at="09:10", sender="RIS", order="A17") == first  # earlier: it moves up
    assert desk.waiting() == [first, "102"]
    assert desk.order("", day=TOMORROW, at="09:10", sender="RIS", order="A17") == first
    assert desk.waiting() == ["102"]


def test_two_who_press_next_at_once_call_two_patients(desk: Desk) -> None:
    for number in range(100, 120):
        desk.order(str(number))
    called: list[str | None] = []
    pressing = [threading.Thread(target=lambda: called.append(desk.next())) for _ in range(8)]
    for one in pressing:
        one.start()
    for one in pressing:
        one.join()
    assert sorted(str(one) for one in called) == [str(number) for number in range(100, 108)]


def test_a_flow_hears_what_the_desk_did(desk: Desk) -> None:
    hospital = desk.hospital

    def told(number: str) -> str:
        return hospital.ask("exams.place", exam_number=number).name

    for number in ("301", "302"):
        desk.order(number)
    assert (told("301"), told("302")) == ("next", "come_now")
    for number in ("303", "304"):
        desk.order(number)
    waits = hospital.ask("exams.place", exam_number="304").values
    assert (waits["ahead"], waits["wait"], waits["come_at"]) == (3, 30 * 60, "09:20")
    desk.order("305", "10:30", TOMORROW)
    desk.order("306", day=TOMORROW)
    there = hospital.ask("exams.place", exam_number="305")
    assert (there.name, there.values["day"], there.values["at"]) == ("appointed", TOMORROW.isoformat(), "10:30")
    assert told("306") == "another_day"
    desk.next()
    assert told("301") == "called"
    desk.missed("301")
    assert told("301") == "missed"
    hospital.run(rooms.close, "us1", desk.hand("the machine is repaired"))
    assert (told("302"), told("999")) == ("closed", "unknown")
