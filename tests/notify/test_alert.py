"""What a ward lives through: an admission is told, answered, missed, escalated."""

from __future__ import annotations

import pytest

from ivr.call.order import NO_LINE, CallResult
from ivr.switch.line import Cause
from notify.notices.attempts import finish
from notify.notices.stopping import cancel
from tests.notify.story import (
    BUSY,
    DUTY_MANAGER,
    HEAD_NURSE,
    HUNG_UP,
    NO_ANSWER,
    STATION,
    UNCONFIRMED,
    UNREACHABLE,
    WORKER_DIED,
    Story,
    adt,
    result_of,
)


def test_an_admission_rings_the_station_at_once_and_says_bed_and_department(story: Story) -> None:
    answer = story.receive(adt(more="MED^内科"))
    assert "MSA|AA|1" in answer
    [order] = story.caller.orders
    assert order.target == STATION
    assert order.flow == "ward_admission"
    assert order.variables["bed"] == "12"
    assert order.variables["urgent"] is False
    assert order.variables["department"] == {"code": "med", "name": {"zh": "内科", "en": "内科"}}
    assert order.variables["ward"] == {"code": "W3", "name": {"zh": "三病区", "en": "Ward three"}}
    assert "测试" not in str(order)


def test_an_emergency_is_told_as_urgent(story: Story) -> None:
    story.receive(adt(kind="E"))
    [order] = story.caller.orders
    assert order.variables["urgent"] is True
    assert [notice.kind for notice in story.notices()] == ["urgent_admission"]


def test_a_discharge_has_its_own_flow(story: Story) -> None:
    story.receive(adt("A03"))
    assert [order.flow for order in story.caller.orders] == ["ward_discharge"]


def test_a_confirmed_notice_never_rings_again(story: Story) -> None:
    story.caller.answers(STATION, story.confirms)
    story.receive(adt())
    story.wait(3 * 3600, step=30)
    assert story.caller.targets == [STATION]
    assert story.states() == ["confirmed"]
    [attempt] = story.attempts()
    assert (attempt.cause, attempt.confirmed, attempt.heard, attempt.call_id) == ("confirmed", True, True, "c" * 32)
    assert story.told.unreached_ones == []


def test_a_busy_station_is_called_again_after_the_set_waits(story: Story) -> None:
    story.caller.answers(STATION, BUSY, BUSY, story.confirms)
    story.receive(adt())
    assert len(story.caller.orders) == 1
    story.wait(19)
    assert len(story.caller.orders) == 1
    story.wait(1)
    assert len(story.caller.orders) == 2
    story.wait(29)
    assert len(story.caller.orders) == 2
    story.wait(1)
    assert len(story.caller.orders) == 3
    assert [attempt.cause for attempt in story.attempts()] == ["busy", "busy", "confirmed"]


def test_nobody_answers_anywhere_until_it_is_reported_failed(story: Story) -> None:
    for number in (STATION, HEAD_NURSE, DUTY_MANAGER):
        story.caller.answers(number, NO_ANSWER)
    story.receive(adt())
    story.wait(600)
    assert story.caller.targets == [STATION] * 3 + [HEAD_NURSE] * 3 + [DUTY_MANAGER] * 3
    assert story.states() == ["failed"]
    [told] = story.told.unreached_ones
    assert (told.whom, told.attempts, str(told.state)) == ("ward W3", 9, "failed")
    story.wait(60)
    assert len(story.told.unreached_ones) == 1


def test_a_number_that_does_not_exist_escalates_at_once(story: Story) -> None:
    story.caller.answers(STATION, UNREACHABLE)
    story.caller.answers(HEAD_NURSE, story.confirms)
    story.receive(adt())
    assert story.caller.targets == [STATION, HEAD_NURSE]
    assert story.states() == ["confirmed"]


def test_heard_is_not_confirmed(story: Story) -> None:
    story.caller.answers(STATION, UNCONFIRMED, story.confirms)
    story.receive(adt())
    assert story.states() == ["waiting"]
    assert story.notices()[0].heard_at is not None
    story.wait(20)
    assert story.states() == ["confirmed"]
    assert [attempt.cause for attempt in story.attempts()] == ["unconfirmed", "confirmed"]


def test_who_hangs_up_early_is_called_sooner(story: Story) -> None:
    story.caller.answers(STATION, HUNG_UP, story.confirms)
    story.receive(adt())
    story.wait(10)
    assert [attempt.cause for attempt in story.attempts()] == ["hung_up", "confirmed"]


def test_a_worker_that_dies_under_the_call_means_ringing_again_at_once(story: Story) -> None:
    story.caller.answers(STATION, WORKER_DIED, story.confirms)
    story.receive(adt())
    story.wait(2)  # the telephone rests a moment: whoever answered has the handset still in hand
    assert story.caller.targets == [STATION, STATION]


def test_no_free_line_is_no_attempt(story: Story) -> None:
    story.caller.answers(STATION, NO_LINE, NO_LINE, story.confirms)
    story.receive(adt())
    story.wait(2)
    assert [attempt.cause for attempt in story.attempts()] == ["confirmed"]


def test_each_telephone_of_a_role_rings_in_turn_before_the_wait(story: Story) -> None:
    import dataclasses

    from hospital.wards import wards
    from tests.notify.story import WARD

    story.database.run_now(wards.store, dataclasses.replace(WARD, station=("8101", "8111")))
    story.caller.answers("8101", BUSY)
    story.caller.answers("8111", BUSY, story.confirms)
    story.receive(adt())
    assert story.caller.targets == ["8101", "8111"]
    story.wait(20)
    assert story.caller.targets == ["8101", "8111", "8101", "8111"]
    assert story.states() == ["confirmed"]


def test_an_unknown_ward_rings_the_last_resort(story: Story) -> None:
    story.caller.answers("8309", NO_ANSWER, story.confirms)
    story.receive(adt(location="W99^1^1"))
    story.wait(30)
    assert story.caller.targets == ["8309", "8309"]
    assert story.states() == ["confirmed"]
    assert story.caller.orders[0].variables["ward"] == {"code": "W99", "name": {"zh": "W99", "en": "W99"}}


def test_an_unknown_ward_without_a_last_resort_is_reported(story: Story) -> None:
    import dataclasses

    story.rules = dataclasses.replace(story.rules, last_resort=())
    story.start()
    story.receive(adt(location="W99^1^1"))
    story.wait(1)
    assert story.caller.orders == []
    assert [told.reason for told in story.told.unreached_ones] == ["ward W99 has nobody to call"]


def test_a_last_resort_that_no_line_could_reach_is_called_later(story: Story) -> None:
    story.caller.answers("8309", NO_LINE, story.confirms)
    story.receive(adt(location="W99^1^1"))
    story.wait(2)
    assert story.states() == ["confirmed"]


def test_a_notice_whose_time_is_over_rings_no_more_and_is_reported(story: Story) -> None:
    story.lines = 0
    story.receive(adt())
    story.wait(2 * 3600 + 30, step=30)
    story.lines = 4
    story.wait(5)
    assert story.caller.orders == []
    assert story.states() == ["expired"]
    assert [str(told.state) for told in story.told.unreached_ones] == ["expired"]


def test_a_cancelled_notice_rings_no_more_and_a_late_key_is_told_so(story: Story) -> None:
    story.receive(adt())
    [order] = story.caller.orders
    story.database.run_now(cancel, order.notice_id, story.now(), "the patient went elsewhere")
    assert result_of(story.press_confirm(order)) == "stale"
    story.caller.finish(order, UNCONFIRMED)
    story.wait(120)
    assert story.states() == ["cancelled"]
    assert len(story.caller.orders) == 1


def test_confirming_twice_is_confirming(story: Story) -> None:
    story.receive(adt())
    [order] = story.caller.orders
    assert result_of(story.press_confirm(order)) == "confirmed"
    assert result_of(story.press_confirm(order)) == "confirmed"


@pytest.mark.parametrize("nonsense", ["", "x", "1", "1.", ".1", "1.2.3", "٣.٤", "9" * 50 + ".1", "999999.1"])
def test_a_reference_that_is_none_confirms_nothing(story: Story, nonsense: str) -> None:
    from actions.action import CallFacts

    call = CallFacts("c", "", "zh", story.now())
    outcome = result_of(story.actions["notice.confirm"].run({"notice": nonsense}, call))
    assert outcome.name == "stale"


def test_the_end_of_a_call_told_twice_counts_once(story: Story) -> None:
    story.receive(adt())
    [order] = story.caller.orders
    for _ in range(2):
        story.database.run_now(finish, story.rules, order.attempt_id, BUSY, story.now())
    [notice] = story.notices()
    assert (notice.state, notice.round, notice.attempts) == ("waiting", 1, 1)


def test_a_fault_in_the_telephone_costs_an_attempt_and_no_notice(story: Story, faults: object) -> None:
    async def breaks(order: object) -> CallResult:
        raise ZeroDivisionError

    story.caller.answers(STATION, breaks, story.confirms)
    story.receive(adt())
    assert faults.expected()  # type: ignore[attr-defined]
    story.wait(10)
    assert [attempt.cause for attempt in story.attempts()] == ["error", "confirmed"]


def test_a_call_that_ends_without_media_counts_as_lost(story: Story) -> None:
    story.caller.answers(STATION, CallResult(Cause.MEDIA_TIMEOUT, answered=True), story.confirms)
    story.receive(adt())
    story.wait(2)
    assert [attempt.cause for attempt in story.attempts()] == ["lost", "confirmed"]
