"""How long it takes and when somebody's turn comes, reckoned by hand beside it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hospital.exams.waits import EARLIER, STEP, Past, Turn, expect, usual

NINE = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def past(*took: float, days_ago: float = 0) -> list[Past]:
    return [Past(NINE - timedelta(days=days_ago), minutes(one)) for one in took]


@pytest.mark.parametrize(
    ("before", "takes"),
    [
        ([], 10),  # nothing is known but the plan
        (past(20), 10),  # one long one at the start of a day proves nothing: the plan counts as three
        (past(20, 20, 20, 20), 20),
        (past(6, 6, 7, 7, 8, 90), 8),  # weights 6 6 7 7 8 | 10 10 10 | 90: the middle of nine is 8
        (past(*[5] * 30, days_ago=20), 10),  # three weeks old: 30 of them weigh 30/1024
        ([*past(*[5] * 30, days_ago=20), *past(14, 14, 14, 14)], 14),
        (past(*[300] * 9), 10),  # five hours: nobody noted the end
        ([Past(NINE + minutes(3), minutes(0))], 10),  # a clock was set back
    ],
)
def test_what_one_takes_is_the_middle_of_what_they_took(before: list[Past], takes: int) -> None:
    assert usual(before, minutes(10), NINE) == minutes(takes)


def turns(*needs: float) -> list[Turn]:
    return [Turn(minutes(one), NINE) for one in needs]


@pytest.mark.parametrize(
    ("now", "inside", "before", "mine", "begins", "come"),
    [
        # Nobody before me: at once.
        (0, None, [], 0, 0, 0),
        # The room opens at nine, it is half past eight, two are before me.
        (-30, None, turns(10, 15), 0, 25, 15),
        # One of ten minutes went in four minutes ago: six are left, then one of fifteen.
        (4, (10, 0), turns(15), 0, 25, 15),
        # One who should be out for long: a fifth of the usual time more.
        (60, (10, 0), [], 0, 62, 60),
        # Before me is somebody whose time is 9:40 only.
        (0, None, [Turn(minutes(10), NINE + minutes(40))], 0, 50, 40),
        # I have 10:00, nobody is there: not before that; ten minutes earlier I come.
        (0, None, [], 60, 60, 50),
    ],
)
def test_a_turn_comes_when_all_before_are_through(
    now: int, inside: tuple[int, int] | None, before: list[Turn], mine: int, begins: int, come: int
) -> None:
    within = None if inside is None else (minutes(inside[0]), NINE + minutes(inside[1]))
    found = expect(NINE + minutes(now), NINE, within, before, NINE + minutes(mine))
    assert found.begins_at == NINE + minutes(begins)
    assert found.come_at == NINE + minutes(come)


@given(
    now=st.integers(-120, 600),
    needs=st.lists(st.integers(1, 90), max_size=30),
    inside=st.none() | st.tuples(st.integers(1, 90), st.integers(0, 200)),
    mine=st.integers(0, 600),
)
def test_nobody_is_told_to_come_after_his_turn_nor_into_the_past(
    now: int, needs: list[int], inside: tuple[int, int] | None, mine: int
) -> None:
    at = NINE + minutes(now)
    within = None if inside is None else (minutes(inside[0]), at - minutes(inside[1]))
    found = expect(at, NINE, within, turns(*needs), NINE + minutes(mine))
    assert at <= found.come_at <= max(at, found.begins_at - EARLIER)
    assert found.begins_at >= max(at, NINE, NINE + minutes(mine))
    assert found.wait % STEP == timedelta()
    later = expect(at, NINE, within, turns(*needs, 5), NINE + minutes(mine))
    assert later.begins_at >= found.begins_at
