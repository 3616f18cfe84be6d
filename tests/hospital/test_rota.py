"""Clerks keep the rota; callers hear who is on duty."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from hospital.clinic import departments, registration, rota
from hospital.errors import NotAllowed, Unknown
from tests.hospital.conftest import TODAY, TOMORROW, SmallHospital, duty


def offered(hospital: SmallHospital, department: str = "neike") -> list[str]:
    found = hospital.run(rota.offered, department, TOMORROW, hospital.calendar, hospital.wallclock.now)
    return [one.expert for one in found]


def test_experts_are_told_in_the_order_of_the_day(hospital: SmallHospital) -> None:
    hospital.run(rota.store, [duty("10"), duty("9")])
    assert offered(hospital) == ["1", "9", "10", "2"]
    assert offered(hospital, "waike") == []


def test_who_is_full_is_left_out_unless_all_are(hospital: SmallHospital) -> None:
    hospital.run(rota.store, [duty("1", capacity=1), duty("2", half="pm", capacity=1)])
    hospital.run(registration.book_expert, hospital.request(), hospital.rota_id("1"))
    assert offered(hospital) == ["2"]
    hospital.run(registration.book_expert, hospital.request(), hospital.rota_id("2"))
    assert offered(hospital) == ["1", "2"]


def test_tomorrows_number_one_may_be_another_person(hospital: SmallHospital) -> None:
    later = TOMORROW + timedelta(1)
    hospital.run(rota.store, [replace(duty("1", day=later), name_zh="周明", name_en="Dr Zhou")])
    names = [one.expert_name["zh"] for one in hospital.run(rota.between, TOMORROW, later) if one.expert == "1"]
    assert names == ["专家1", "周明"]


def test_a_day_without_experts_is_missing(hospital: SmallHospital) -> None:
    assert hospital.run(rota.missing, hospital.calendar, hospital.wallclock.now) == []
    hospital.wallclock.advance(days=1)
    assert hospital.run(rota.missing, hospital.calendar, hospital.wallclock.now) == [TODAY + timedelta(2)]


def test_a_duty_off_the_rota_is_not_offered(hospital: SmallHospital) -> None:
    hospital.run(rota.remove, TOMORROW, "am", "neike", "1")
    assert offered(hospital) == ["2"]
    with pytest.raises(Unknown, match='"1" is not on duty'):
        hospital.run(rota.remove, TOMORROW, "am", "neike", "1")


def test_a_line_that_makes_no_sense_is_refused(hospital: SmallHospital) -> None:
    with pytest.raises(NotAllowed, match="neither am nor pm"):
        hospital.run(rota.store, [duty(half="noon")])
    with pytest.raises(NotAllowed, match="a fee 0 to"):
        hospital.run(rota.store, [duty(fee=-1)])
    with pytest.raises(Unknown, match='no department "neike2"'):
        hospital.run(rota.store, [duty(department="neike2")])


def test_departments_are_offered_while_something_can_be_booked(hospital: SmallHospital) -> None:
    def now_offered() -> list[str]:
        found = hospital.run(departments.offered, hospital.calendar, hospital.wallclock.now)
        return [one.code for one in found]

    assert now_offered() == ["neike"]
    hospital.run(rota.store, [duty("5", department="waike")])
    assert now_offered() == ["neike", "waike"]
    hospital.run(rota.remove, TOMORROW, "am", "waike", "5")
    neike = hospital.run(departments.every)[0]
    hospital.run(departments.store, replace(neike, general_until="08:30"))
    assert now_offered() == ["neike"]  # its experts are to come
    hospital.wallclock.advance(days=3)
    assert now_offered() == []


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"code": "Nei Ke"}, "not a code"),
        ({"general_until": "25:00"}, "not a time"),
        ({"general_weekdays": "08"}, "not weekdays"),
    ],
)
def test_a_department_that_makes_no_sense_is_refused(
    hospital: SmallHospital, wrong: dict[str, str], sentence: str
) -> None:
    neike = hospital.run(departments.every)[0]
    with pytest.raises(NotAllowed, match=sentence):
        hospital.run(departments.store, replace(neike, **wrong))  # type: ignore[arg-type]
