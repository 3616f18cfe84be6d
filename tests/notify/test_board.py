"""A flow tells that something happened, and whom the rules name is called."""

from __future__ import annotations

import pytest

from db.database import Database
from db.errors import DatabaseAway
from forms.errors import FilesBroken
from ivr.call.notice_board import NotPosted
from ivr.flow.commands import Value
from notify.notice_board import StoredBoard
from notify.notices.rules import NoticeRules
from notify.notices.rules_file import read_rules
from tests.notify.story import STATION, Failing, Story, result_of

RULES = """
events: [message_left]      # told by flows
notices:
  complaint:
    event: message_left
    flow: complaint
    language: zh
    priority: care
    confirm: heard
    expires_after: 1h
    steps: [{call: station}]
  urgent_complaint:
    event: message_left
    when: {urgent: true}
    flow: complaint
    language: zh
    priority: alert
    confirm: heard
    expires_after: 1h
    steps: [{call: "8009"}]
"""
KEY = "call:0123:4:complaints.tell"


def rules() -> NoticeRules:
    return read_rules(RULES.encode(), "notices.yaml", {"complaint"}, {"zh"})


def board(story: Story) -> StoredBoard:
    return StoredBoard(story.transactions, lambda: story.rules, story.now, story.outbox.poke)


@pytest.fixture
def hospital(database: Database) -> Story:
    return Story(database, rules())


def test_the_ward_is_called_at_once_and_hears_what_the_flow_told(hospital: Story) -> None:
    facts: dict[str, Value] = {"ward": "W3", "urgent": False, "recording": {"id": "ab", "seconds": 12}}
    result_of(board(hospital).post("message_left", facts, KEY))
    hospital.clock.advance(0)
    [order] = hospital.caller.orders
    assert (order.target, order.flow) == (STATION, "complaint")
    assert order.variables["ward"] == {"code": "W3", "name": {"zh": "三病区", "en": "Ward three"}}
    assert order.variables["recording"] == {"id": "ab", "seconds": 12}


def test_told_twice_it_calls_once(hospital: Story) -> None:
    for _ in range(2):
        result_of(board(hospital).post("message_left", {"ward": "W3"}, KEY))
    assert len(hospital.notices()) == 1
    result_of(board(hospital).post("message_left", {"ward": "W3"}, KEY.replace("4", "7")))
    assert len(hospital.notices()) == 2


def test_facts_choose_the_rules(hospital: Story) -> None:
    result_of(board(hospital).post("message_left", {"urgent": True}, KEY))
    assert sorted(notice.kind for notice in hospital.notices()) == ["complaint", "urgent_complaint"]


@pytest.mark.parametrize("after_commit", [False, True])
def test_what_may_not_be_stored_is_told_and_telling_it_again_is_safe(hospital: Story, after_commit: bool) -> None:
    failing = Failing(hospital.database, DatabaseAway("no connection"))
    failing.fail_at, failing.after_commit = {1}, after_commit
    told = StoredBoard(failing, lambda: hospital.rules, hospital.now, hospital.outbox.poke)
    with pytest.raises(NotPosted):
        result_of(told.post("message_left", {"ward": "W3"}, KEY))
    result_of(told.post("message_left", {"ward": "W3"}, KEY))
    assert len(hospital.notices()) == 1


def test_a_caller_is_not_told_that_it_is_passed_on_when_no_rule_waits_for_it_any_more(hospital: Story) -> None:
    """The call keeps to its edition; whom to call is by the one that is live."""
    with pytest.raises(NotPosted, match="something_else"):
        result_of(board(hospital).post("something_else", {}, KEY))
    assert hospital.notices() == []


def test_an_event_that_is_not_listed_is_a_mistake_of_the_file() -> None:
    with pytest.raises(FilesBroken) as broken:
        read_rules(RULES.replace("events:", "#").encode(), "notices.yaml", {"complaint"}, {"zh"})
    assert [mistake.code for mistake in broken.value.mistakes] == ["N203", "N203"]


@pytest.mark.parametrize("written", ["w3", "Ｗ３"])
def test_a_flow_may_write_a_ward_as_it_likes(hospital: Story, written: str) -> None:
    result_of(board(hospital).post("message_left", {"ward": written}, KEY))
    assert [notice.addressee for notice in hospital.notices()] == ["W3"]
    assert hospital.caller.targets == [STATION]
