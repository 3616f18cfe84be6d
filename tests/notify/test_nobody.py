"""An event that was accepted and called nobody is reported: in the log, to the clerk, by the doctor."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner
from sqlalchemy import select
from twisted.logger import globalLogPublisher

from db.tables.notices import EventRow
from notify.notices.escalation import Silence
from notify.notices.rules import NoticeRules
from tests.notify.story import SHIPPED, Story, adt
from tests.notify.test_commands import Desk
from wardbell.commands.notices import notices
from wardbell.doctor.database import events_without_calls

EMERGENCIES_ONLY = NoticeRules({"urgent_admission": SHIPPED.rules["urgent_admission"]}, SHIPPED.reading)
WHY = '"urgent_admission" waits for urgent: true'


def said(story: Story, *words: str) -> str:
    done = CliRunner().invoke(notices, words, obj=Desk(story, ZoneInfo("Asia/Shanghai")))
    assert done.exit_code == 0, done.output
    return done.output


def test_admissions_that_called_nobody_are_told_with_why(story: Story) -> None:
    story.rules = EMERGENCIES_ONLY
    logged: list[str] = []
    observer = lambda event: logged.append(f"{event.get('log_format')} {event.get('why')}")  # noqa: E731
    globalLogPublisher.addObserver(observer)
    try:
        answers = [story.receive(adt(control_id=str(number))) for number in range(3)]
    finally:
        globalLogPublisher.removeObserver(observer)
    assert all("|AA|" in answer for answer in answers)
    assert story.notices() == []
    assert [line for line in logged if "NOBODY IS CALLED" in line and WHY in line] != []
    assert f'today 3 events "admission" called nobody: {WHY}' in said(story, "list")
    assert WHY in said(story, "uncalled")
    (found,) = events_without_calls(story.database, story.now())
    assert found.what == f'in the last 24 hours 3 events "admission" called nobody: {WHY}'


def test_nothing_is_told_when_every_event_was_taken(story: Story) -> None:
    story.receive(adt())
    assert "called nobody" not in said(story, "list")
    assert "every event was taken" in said(story, "uncalled")
    assert [found.advice for found in events_without_calls(story.database, story.now())] == [""]


def test_yesterdays_are_told_when_asked_for(story: Story) -> None:
    story.rules = EMERGENCIES_ONLY
    story.receive(adt())
    story.clock.advance(86_400)
    assert "called nobody" not in said(story, "list")
    assert WHY in said(story, "uncalled", "--days", "2")


def test_an_event_keeps_what_became_of_it_and_whose_stay_it_was(story: Story) -> None:
    story.receive(adt(more="neike|||||||||V7"))
    (event,) = story.read(lambda session: list(session.scalars(select(EventRow))))
    assert (event.fate, event.why, event.visit) == ("planned", "", "V7")
    assert event.facts["room"] == "301"


@pytest.mark.parametrize("when", [{"ward": "w3"}, {"ward": "Ｗ３", "room": "301"}, {"bed": "12", "urgent": False}])
def test_a_rule_asks_for_a_ward_or_a_bed_however_it_is_written(story: Story, when: dict[str, str | bool]) -> None:
    rule = replace(SHIPPED.rules["admission"], when=when)
    story.rules = NoticeRules({"here": rule}, SHIPPED.reading)
    story.receive(adt())
    assert len(story.notices()) == 1


def test_what_is_meant_to_call_nobody_is_no_news(story: Story) -> None:
    silent = (Silence("admission", {"urgent": False}),)
    story.rules = replace(EMERGENCIES_ONLY, silent=silent)
    story.receive(adt())
    assert story.notices() == []
    assert story.read(lambda session: session.scalars(select(EventRow.fate)).all()) == ["silent"]
    assert "called nobody" not in said(story, "list")
