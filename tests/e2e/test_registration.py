"""A patient registers for a clinic by telephone (docs/features.md, 2 and 19 to 31), heard and keyed from outside."""

from __future__ import annotations

from typing import Any

import pytest

from tests.e2e.conftest import House
from tests.e2e.line import eventually
from tests.e2e.small_hospital import (
    AFTERNOON,
    BALANCE,
    EARLY,
    EXPERT_FEE,
    GENERAL_FEE,
    LATE,
    LONE,
    MEDICINE,
    MORNING,
    PIN,
    SURGERY,
    TODAY,
    TOMORROW,
)
from tests.e2e.story import Caller

BOOKINGS = (
    "SELECT b.slip, b.fee, b.date, b.call_id, b.duty_id, b.general_day_id, b.state,"
    " (SELECT sum(amount) FROM ledger l WHERE l.card_id = b.card_id) AS left"
    " FROM bookings b JOIN cards c ON c.id = b.card_id WHERE c.number = ?"
)


def log_in(caller: Caller, card: str, pin: str = PIN) -> Caller:
    """From the menu to the choice of clinic, quickly."""
    caller.hears("main.services").keys_in("1")
    caller.hears("card_login.card_number").keys_in(card + "#")
    return caller.hears("card_login.pin").keys_in(pin + "#")


def test_an_expert_of_this_morning_is_booked_in_chinese(house: House) -> None:
    card = house.hospital.card()
    with house.caller("1000") as caller:
        caller.hears("main.welcome", "main.services").presses("1")
        caller.hears("card_login.card_number").presses(card + "#")
        caller.hears("card_login.pin").presses(PIN + "#")
        caller.hears("registration.kind").presses("2")
        caller.hears("registration.choose_department")
        caller.hears("registration.department_item", key="1", item={"name": MEDICINE})
        caller.hears("registration.department_item", key="2", item={"name": SURGERY}).presses("1")
        caller.hears("registration.expert_confirm", department={"name": MEDICINE}).presses("1")
        caller.hears("registration.day_item", key="1", item={"name": TODAY}).presses("1")
        caller.hears("registration.day_confirm", day={"name": TODAY}).presses("1")
        expert = {"name": LONE, "half_name": MORNING, "fee": EXPERT_FEE}
        caller.hears("registration.expert_fee", expert=expert)
        caller.hears("registration.one_expert", department={"name": MEDICINE}, day={"name": TODAY}, expert=expert)
        caller.presses("1")
        caller.hears("registration.expert_done")
    [booked] = house.line.rows(BOOKINGS, card)
    assert booked["duty_id"] is not None
    assert booked["date"] == str(house.hospital.today)
    assert (booked["fee"], booked["left"]) == (EXPERT_FEE, BALANCE - EXPERT_FEE)
    call = house.line.last_call()
    assert (call["flow"], call["language"], call["cause"]) == ("main", "zh", "normal")
    assert booked["call_id"] == call["id"]


@pytest.mark.slow
def test_one_of_two_experts_of_tomorrow_is_chosen(house: House) -> None:
    card = house.hospital.card()
    where: dict[str, Any] = {"department": {"name": SURGERY}, "day": {"name": TOMORROW}}
    with house.caller("1000") as caller:
        log_in(caller, card).hears("registration.kind").keys_in("2")
        caller.hears("registration.choose_department").keys_in("2")
        caller.hears("registration.expert_confirm", department={"name": SURGERY}).keys_in("1")
        caller.hears("registration.day_item", key="1", item={"name": TODAY}).keys_in("2")
        caller.hears("registration.day_confirm", day={"name": TOMORROW}).keys_in("1")
        caller.hears("registration.experts", **where)
        caller.hears("registration.expert_item", key="1", item={"name": EARLY, "half_name": MORNING})
        caller.hears("registration.expert_item", key="2", item={"name": LATE, "half_name": AFTERNOON})
        caller.hears("registration.experts_after").keys_in("2")
        chosen = {"name": LATE, "half_name": AFTERNOON, "fee": EXPERT_FEE}
        caller.hears("registration.expert_fee", expert=chosen)
        caller.hears("registration.expert_chosen", day={"name": TOMORROW}, expert=chosen).keys_in("1")
        caller.hears("registration.expert_done")
    [booked] = house.line.rows(BOOKINGS, card)
    [duty] = house.line.rows("SELECT name_zh, half FROM rota WHERE id = ?", booked["duty_id"])
    assert (duty["name_zh"], duty["half"]) == (LATE["zh"], "pm")


@pytest.mark.slow
def test_a_general_clinic_is_booked_in_english(house: House) -> None:
    card = house.hospital.card()
    with house.caller("1001", "en") as caller:
        caller.hears("main.welcome")
        log_in(caller, card).hears("registration.kind").keys_in("1")
        caller.hears("registration.choose_department").keys_in("2")
        caller.hears("registration.general_confirm", department={"name": SURGERY}).keys_in("1")
        caller.hears("registration.general_done")
        [booked] = house.line.rows(BOOKINGS, card)
        caller.hears("registration.slip", slip=booked["slip"], fee=GENERAL_FEE, timeout=12)
        caller.hears("main.more")
    assert booked["general_day_id"] is not None
    assert booked["left"] == BALANCE - GENERAL_FEE


def test_who_has_too_little_money_hears_how_much_is_missing(house: House) -> None:
    card = house.hospital.card(GENERAL_FEE - 1)
    with house.caller() as caller:
        log_in(caller, card)
        caller.hears("registration.too_little", balance=GENERAL_FEE - 1, fee=GENERAL_FEE)
    assert house.line.rows(BOOKINGS, card) == []


def test_the_third_wrong_pin_ends_the_call(house: House) -> None:
    card = house.hospital.card()
    with house.caller() as caller:
        log_in(caller, card, "111111").hears("card_login.wrong")
        for wrong in ("222222", "333333"):
            caller.hears("card_login.card_number").keys_in(card + "#")
            caller.hears("card_login.pin").keys_in(wrong + "#")
        caller.hears("card_login.three_times_wrong")
        assert caller.is_hung_up_on().code == 200
    call = house.line.last_call()
    assert (call["outcome"], bool(call["ended_by_peer"])) == ("three_times_wrong", False)
    with house.caller() as caller:
        log_in(caller, card, PIN)  # right now, but too soon after the wrong ones
        eventually(lambda: _action(house, "card.check_pin") == "wait", 5, "the right PIN to have to wait")


def _action(house: House, name: str) -> str:
    """What an action of the newest call came to."""
    call = house.line.calls()[-1]
    events = [event for event in house.line.events(call["id"]) if event.get("action") == name]
    return str(events[-1].get("outcome")) if events else ""
