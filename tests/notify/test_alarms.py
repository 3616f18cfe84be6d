"""Alerts that nobody has confirmed, as whoever watches the line sees them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from accounts.audit import Hand
from notify.mllp.latest import latest_message
from notify.notices import alarms
from notify.notices.alarms import REMEMBERED, Alarm, unconfirmed_alarms
from notify.notices.by_hand import acknowledge
from notify.notices.escalation import Priority
from notify.notices.states import State
from tests.notify.story import HEAD_NURSE, NO_ANSWER, NOON, STATION, Story, adt


def seen(story: Story) -> tuple[Alarm, ...]:
    return story.database.run_now(unconfirmed_alarms, story.now()).of


def test_a_call_that_rings_is_seen_with_ward_bed_and_whom_it_calls(story: Story) -> None:
    story.receive(adt(kind="E"))
    story.wait(5)
    [alarm] = seen(story)
    assert (alarm.state, alarm.is_called, alarm.priority) == (State.IN_AIR, True, Priority.EMERGENCY)
    assert (alarm.ward, alarm.whom["en"], alarm.bed, alarm.room) == ("W3", "Ward three", "12", "301")
    assert (alarm.role, alarm.target, alarm.attempts) == ("station", STATION, 1)
    assert (alarm.since, alarm.next_at) == (NOON, None)
    assert alarm.dialled_at is not None


def test_between_two_calls_it_is_told_when_the_next_one_is(story: Story) -> None:
    story.caller.answers(STATION, NO_ANSWER)
    story.receive(adt())
    story.wait(1)
    [alarm] = seen(story)
    assert (alarm.state, alarm.attempts, alarm.target) == (State.WAITING, 1, "")
    assert alarm.next_at is not None
    assert alarm.next_at > story.now()


def test_a_confirmed_one_is_gone(story: Story) -> None:
    story.caller.answers(STATION, story.confirms)
    story.receive(adt())
    story.wait(1)
    assert seen(story) == ()


def test_one_that_reached_nobody_stands_there_for_hours(story: Story) -> None:
    story.caller.answers(STATION, NO_ANSWER)
    story.caller.answers(HEAD_NURSE, NO_ANSWER)
    story.caller.answers("8103", NO_ANSWER)
    story.receive(adt())
    story.wait(3 * 3600, step=30)
    [alarm] = seen(story)
    assert alarm.is_over
    assert alarm.state in (State.FAILED, State.EXPIRED)
    assert story.database.run_now(unconfirmed_alarms, NOON + REMEMBERED + timedelta(seconds=1)).of == ()


def test_one_that_reached_nobody_is_gone_when_somebody_takes_charge_of_it(story: Story) -> None:
    for telephone in (STATION, HEAD_NURSE, "8103"):
        story.caller.answers(telephone, NO_ANSWER)
    story.receive(adt())
    story.wait(3 * 3600, step=30)
    [alarm] = seen(story)
    hand = Hand("nurse", story.now(), "command", reason="told in person")
    story.database.run_now(acknowledge, alarm.id, hand)
    assert seen(story) == ()


def test_what_is_no_alert_is_not_among_them(story: Story) -> None:
    story.receive(adt("A03"))
    story.wait(1)
    assert len(story.notices()) == 1
    assert seen(story) == ()


def test_the_oldest_is_first_and_a_flood_says_that_there_are_more(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(4):
        story.receive(adt(control_id=str(number), location=f"W3^301^{number}", kind="E"))
        story.wait(1)
    assert [alarm.bed for alarm in seen(story)] == ["0", "1", "2", "3"]
    monkeypatch.setattr(alarms, "MOST", 2)
    found = story.database.run_now(unconfirmed_alarms, story.now())
    assert found.more
    assert len(found.of) < 4


def test_the_message_that_came_last_is_known_whatever_became_of_it(story: Story) -> None:
    assert story.database.run_now(latest_message) is None
    story.receive(adt())
    story.wait(10)
    story.receive("no message at all")
    latest = story.database.run_now(latest_message)
    assert latest is not None
    assert (latest.state, latest.received_at) == ("rejected", story.now())
    story.wait(10)
    story.receive(adt("A03", control_id="2"))
    latest = story.database.run_now(latest_message)
    assert latest is not None
    assert (latest.state, latest.type[:3]) == ("accepted", "ADT")
