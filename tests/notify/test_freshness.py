"""What is not news calls nobody: events of long ago, and the same visit reported by two systems."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from db.database import Database
from db.tables.notices import EventRow, MessageRow
from notify.hl7.time import latest_moment
from notify.mllp.intake import Interface
from notify.mllp.messages import Freshness
from tests.notify.story import NOON, Story, adt
from tests.notify.test_commands import said
from wardbell.commands.hl7 import hl7
from wardbell.commands.notices import notices
from wardbell.doctor.database import events_without_calls
from wardbell.doctor.messages import received

SHANGHAI = ZoneInfo("Asia/Shanghai")
VISIT = "MED" + "|" * 9 + "V25"


def fates(story: Story) -> list[str]:
    return story.read(lambda session: list(session.scalars(select(EventRow.fate).order_by(EventRow.id))))


def recorded(when: str, control_id: str = "1") -> str:
    return adt(control_id=control_id, sent=when).replace("EVN|A01|20260302120000", f"EVN|A01|{when}")


def test_an_admission_of_long_ago_is_told_and_not_rung(story: Story) -> None:
    assert "MSA|AA|1" in story.receive(recorded("20190302101500"))
    assert story.notices() == []
    assert fates(story) == ["stale"]
    why = "it was more than 6 hours old when it came"
    assert why in said(story, hl7, "list")
    assert f'1 event "admission" called nobody: {why}' in said(story, notices, "list")
    (found,) = events_without_calls(story.database, story.now())
    assert why in found.what
    assert "docs/hl7.md" in found.advice


@pytest.mark.parametrize(
    ("when", "old"),
    [
        ("20260302055900", True),
        ("20260302060100", False),
        ("20260302135900+0800", True),
        ("20260302140100+0800", False),
        ("202603020558-0000", True),
        ("20260302", False),  # all of today
        ("20260301", True),  # the day was over six hours ago
        ("2026", False),
        ("2026-03-02T05:59:00Z", True),
        ("20260302055900.123", True),
        ("20260302065900.1234-0100", False),
        ("20270101", False),
        ("", False),
        ("yesterday", False),
        ("20261399", False),
        ("00000000000000", False),
        ("20260302055900^S", True),
    ],
)
def test_how_old_an_event_is_stands_in_it(story: Story, when: str, old: bool) -> None:
    story.receive(recorded(when))
    assert fates(story) == ["stale" if old else "planned"]


def test_when_it_was_recorded_counts_before_when_it_was_sent(story: Story) -> None:
    story.receive(adt(sent="20260302120000").replace("EVN|A01|20260302120000", "EVN|A01|20260301120000"))
    story.receive(adt(control_id="2", sent="20260301120000").replace("EVN|A01|20260302120000", "EVN|A01|"))
    story.receive(adt(control_id="3", sent="20260302120000").replace("EVN|A01|20260302120000", "EVN|A01|soon"))
    assert fates(story) == ["stale", "stale", "planned"]


def test_times_without_an_offset_are_those_of_the_hospital(database: Database) -> None:
    story = Story(database, interface=Interface(freshness=Freshness(SHANGHAI)))
    story.receive(recorded("20260302135900"))  # 05:59 UTC, six hours and a minute before noon
    story.receive(recorded("20260302140100", "2"))
    assert fates(story) == ["stale", "planned"]


def test_an_hour_that_comes_twice_is_the_later_one() -> None:
    assert latest_moment("20261025023000", ZoneInfo("Europe/Warsaw")) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def test_age_may_be_left_out_of_account(database: Database) -> None:
    story = Story(database, interface=Interface(freshness=Freshness(stale=timedelta(0))))
    story.receive(recorded("20190302101500"))
    assert fates(story) == ["planned"]


def of_emr(message: str) -> str:
    """The same from another system."""
    return message.replace("|HIS|", "|EMR|")


def test_a_system_that_tells_a_visit_again_under_a_new_id_is_believed(story: Story) -> None:
    """Rather one call too many: some systems number all their visits alike."""
    story.receive(adt(more=VISIT))
    story.receive(adt(control_id="2", more=VISIT))
    assert fates(story) == ["planned", "planned"]


def test_the_same_visit_from_two_systems_is_one_notice(story: Story) -> None:
    story.receive(adt(more=VISIT))
    assert "MSA|AA|1" in story.receive(of_emr(adt(more=VISIT)))
    assert "MSA|AA|2" in story.receive(of_emr(adt(control_id="2", more=VISIT)))
    assert "MSA|AA|3" in story.receive(of_emr(adt(control_id="3", location="w3^301", more=VISIT)))
    assert len(story.notices()) == 1
    assert fates(story) == ["planned", "same_visit", "same_visit", "same_visit"]
    assert "HIS|HOSPITAL reported the same visit at 12:00:00 UTC" in said(story, hl7, "list")


@pytest.mark.parametrize(
    "other",
    [
        adt(control_id="2", more=VISIT + "6"),
        adt(control_id="2", more=VISIT, location="W5^301^12"),
        adt(control_id="2", more=VISIT, location="W3^301^13"),
        adt(control_id="2", more=VISIT, kind="E"),
        adt("A03", control_id="2", more=VISIT),
    ],
    ids=["visit", "ward", "bed", "urgent", "discharge"],
)
def test_what_says_more_is_told(story: Story, other: str) -> None:
    story.receive(adt(more=VISIT))
    story.receive(of_emr(other))
    assert len(story.notices()) == 2


def test_without_a_visit_nothing_is_taken_for_the_same(story: Story) -> None:
    story.receive(adt())
    story.receive(of_emr(adt(control_id="2")))
    assert len(story.notices()) == 2


def test_after_a_while_the_same_visit_is_news_again(story: Story) -> None:
    story.receive(adt(more=VISIT))
    story.clock.advance(601)
    story.receive(of_emr(adt(control_id="2", more=VISIT)))
    assert len(story.notices()) == 2


def test_unusual_messages_are_read_and_told_to_it(story: Story) -> None:
    for number in range(3):
        story.receive(adt(control_id=str(number)).replace("ADT^A01", "adt^A01"))
    found = list(received(story.database, story.now()))
    assert [one.what for one in found] == [
        "3 HL7 messages of HIS|HOSPITAL in 7 days: MSH-9 is not in capitals, or has spaces in it"
    ]
    assert "unusual: MSH-9 is not in capitals" in said(story, hl7, "show", "1")


def test_refused_messages_are_told_to_it(story: Story) -> None:
    for _ in range(2):
        story.receive(adt(location=""))
    (found,) = received(story.database, story.now())
    assert found.what == "2 HL7 messages were refused in 7 days"
    story.clock.advance(8 * 86_400)
    (found,) = received(story.database, story.now())
    assert found.advice == ""


def test_messages_of_an_earlier_version_are_forgotten_without_harm(story: Story) -> None:
    """Their keys were of sender and id alone: a message that comes now is none of them."""
    row = {
        "key": "0" * 64, "state": "accepted", "received_at": NOON, "peer": "", "sender": "HIS|HOSPITAL", "type": "",
        "control_id": "1", "fingerprint": "", "answer": "AA", "encoding": "utf-8",
    }  # fmt: skip
    story.database.run_now(lambda session: session.add(MessageRow(**row)))
    story.receive(adt())
    assert len(story.notices()) == 1
