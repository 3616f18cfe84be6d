"""The ladder of a notice as it is shown: what has happened, what goes on, what comes next and why nobody is called."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from accounts.audit import Hand
from db.database import Database
from hospital.wards import wards
from notify.notices import by_hand
from notify.notices.course import Course, Standing, Why, course
from notify.notices.listing import rang_last
from notify.notices.rules import NoticeRules
from notify.notices.wards import phonebook
from tests.notify.story import BUSY, DUTY_MANAGER, HEAD_NURSE, NO_ANSWER, NOON, STATION, WARD, Story, adt
from tests.notify.test_taken_back import W5


@pytest.fixture(params=["sqlite"])
def database_url(request: pytest.FixtureRequest, tmp_path: object, sqlite_file: object) -> str:
    """One database is enough: what is asked of the tables is asked in `test_by_hand.py` on both."""
    import shutil

    shutil.copy(sqlite_file, f"{tmp_path}/wardbell.db")  # type: ignore[call-overload]
    return f"sqlite:///{tmp_path}/wardbell.db"


def of(story: Story, number: int = 1) -> Course:
    found = story.database.run_now(course, story.rules, phonebook, number, story.now())
    assert found is not None
    return found


def told(shown: Course) -> list[tuple[str, int, int, str, float | None]]:
    """Standing, step, round, telephone, seconds from noon."""
    return [
        (one.standing, one.step, one.round, one.telephone, (one.at - NOON).total_seconds() if one.at else None)
        for one in shown.places
    ]


def test_what_rings_and_whom_it_would_call_next_if_nobody_answered(story: Story) -> None:
    story.receive(adt())
    shown = of(story)
    assert told(shown)[:5] == [
        ("now", 1, 1, STATION, 0),
        ("ahead", 1, 2, STATION, 25 + 30),
        ("ahead", 1, 3, STATION, 55 + 25 + 60),
        ("ahead", 2, 1, HEAD_NURSE, 140 + 25),
        ("ahead", 2, 2, HEAD_NURSE, 165 + 25 + 30),
    ]
    assert (shown.places[-1].telephone, shown.places[-1].round) == (DUTY_MANAGER, 3)
    assert (shown.steps, shown.why, shown.ends_short) == (3, None, False)


def test_the_ladder_that_was_shown_is_the_one_that_is_climbed(story: Story) -> None:
    for number in (STATION, HEAD_NURSE, DUTY_MANAGER):
        story.caller.answers(number, NO_ANSWER)
    story.receive(adt())
    before = [(one.step, one.round, one.telephone) for one in of(story).places]
    story.wait(720, step=5)
    after = of(story)
    assert [(one.step, one.round, one.telephone) for one in after.places] == before
    assert {one.standing for one in after.places} == {Standing.MADE}


def test_one_that_waits_says_when_and_whom(story: Story) -> None:
    story.caller.answers(STATION, BUSY)
    story.receive(adt())
    shown = of(story)
    assert told(shown)[:2] == [("made", 1, 1, STATION, 0), ("next", 1, 2, STATION, 20)]
    assert shown.places[0].attempt is not None
    assert shown.places[0].attempt.cause == "busy"
    assert shown.why is Why.NOT_DUE


def test_a_step_without_a_telephone_is_shown_as_such(story: Story) -> None:
    story.database.run_now(wards.store, replace(WARD, head_nurse=()))
    story.receive(adt())
    assert ("nobody", 2, 1, "", None) in told(of(story))
    assert told(of(story))[4][:4] == ("ahead", 3, 1, DUTY_MANAGER)


def test_a_ward_without_telephones_goes_to_the_last_resort(story: Story) -> None:
    story.database.run_now(wards.store, replace(WARD, station=(), head_nurse=(), duty_manager=()))
    story.receive(adt())
    [ringing, *_] = of(story).places
    assert (ringing.role, ringing.telephone, ringing.standing) == ("last_resort", "8309", Standing.NOW)


def test_why_nobody_is_called(story: Story) -> None:
    story.receive(adt())
    story.receive(adt(control_id="2"))
    assert of(story, 2).why is Why.SAME_TELEPHONE
    story.lines = 0
    story.database.run_now(wards.store, W5)
    story.receive(adt(control_id="3", location="W5^1^1"))
    assert of(story, 3).why is Why.NOT_DUE
    story.clock.advance(30)
    assert of(story, 3).why is Why.NO_LINE
    story.database.run_now(by_hand.acknowledge, 3, Hand("王芳", story.now()))
    assert of(story, 3).why is Why.STOPPED_BEFORE
    assert of(story, 3).places == ()
    story.rules = NoticeRules({})
    assert of(story, 2).why is Why.NO_RULE


def test_nobody_to_call_at_all_is_said(story: Story) -> None:
    story.rules = replace(story.rules, last_resort=())
    story.database.run_now(wards.store, replace(WARD, station=(), head_nurse=(), duty_manager=()))
    story.lines = 0
    story.receive(adt())
    assert {one.standing for one in of(story).places} == {Standing.NOBODY}
    assert of(story).why is Why.NO_TELEPHONE


def test_a_ladder_that_its_time_cuts_short_says_so(story: Story) -> None:
    story.caller.answers(STATION, NO_ANSWER)
    story.receive(adt())
    found = story.database.run_now(course, story.rules, phonebook, 1, NOON + timedelta(hours=1, minutes=58))
    assert found is not None
    assert found.ends_short
    assert all(one.at is None or one.at < found.notice.expires_at for one in found.places)


def test_what_rang_at_a_wards_telephones_last(story: Story, database: Database) -> None:
    story.caller.answers(STATION, BUSY)
    story.receive(adt())
    story.wait(30)
    rang = database.run_now(rang_last, (STATION, HEAD_NURSE))
    assert [(one.notice_id, one.call.target, one.call.number) for one in rang] == [(1, STATION, 2), (1, STATION, 1)]
    assert database.run_now(rang_last, (STATION,), ("W5",)) == []
    assert database.run_now(rang_last, ()) == []
