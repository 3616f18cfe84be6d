"""The queue for an examination by telephone, heard and keyed from outside (docs/features.md, 13 and 14)."""

from __future__ import annotations

import pytest

from tests.e2e.conftest import House
from tests.e2e.small_hospital import EXAMS, SCAN, SCAN_ROOM, WARD


@pytest.mark.slow
def test_a_patient_on_a_ward_hears_the_place_and_the_next_one_is_called(house: House) -> None:
    """Called, missed, back in line: three calls to the room's queue, each hears what is so then."""
    first, *_, last = EXAMS
    what = {"kind": {"name": SCAN}, "room": {"name": SCAN_ROOM}}
    with house.caller("1001", "en") as caller:
        caller.hears("main.services").presses("3")
        caller.hears("exams.number").presses(last + "#")
        caller.hears("exams.waiting", ahead=3, wait=1800, **what)
        caller.hears("exams.prepare_fasting", "exams.more")
    assert first in house.line.command("exams", "call-next", "us1")
    with house.caller("1000") as caller:
        caller.hears("main.services").keys_in("3")
        caller.hears("exams.number").keys_in(first + "#")
        caller.hears("exams.called", "exams.more", **what)
        house.line.command("exams", "missed", first)
        caller.presses("1").hears("exams.missed", **what)
    house.line.command("exams", "back", first)
    with house.caller("1000") as caller:
        caller.hears("main.services").keys_in("3")
        caller.hears("exams.number").keys_in("99999#")
        caller.hears("exams.unknown", "exams.number").keys_in(first + "#")
        caller.hears("exams.waiting", ahead=2, wait=1200, **what)
    [row] = house.line.rows("SELECT * FROM exams WHERE number = ?", first)
    assert (row["state"], row["times_missed"], row["ward"]) == ("waiting", 1, WARD)
    call = house.line.last_call()
    asked = [one["keys"] for one in house.line.events(call["id"]) if one["kind"] == "keys"]
    assert asked == ["3", "99999", first]
