"""An emergency goes first: before what waits, and on the line of a lesser call that only rings."""

from __future__ import annotations

import dataclasses

import pytest
from sqlalchemy.orm import Session

from hospital.wards import wards
from ivr.call.order import CallResult
from ivr.switch.line import Cause
from notify.events import Happening, store
from notify.notices.addressee import of_ward
from notify.notices.escalation import Priority
from notify.notices.plan import Planned, plan
from notify.notices.stopping import confirm
from notify.notices.telephone import NoticeOrder
from tests.notify.one_line import OneLine
from tests.notify.story import NOON, STATION, WARD, Story, adt, result_of

WARDS = 30


@pytest.fixture
def hospital(story: Story) -> Story:
    """Thirty wards more, each with a telephone of its own, and three lines for calling out."""

    def furnish(session: Session) -> None:
        for number in range(WARDS):
            own = dataclasses.replace(WARD, code=f"V{number}", station=(f"85{number:02}",))
            wards.store(session, own)

    story.database.run_now(furnish)
    story.lines = 3
    return story


def routine(story: Story, count: int) -> None:
    """So many routine admissions are due now."""

    def make(session: Session) -> None:
        store(session, story.rules, Happening("k", "none", "test", "V0", {}, {}), NOON)
        rule = story.rules.rules["admission"]
        said = {"urgent": False, "room": "1", "ward": {"code": "V", "name": {}}, "department": {"code": "", "name": {}}}
        made = [Planned(1, rule, of_ward(f"V{n % WARDS}"), {**said, "bed": str(n)}, NOON) for n in range(count)]
        plan(session, made, NOON)

    story.database.run_now(make)
    story.outbox.poke()


@pytest.mark.parametrize("lines", [3, 1])
def test_three_hundred_routine_ones_and_an_emergency_is_dialled_with_the_next_free_line(
    hospital: Story, lines: int
) -> None:
    hospital.lines = lines
    telephones = OneLine(hospital.clock, story=hospital, answers_after=0.1, listens=6.0)
    hospital.caller = telephones  # type: ignore[assignment]
    hospital.start()
    routine(hospital, 300)
    hospital.wait(10)
    before = len(telephones.orders)
    hospital.receive(adt(kind="E"))
    while len(telephones.orders) == before:
        hospital.wait(1)
        assert len(hospital.outbox.in_air) <= lines
    assert telephones.orders[before].target == STATION


def test_it_takes_the_line_of_a_lesser_call_that_rings_and_that_one_loses_nothing(hospital: Story) -> None:
    routine(hospital, 5)
    assert len(hospital.caller.orders) == 3
    hospital.receive(adt(kind="E"))
    assert hospital.caller.targets[3:] == [STATION]
    [victim] = hospital.caller.cancelled
    [given] = [attempt for attempt in hospital.attempts() if attempt.cause == "given_way"]
    assert (given.notice_id, given.ended_at) == (victim.notice_id, NOON)
    waiting = next(notice for notice in hospital.notices() if notice.id == victim.notice_id)
    assert (waiting.state, waiting.round, waiting.step, waiting.due_at) == ("waiting", 0, 0, NOON)
    hospital.lines = 4
    hospital.wait(1)
    assert hospital.caller.orders[-1].notice_id == victim.notice_id


def test_a_call_that_talks_keeps_its_line(hospital: Story) -> None:
    routine(hospital, 3)
    for order in hospital.caller.orders:
        result_of(hospital.caller.picks_up(order))
    hospital.receive(adt(kind="E"))
    hospital.wait(5)
    assert hospital.caller.cancelled == []
    assert len(hospital.caller.orders) == 3


def test_when_all_lines_talk_the_next_that_has_told_its_notice_says_goodbye(hospital: Story) -> None:
    """Each of the three telephones has nine more notices waiting: the emergency does not wait for all of them."""
    routine(hospital, 10 * WARDS)
    told = [result_of(hospital.caller.picks_up(order)) for order in hospital.caller.orders]
    assert None not in told
    first, second, _ = hospital.caller.orders
    confirmed = CallResult(Cause.NORMAL, answered=True, heard=True, call_id="c" * 32)

    def confirms(order: NoticeOrder) -> None:
        hospital.database.run_now(confirm, order.notice_id, order.attempt_id, hospital.now())

    confirms(first)
    further = result_of(hospital.caller.stays(first, confirmed))
    assert further is not None  # nothing urgent: the next one is told in the same call
    hospital.receive(adt(kind="E"))
    assert hospital.caller.targets[3:] == []
    confirms(second)
    assert result_of(hospital.caller.stays(second, confirmed)) is None
    hospital.caller.finish(second, confirmed)
    hospital.lines = 3
    hospital.wait(1)
    assert hospital.caller.targets[3] == STATION


def test_the_least_urgent_call_gives_way(hospital: Story) -> None:
    routine(hospital, 2)
    hospital.receive(adt("A03", control_id="d", location="V9^1^1"))
    hospital.lines = 3
    hospital.wait(1)
    discharge = hospital.caller.orders[-1]
    assert discharge.flow == "ward_discharge"
    hospital.receive(adt(kind="E"))
    assert hospital.caller.cancelled == [discharge]


def test_an_emergency_never_takes_the_line_of_an_emergency(hospital: Story) -> None:
    for number in range(5):
        hospital.receive(adt(control_id=f"e{number}", location=f"V{number}^1^1", kind="E"))
    assert len(hospital.caller.orders) == 3
    assert hospital.caller.cancelled == []


def test_an_emergency_for_a_telephone_that_rings_already_takes_no_line(hospital: Story) -> None:
    routine(hospital, 3)
    hospital.receive(adt(kind="E", location="V1^1^1"))
    assert hospital.caller.cancelled == []
    assert len(hospital.caller.orders) == 3


def test_an_emergency_may_use_the_lines_that_are_kept_for_alerts(hospital: Story) -> None:
    for number in range(3):
        hospital.receive(adt("A03", control_id=f"d{number}", location=f"V{number}^1^1"))
    assert len(hospital.caller.orders) == 2
    hospital.receive(adt(kind="E"))
    assert hospital.caller.targets[-1] == STATION
    assert hospital.caller.cancelled == []


def test_a_file_that_says_alert_goes_on_working(hospital: Story) -> None:
    urgent = dataclasses.replace(hospital.rules.rules["urgent_admission"], priority=Priority.ALERT)
    hospital.rules = dataclasses.replace(hospital.rules, rules={**hospital.rules.rules, "urgent_admission": urgent})
    hospital.receive(adt(kind="E"))
    assert hospital.caller.targets == [STATION]
