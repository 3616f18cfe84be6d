"""What is taken back or corrected: calls stop, whoever had heard is told, nobody else is bothered; in any order."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from db.database import Database
from db.tables.notices import EventRow
from hospital.wards import wards
from notify.events import Happening, store
from notify.notices.telephone import NoticeOrder
from tests.notify.story import BUSY, HEAD_NURSE, NO_ANSWER, NOON, STATION, UNCONFIRMED, Story, adt, result_of

VISIT = "neike|||||||||V7"
OTHER_STATION = "8501"
W5 = wards.WardContacts("W5", {"zh": "五病区", "en": "Ward five"}, "", {}, (OTHER_STATION,), ("8502",), ("8103",))


@pytest.fixture
def story(database: Database) -> Story:
    database.run_now(wards.store, W5)
    return Story(database)


def tell(story: Story, trigger: str, control_id: str, location: str = "W3^301^12", kind: str = "R", more: str = VISIT,
         sender: str = "HIS") -> None:  # fmt: skip
    message = adt(trigger, control_id, location, kind, more).replace("|HIS|", f"|{sender}|", 1)
    assert "|AA|" in story.receive(message)


def fates(story: Story) -> list[str]:
    return list(story.read(lambda session: session.scalars(select(EventRow.fate).order_by(EventRow.id)).all()))


def flows(story: Story) -> list[tuple[str, str]]:
    return [(order.flow, order.target) for order in story.caller.orders]


def test_an_admission_taken_back_before_its_next_call_is_never_told(story: Story) -> None:
    story.caller.answers(STATION, BUSY)
    tell(story, "A01", "1", kind="E")
    story.wait(2)
    tell(story, "A11", "2", kind="E")
    story.wait(600, step=10)
    assert story.states() == ["cancelled"]
    assert flows(story) == [("ward_admission", STATION)]
    assert fates(story) == ["taken_back", "revised"]
    assert story.told.unreached_ones == []


def test_a_telephone_that_rings_stops_at_once(story: Story) -> None:
    tell(story, "A01", "1")
    [ringing] = story.caller.orders
    tell(story, "A11", "2")
    assert story.caller.cancelled == [ringing]
    story.wait(60)
    assert flows(story) == [("ward_admission", STATION)]


def test_who_listens_hears_that_it_is_called_off_and_their_key_confirms_nothing(story: Story) -> None:
    tell(story, "A01", "1")
    [order] = story.caller.orders
    assert result_of(story.caller.picks_up(order)) == order
    tell(story, "A11", "2")
    assert order.stopped.value == "ward.called_off"
    assert result_of(story.press_confirm(order)) == "stale"
    assert story.states() == ["cancelled"]


def test_who_had_confirmed_is_told_that_it_is_no_longer_so_at_that_telephone(story: Story) -> None:
    story.caller.answers(STATION, NO_ANSWER)
    story.caller.answers(HEAD_NURSE, story.confirms)
    tell(story, "A01", "1", kind="E")
    story.wait(120)
    assert story.states() == ["confirmed"]
    rung = len(story.caller.orders)
    tell(story, "A11", "2", kind="E")
    story.wait(5)
    assert flows(story)[rung:] == [("ward_cancelled", HEAD_NURSE)]
    said = story.caller.orders[-1].variables
    assert (said["about"], said["bed"], said["ward"]) == ("admission", "12", {"code": "W3", "name": W3_NAME})
    assert story.states() == ["confirmed", "confirmed"]


W3_NAME = {"zh": "三病区", "en": "Ward three"}


def test_who_had_heard_without_confirming_is_told_too(story: Story) -> None:
    story.caller.answers(STATION, UNCONFIRMED, story.confirms)
    tell(story, "A01", "1")
    tell(story, "A11", "2")
    story.wait(5)
    assert flows(story) == [("ward_admission", STATION), ("ward_cancelled", STATION)]


def test_a_listener_who_does_not_answer_is_followed_by_the_station_of_the_ward(story: Story) -> None:
    story.caller.answers(STATION, NO_ANSWER)
    story.caller.answers(HEAD_NURSE, story.confirms, NO_ANSWER)
    tell(story, "A01", "1", kind="E")
    story.wait(120)
    story.caller.answers(STATION, story.confirms)
    tell(story, "A11", "2", kind="E")
    story.wait(240)
    assert flows(story)[-1] == ("ward_cancelled", STATION)
    assert story.states() == ["confirmed", "confirmed"]


def test_a_discharge_taken_back_and_told_again(story: Story) -> None:
    story.caller.answers(STATION, story.confirms)
    tell(story, "A03", "1")
    tell(story, "A13", "2")
    story.wait(2)
    tell(story, "A03", "3")
    story.wait(2)
    assert [flow for flow, _ in flows(story)] == ["ward_discharge", "ward_cancelled", "ward_discharge"]
    assert story.caller.orders[1].variables["about"] == "discharge"
    assert fates(story) == ["taken_back", "revised", "planned"]


def test_a_discharge_stays_when_the_admission_of_the_same_stay_is_taken_back(story: Story) -> None:
    story.caller.answers(STATION, BUSY)
    tell(story, "A03", "1")
    tell(story, "A11", "2")
    assert story.states() == ["waiting"]
    assert fates(story) == ["planned", "early"]


def test_an_admission_that_comes_again_stops_what_says_that_it_does_not(story: Story) -> None:
    story.caller.answers(STATION, story.confirms, BUSY)
    tell(story, "A01", "1")
    tell(story, "A11", "2")
    assert story.states() == ["confirmed", "waiting"]
    tell(story, "A01", "3")
    assert story.states() == ["confirmed", "cancelled", "waiting"]


def test_taken_back_twice_is_told_once(story: Story) -> None:
    story.caller.answers(STATION, story.confirms)
    tell(story, "A01", "1")
    tell(story, "A11", "2")
    tell(story, "A11", "3")
    story.wait(5)
    assert [flow for flow, _ in flows(story)] == ["ward_admission", "ward_cancelled"]


@pytest.mark.parametrize("more", ["neike|||||||||V8", "neike"])
def test_another_stay_is_left_alone(story: Story, more: str) -> None:
    story.caller.answers(STATION, BUSY)
    tell(story, "A01", "1")
    tell(story, "A11", "2", location="W3^301^13", more=more)
    assert story.states() == ["waiting"]
    assert fates(story) == ["planned", "early"]


def test_the_same_number_of_another_system_counts_in_the_same_ward_only(story: Story) -> None:
    story.caller.answers(STATION, BUSY)
    tell(story, "A01", "1")
    tell(story, "A11", "2", location="W5^501^1", sender="DIALYSIS")
    assert story.states() == ["waiting"]
    tell(story, "A11", "3", location="w3^301^12", sender="EMR")
    assert story.states() == ["cancelled"]


@pytest.mark.parametrize(("first", "second"), [("neike", VISIT), (VISIT, "neike"), ("neike", "neike")])
def test_without_a_visit_number_the_bed_tells_which_one_is_meant(story: Story, first: str, second: str) -> None:
    story.caller.answers(STATION, BUSY)
    tell(story, "A01", "1", location="W3^301^12", more=first)
    tell(story, "A01", "2", location="W3^301^14", more="neike|||||||||V9")
    tell(story, "A11", "3", location="W3^301^12", more=second)
    assert story.states() == ["cancelled", "waiting"]


def test_a_message_that_names_neither_is_told(story: Story) -> None:
    story.caller.answers(STATION, BUSY)
    tell(story, "A01", "1")
    tell(story, "A11", "2", location="W3", more="neike")
    assert (story.states(), fates(story)) == (["waiting"], ["planned", "unmatched"])


def test_what_is_older_than_within_is_left_alone(story: Story) -> None:
    story.caller.answers(STATION, story.confirms)
    tell(story, "A01", "1")
    story.clock.advance(3 * 3600)
    tell(story, "A02", "2", location="W5^501^1")
    story.wait(5)
    assert [flow for flow, _ in flows(story)] == ["ward_admission"]
    story.clock.advance(86_400)
    tell(story, "A11", "3", location="W5^501^1")
    story.wait(5)
    assert [flow for flow, _ in flows(story)] == ["ward_admission"]


# Order


def happening(kind: str, key: str, at: datetime) -> Happening:
    facts = {"urgent": False, "room": "301", "bed": "12", "department": "", "department_text": "", "visit": "V7"}
    variables = {"bed": "12", "room": "301", "urgent": False, "ward": {"code": "W3", "name": W3_NAME},
                 "department": {"code": "", "name": W3_NAME}}  # fmt: skip
    return Happening(key, kind, "HIS|HOSPITAL", "W3", facts, variables, "V7", at)


def test_an_admission_that_comes_after_what_took_it_back_calls_nobody(story: Story) -> None:
    for kind, key, minute in (("admission_cancelled", "1", 5), ("admission", "2", 0), ("admission", "3", 9)):
        what = happening(kind, key, NOON + timedelta(minutes=minute))
        story.database.run_now(store, story.rules, what, story.now())
    assert fates(story) == ["revised", "taken_back", "planned"]
    assert len(story.notices()) == 1


def test_a_late_message_does_not_take_back_what_happened_after_it(story: Story) -> None:
    for kind, key, minute in (("admission", "1", 9), ("admission_cancelled", "2", 5)):
        what = happening(kind, key, NOON + timedelta(minutes=minute))
        story.database.run_now(store, story.rules, what, story.now())
    assert (fates(story), story.states()) == (["planned", "early"], ["waiting"])


# Corrections


def test_what_waits_says_the_new_bed_in_its_next_call(story: Story) -> None:
    story.caller.answers(STATION, BUSY, story.confirms)
    tell(story, "A01", "1")
    tell(story, "A08", "2", location="W3^302^14")
    story.wait(60)
    assert [(order.variables["room"], order.variables["bed"]) for order in story.caller.orders] == [
        ("301", "12"),
        ("302", "14"),
    ]
    assert story.states() == ["confirmed"]


def test_a_call_that_rings_with_the_old_bed_gives_way_to_one_with_the_new(story: Story) -> None:
    tell(story, "A01", "1")
    tell(story, "A08", "2", location="W3^301^14")
    story.wait(2)
    assert [order.variables["bed"] for order in story.caller.orders] == ["12", "14"]
    assert story.caller.cancelled == story.caller.orders[:1]
    assert story.states() == ["cancelled", "in_air"]


def test_who_listens_to_the_old_bed_hears_the_new_one_in_the_same_call(story: Story) -> None:
    tell(story, "A01", "1")
    [order] = story.caller.orders
    result_of(story.caller.picks_up(order))
    tell(story, "A08", "2", location="W3^301^14")
    following = result_of(story.caller.stays(order, UNCONFIRMED))
    assert isinstance(following, NoticeOrder)
    assert following.variables["bed"] == "14"
    assert len(story.caller.orders) == 1


def test_who_had_confirmed_the_old_bed_is_told_the_new_one_and_nobody_else_is(story: Story) -> None:
    story.caller.answers(STATION, story.confirms)
    tell(story, "A01", "1")
    tell(story, "A08", "2", location="W3^301^14")
    story.wait(5)
    assert flows(story) == [("ward_admission", STATION), ("ward_changed", STATION)]
    said = story.caller.orders[-1].variables
    assert (said["bed"], said["old_bed"], said["moved"], said["about"]) == ("14", "12", False, "admission")


def test_a_message_that_changes_nothing_calls_nobody(story: Story) -> None:
    story.caller.answers(STATION, story.confirms)
    tell(story, "A01", "1")
    tell(story, "A08", "2")
    tell(story, "A08", "3", location="W3")
    tell(story, "A08", "4", location="W5^501^1", more="neike|||||||||V99")
    story.wait(5)
    assert len(story.caller.orders) == 1


def test_each_further_bed_is_told_once(story: Story) -> None:
    story.caller.answers(STATION, story.confirms)
    tell(story, "A01", "1")
    for number, bed in enumerate(("14", "15"), start=2):
        tell(story, "A08", str(number), location=f"W3^301^{bed}")
        story.wait(5)
    assert [order.variables["bed"] for order in story.caller.orders] == ["12", "14", "15"]


def test_another_ward_is_told_and_the_old_one_stops(story: Story) -> None:
    story.caller.answers(STATION, BUSY)
    story.caller.answers(OTHER_STATION, story.confirms)
    tell(story, "A01", "1", kind="E")
    tell(story, "A02", "2", location="W5^501^1", kind="E")
    story.wait(120)
    assert flows(story) == [("ward_admission", STATION), ("ward_admission", OTHER_STATION)]
    assert story.caller.orders[-1].variables["bed"] == "1"
    assert story.states() == ["cancelled", "confirmed"]


def test_a_ward_that_had_confirmed_hears_that_the_patient_goes_elsewhere(story: Story) -> None:
    story.caller.answers(STATION, story.confirms)
    story.caller.answers(OTHER_STATION, story.confirms)
    tell(story, "A01", "1")
    tell(story, "A02", "2", location="W5^501^1")
    story.wait(5)
    assert sorted(flows(story)[1:]) == [("ward_admission", OTHER_STATION), ("ward_changed", STATION)]
    [told] = [order for order in story.caller.orders if order.flow == "ward_changed"]
    assert (told.variables["moved"], told.variables["bed"]) == (True, "12")
    assert told.variables["to_ward"] == {"code": "W5", "name": {"zh": "五病区", "en": "Ward five"}}
    tell(story, "A11", "3", location="W5^501^1")  # only the ward that expects the patient is told
    story.wait(5)
    assert flows(story)[3:] == [("ward_cancelled", OTHER_STATION)]


def test_a_patient_who_has_become_an_emergency_is_told_as_one(story: Story) -> None:
    story.caller.answers(STATION, story.confirms)
    tell(story, "A01", "1", kind="R")
    tell(story, "A08", "2", kind="E")
    story.wait(5)
    assert [(order.flow, order.variables["urgent"]) for order in story.caller.orders] == [
        ("ward_admission", False),
        ("ward_admission", True),
    ]


def test_a_message_that_does_not_name_the_urgency_takes_none_away(story: Story) -> None:
    story.caller.answers(STATION, BUSY, story.confirms)
    tell(story, "A01", "1", kind="E")
    tell(story, "A08", "2", location="W3^301^14", kind="")
    story.wait(30)
    assert [(order.variables["bed"], order.variables["urgent"]) for order in story.caller.orders] == [
        ("12", True),
        ("14", True),
    ]


def test_a_correction_that_nobody_has_heard_yet_is_taken_back_with_its_admission(story: Story) -> None:
    story.caller.answers(STATION, story.confirms, BUSY, story.confirms)
    tell(story, "A01", "1")
    tell(story, "A08", "2", location="W3^301^14")
    story.wait(3)
    tell(story, "A11", "3", location="W3^301^14")
    story.wait(60)
    assert [flow for flow, _ in flows(story)] == ["ward_admission", "ward_changed", "ward_cancelled"]
    assert story.states() == ["confirmed", "cancelled", "confirmed"]


# Form


@pytest.mark.parametrize("location", ["", "^^12"])
def test_what_is_taken_back_needs_no_ward(story: Story, location: str) -> None:
    story.caller.answers(STATION, BUSY)
    tell(story, "A01", "1")
    tell(story, "A08", "2", location=location)
    assert story.states() == ["waiting"]
    tell(story, "A11", "3", location=location)
    assert story.states() == ["cancelled"]


@pytest.mark.parametrize("trigger", ["A08", "A11"])
def test_a_message_without_pv1_is_acknowledged_and_changes_nothing(story: Story, trigger: str) -> None:
    story.caller.answers(STATION, BUSY)
    tell(story, "A01", "1")
    whole = adt(trigger, "2")
    assert "|AA|" in story.receive(whole[: whole.index("PV1|")])
    assert story.states() == ["waiting"]
