"""Somebody sets the machine's clock, or a time server does: nothing is delayed by it, and nothing expires."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from background.steady_clock import PATIENCE, SteadyClock
from db.database import Database
from db.tables.editions import EngineRow
from ivr.call.order import CallResult
from notify.notices.shift import shift
from notify.notices.telephone import NoticeOrder
from tests.notify.story import BUSY, DUTY_MANAGER, HEAD_NURSE, NOON, STATION, Story, adt, result_of
from wardbell.doctor.machine import clock_jumped

WITHOUT_A_JUMP = [0.0, 10.0, 30.0, 30.0, 40.0, 60.0, 60.0, 80.0, 110.0, 170.0]
"""Seconds at which an emergency is rung while every line is busy, by the shipped rule."""


async def always_busy(_: NoticeOrder) -> CallResult:
    return BUSY


@dataclass
class Jumping(Story):
    """An engine whose machine's clock somebody sets: `off` is by how much it is off."""

    off: timedelta = timedelta(0)
    clocks: list[SteadyClock] = field(default_factory=list)
    note: Path | None = None

    def wall(self) -> datetime:
        return NOON + timedelta(seconds=self.clock.seconds()) + self.off

    def now(self) -> datetime:
        if not self.clocks:

            async def moves(by: timedelta) -> None:
                self.database.run_now(shift, by, self.owner, self.now())

            self.clocks.append(SteadyClock(self.wall, self.clock.seconds, moves, self.note))
        return self.clocks[0]()

    def wait(self, seconds: int, step: int = 1) -> None:
        for _ in range(0, seconds, step):
            self.clock.advance(step)
            self.now()
            result_of(self.clocks[0].look())
            self.outbox.tick()


@pytest.fixture
def story(database: Database) -> Jumping:
    made = Jumping(database)
    made.now()
    return made


@pytest.mark.parametrize("off", [timedelta(0), timedelta(minutes=-10), timedelta(hours=3), timedelta(days=-400)])
@pytest.mark.parametrize("lasts", [5, 3 * int(PATIENCE)], ids=["for a moment", "for good"])
def test_an_emergency_is_rung_again_when_it_would_have_been(story: Jumping, off: timedelta, lasts: int) -> None:
    moments: list[float] = []

    async def busy(_: NoticeOrder) -> CallResult:
        moments.append(story.clock.seconds())
        return BUSY

    for number in (STATION, HEAD_NURSE, DUTY_MANAGER):
        story.caller.answers(number, busy)
    story.receive(adt(kind="E"))
    story.wait(2)
    story.off = off
    story.wait(lasts)
    story.off = timedelta(0) if lasts == 5 else off
    story.wait(200 - lasts)
    assert moments == WITHOUT_A_JUMP
    assert story.states()[0] != "expired"


def test_a_clock_that_was_set_for_good_is_followed_and_the_notices_move_with_it(story: Jumping) -> None:
    story.caller.answers(STATION, always_busy)
    story.receive(adt())
    before = story.notices()[0]
    story.off = timedelta(hours=3)
    story.wait(int(PATIENCE) + 3)
    after = story.notices()[0]
    assert story.now() == story.wall()
    assert after.expires_at - before.expires_at == timedelta(hours=3)
    assert after.due_at - story.now() < timedelta(hours=1)


def test_a_time_server_that_corrects_a_little_is_followed_at_once(story: Jumping) -> None:
    story.off = timedelta(milliseconds=700)
    story.wait(1)
    assert story.now() == story.wall()


def test_the_rows_of_many_engines_are_not_moved_by_the_clock_of_one(database: Database) -> None:
    story = Story(database)
    story.caller.answers(STATION, always_busy)
    story.receive(adt())
    row = EngineRow(name="engine-b", edition=1, digest="", seen_at=NOON)
    database.run_now(lambda session: session.add(row))
    assert database.run_now(shift, timedelta(hours=3), "engine-a", NOON) == 0
    assert database.run_now(shift, timedelta(hours=3), "engine-a", NOON + timedelta(hours=1)) == 1


def test_the_doctor_tells_of_a_jump(database: Database, tmp_path: Path) -> None:
    story = Jumping(database, note=tmp_path / "clock")
    story.now()
    assert list(clock_jumped(tmp_path / "clock", NOON)) == []
    story.off = timedelta(minutes=-10)
    story.wait(2)
    [told] = clock_jumped(tmp_path / "clock", NOON)
    assert "-0:10:00" in told.what
    assert list(clock_jumped(tmp_path / "clock", NOON + timedelta(days=30))) == []
