"""Who gets a line: alerts before care before money, callers before all of them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ivr.switch.line import Capacity
from notify.events import Happening, store
from notify.notices.addressee import of_ward
from notify.notices.budget import LineBudget, Room
from notify.notices.claim import claim
from notify.notices.escalation import Priority
from notify.notices.plan import Planned, plan
from notify.notices.states import TRANSITIONS, Change, State, WrongChange, changed
from tests.notify.story import NOON, Story, everywhere


@pytest.mark.parametrize(
    ("lines", "busy", "care_in_air", "room"),
    [
        (4, 0, 0, Room(3, 2)),
        (4, 2, 2, Room(1, 0)),
        (4, 4, 0, Room(0, 2)),
        (1, 0, 0, Room(1, 0)),
        (0, 0, 0, Room(0, 0)),
        (96, 50, 30, Room(45, 64)),
    ],
)
def test_callers_and_alerts_keep_their_lines(lines: int, busy: int, care_in_air: int, room: Room) -> None:
    assert LineBudget(1, 1).room(Capacity(lines, busy), {Priority.CARE: care_in_air}) == room


def test_alerts_are_claimed_before_care_however_late_they_come(story: Story) -> None:
    rules = story.rules
    alert, care = rules.rules["admission"], rules.rules["discharge"]

    def make(session: object) -> None:
        store(session, rules, Happening("k", "none", "test", "W3", {}, {}), NOON)  # type: ignore[arg-type]
        early = NOON - timedelta(minutes=5)
        plan(session, [Planned(1, care, of_ward(f"W{n}"), {}, early) for n in range(10)], NOON)  # type: ignore[arg-type]
        plan(session, [Planned(1, alert, of_ward(f"W1{n}"), {}, NOON) for n in range(2)], NOON)  # type: ignore[arg-type]

    story.database.run_now(make)
    claimed = story.database.run_now(claim, rules, everywhere, "a", NOON, timedelta(30), Room(5, 2))
    assert [order.flow for order in claimed.orders] == ["ward_admission"] * 2 + ["ward_discharge"] * 2


def test_what_is_over_stays_over() -> None:
    for state in State:
        for change in Change:
            if state.over:
                with pytest.raises(WrongChange):
                    changed(state, change)
    assert {state for state, _ in TRANSITIONS} == {State.WAITING, State.IN_AIR}
