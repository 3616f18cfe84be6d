"""Notices for anyone: a patient by his card, a person, a number; each with his telephones and his language."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from forms.errors import FilesBroken
from hospital.cards import cards
from ivr.call.order import CallResult
from ivr.switch.line import Cause
from notify.events import Happening, store
from notify.notices.addressee import Addressee, Kind
from notify.notices.listing import list_notices
from notify.notices.rules import NoticeRules
from notify.notices.rules_file import read_rules
from notify.notices.states import State
from tests.notify.story import NO_ANSWER, NOON, UNCONFIRMED, Story, result_of

HEARD = dataclasses.replace(UNCONFIRMED, call_id="c" * 32)
MOBILE = "13800001111"

HEAD = """
events: [checkup_due, called, flooded]
last_resort: ["8309"]
notices:
"""
TAIL = "flow: news, language: zh, priority: care, confirm: heard, expires_after: 2h, ring: 20s"
RULES = f"""{HEAD}
  checkup:
    {{event: checkup_due, to: {{patient: card}}, {TAIL}, steps: [{{call: patient, retry: {{no_answer: [60s]}}}}]}}
  callback: {{event: called, to: {{number: from}}, {TAIL}, steps: [{{call: number}}]}}
  director:
    event: flooded
    to: {{person: Dr Wang, telephones: ["13900000001", "8001"], language: en, zone: Asia/Shanghai}}
    {TAIL.replace(", ", chr(10) + "    ")}
    steps: [{{call: person}}, {{call: "8309"}}]
  porter: {{event: flooded, to: {{number: "8400", language: ru}}, {TAIL}, steps: [{{call: number}}]}}
"""


def rules(text: str = RULES) -> NoticeRules:
    return read_rules(text.encode(), "notices.yaml", ["news"], ["zh", "en", "ru"])


@pytest.fixture
def anyone(story: Story) -> Story:
    """The story's hospital with a patient, and rules for people outside the wards."""
    story.rules = rules()
    story.database.run_now(cards.add, "100001", "王小芳", MOBILE, NOON)
    return story


def happens(story: Story, event: str, key: str = "k", **facts: Any) -> None:
    """A flow tells it."""
    what = Happening(key, event, "flow", "", facts, facts)
    story.database.run_now(store, story.rules, what, story.now())
    story.outbox.poke()


def test_a_patient_is_called_by_the_telephone_of_the_card(anyone: Story) -> None:
    anyone.caller.answers(MOBILE, NO_ANSWER, HEARD)
    happens(anyone, "checkup_due", card="100001")
    assert anyone.caller.targets == [MOBILE]
    anyone.wait(61)
    assert anyone.caller.targets == [MOBILE, MOBILE]
    assert anyone.states() == ["delivered"]
    [listed] = anyone.database.run_now(list_notices)
    assert listed.addressee == Addressee(Kind.PATIENT, "100001", "王小芳", "zh", "", (MOBILE,))
    assert (str(listed.addressee), "100001" in str(listed.addressee)) == ("a patient", False)


def test_a_patient_without_a_telephone_is_reported_and_nobody_else_is_called(anyone: Story) -> None:
    happens(anyone, "checkup_due", card="100009")
    anyone.wait(2)
    assert anyone.caller.targets == []
    [told] = anyone.told.unreached_ones
    assert (told.whom, told.reason) == ("a patient", "a patient has nobody to call")


def test_the_callers_own_language_goes_before_the_rules(anyone: Story) -> None:
    happens(anyone, "called", key="1", **{"from": "8500", "language": "ru"})
    happens(anyone, "called", key="2", **{"from": "8501", "language": "ja"})
    assert [(order.target, order.language) for order in anyone.caller.orders] == [("8500", "ru"), ("8501", "zh")]


def test_a_person_has_telephones_in_order_and_then_the_next_step_comes(anyone: Story) -> None:
    anyone.caller.answers("13900000001", NO_ANSWER)
    anyone.caller.answers("8001", CallResult(Cause.BUSY))
    anyone.caller.answers("8309", HEARD)
    anyone.caller.answers("8400", HEARD)
    happens(anyone, "flooded")
    anyone.wait(5)
    assert sorted(anyone.caller.targets) == ["13900000001", "8001", "8309", "8400"]
    by_target = {order.target: order for order in anyone.caller.orders}
    assert (by_target["8001"].language, by_target["8400"].language) == ("en", "ru")
    assert anyone.states() == ["delivered"] * 2
    [director, _] = anyone.notices()
    assert (director.zone, director.addressee_kind) == ("Asia/Shanghai", "person")


def test_one_telephone_of_two_patients_rings_once_and_tells_both(anyone: Story) -> None:
    anyone.database.run_now(cards.add, "100002", "王小明", MOBILE, NOON)
    happens(anyone, "checkup_due", key="1", card="100001")
    happens(anyone, "checkup_due", key="2", card="100002")
    [order] = anyone.caller.orders
    result_of(anyone.caller.picks_up(order))
    following = result_of(anyone.caller.stays(order, HEARD))
    assert following is not None
    assert following.variables["card"] == "100002"
    assert result_of(anyone.caller.stays(order, HEARD)) is None
    anyone.caller.finish(order, HEARD)
    assert [State(state) for state in anyone.states()] == [State.DELIVERED] * 2
    assert anyone.caller.targets == [MOBILE]


@pytest.mark.parametrize(
    ("to", "call", "told"),
    [
        ("{patient: card}", "station", "N210"),
        ("{patient: card}", "pateint", "patient"),
        ("{patient: card, number: '8400'}", "patient", "N226"),
        ("{}", "station", "N226"),
        ("{patient: card, language: ru}", "patient", "N226"),
        ("{person: Dr Wang}", "person", "N226"),
        ("{person: Dr Wang, telephones: ['8001'], zone: Asia/Shangai}", "person", "Asia/Shanghai"),
        ("{number: '8400', language: ja}", "number", "E305"),
    ],
)
def test_a_slip_in_an_addressee_is_told(to: str, call: str, told: str) -> None:
    with pytest.raises(FilesBroken) as broken:
        rules(f"{HEAD}  one: {{event: called, to: {to}, {TAIL}, steps: [{{call: {call}}}]}}\n")
    assert told in str(broken.value)
