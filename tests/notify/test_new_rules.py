"""Other rules are published while notices are under way: nothing breaks, nobody is forgotten."""

from __future__ import annotations

import pytest

from db.database import Database
from notify.notices.rules import NoticeRules
from tests.notify.story import NO_ANSWER, UNCONFIRMED, Story, adt


@pytest.fixture
def story(database: Database) -> Story:
    return Story(database)


NONE = NoticeRules({})


def test_a_call_in_the_air_is_confirmed_though_its_rule_is_gone(story: Story) -> None:
    story.caller.answers("8101", story.confirms)
    story.receive(adt())
    story.rules = NONE
    story.wait(5)
    assert story.states() == ["confirmed"]
    assert story.told.unreached_ones == []


def test_a_call_that_reached_nobody_and_has_no_rule_any_more_is_reported(story: Story) -> None:
    story.receive(adt())
    [order] = story.caller.orders
    story.rules = NONE
    story.caller.finish(order, UNCONFIRMED)
    story.wait(5)
    assert story.states() == ["failed"]
    [told] = story.told.unreached_ones
    assert "no rule" in told.reason


def test_a_notice_that_waits_for_its_next_call_and_has_no_rule_any_more_is_reported(story: Story) -> None:
    story.caller.answers("8101", NO_ANSWER)
    story.receive(adt())
    story.rules = NONE
    story.wait(120)
    assert story.states() == ["failed"]
    assert len(story.caller.orders) == 1
    assert len(story.told.unreached_ones) == 1


def test_another_engine_that_has_not_got_the_new_rules_yet_leaves_a_notice_alone(story: Story) -> None:
    story.caller.answers("8101", NO_ANSWER)
    story.receive(adt())
    shipped, story.rules = story.rules, NONE
    story.wait(40)  # its next call was due ten seconds ago
    assert story.states() == ["waiting"]
    story.rules = shipped
    story.wait(2)
    assert len(story.caller.orders) == 2


def test_a_message_follows_the_rules_that_are_live_when_it_comes(story: Story) -> None:
    shipped, story.rules = story.rules, NONE
    story.receive(adt(control_id="1"))
    assert story.states() == []
    story.rules = shipped
    story.receive(adt(control_id="2"))
    assert len(story.states()) == 1
