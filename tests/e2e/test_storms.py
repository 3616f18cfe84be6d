"""Many alerts at once, with real calls: for one ward, for thirty, and one that cannot wait.

    .venv/bin/python -m pytest -m slow -s tests/e2e/test_storms.py      # prints what is in docs/reliability.md
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.e2e.conftest import Template
from tests.e2e.line import admission, eventually
from tests.e2e.many_wards import ManyWards
from tests.e2e.small_hospital import BEDS
from tests.phone.plain import Habit

pytestmark = pytest.mark.slow
TWELVE = [f"T{number:02}" for number in range(12)]


@contextmanager
def wards(template: Template, directory: Path, count: int, habit: Habit, **own: object) -> Iterator[ManyWards]:
    made = ManyWards(template, directory, count, lambda number: habit, **own)
    try:
        made.line.start()
        yield made
    finally:
        made.close()


def send_twelve(hospital: ManyWards) -> None:
    [ward] = hospital.wards
    for bed, visit in enumerate(TWELVE):
        assert f"MSA|AA|{visit}" in hospital.line.send(admission(visit, ward.code, bed=BEDS[bed % 2], urgent=True))


def all_confirmed(hospital: ManyWards, seconds: float) -> None:
    """Every alert was confirmed, at the station, and no telephone of ours was ever found busy."""

    def states() -> bool:
        return {row["state"] for row in hospital.notices().values()} == {"confirmed"}

    eventually(states, seconds, "all twelve to be confirmed")
    seen = hospital.telephones.told
    assert {one.number for one in seen} == {hospital.wards[0].station}, "nobody else was called: somebody answered"
    assert [one for one in seen if one.what == "busy"] == [], "two calls of ours at one telephone"


def test_a_nurse_who_goes_on_listening_takes_twelve_emergencies_in_one_call(template: Template, tmp_path: Path) -> None:
    stays = Habit(answers=0.5, presses=("1", 2.0), again=6.0)
    with wards(template, tmp_path, 1, stays) as hospital:
        send_twelve(hospital)
        all_confirmed(hospital, 240)
        calls = sum(one.what == "answered" for one in hospital.telephones.told)
        print(f"\ntwelve emergencies for one ward, the nurse listens on: {calls} call(s)")
        assert calls == 1


def test_a_nurse_who_hangs_up_after_each_confirms_all_twelve(template: Template, tmp_path: Path) -> None:
    hasty = Habit(answers=0.5, presses=("1", 2.5), hangs_up=3.0)
    with wards(template, tmp_path, 1, hasty) as hospital:
        send_twelve(hospital)
        all_confirmed(hospital, 300)
        calls = sum(one.what == "answered" for one in hospital.telephones.told)
        print(f"\ntwelve emergencies for one ward, the nurse hangs up after each: {calls} calls")


def test_an_emergency_goes_before_three_hundred_routine_admissions(template: Template, tmp_path: Path) -> None:
    quick = Habit(answers=0.2, presses=("1", 1.5), again=2.0)
    with wards(template, tmp_path, 30, quick, outbound__reserve=1) as hospital:
        line, seen = hospital.line, hospital.telephones.told
        for number in range(300):
            ward = hospital.wards[number % 29]
            assert "MSA|AA" in line.send(admission(f"B{number}", ward.code, bed=BEDS[number % 2]))
        last = hospital.wards[29]
        since = len(seen)
        assert "MSA|AA" in line.send(admission("NOW", last.code, bed=BEDS[0], urgent=True))
        accepted = time.time()
        invited = hospital.telephones.wait_for(last.station, "invited", 60, since)
        assert invited is not None
        before = {one.number for one in seen[since:] if one.what == "invited" and one.at < invited.at} - {last.station}
        waiting = sum(row["state"] == "waiting" for row in hospital.notices().values())
        print(f"\none emergency behind {waiting} routine ones: INVITE {invited.at - accepted:.2f} s after AA")
        assert len(before) <= 1, f"these were rung before the emergency: {before}"  # one was being dialled already
