"""A caller's own language: the numbers for Russian and Polish, from the greeting to the booking. The small hospital
has no Russian or Polish names: the English ones are said among Russian words."""

from __future__ import annotations

import pytest

from hospital.clinic.calendar import HALVES, day_name
from tests.e2e.conftest import House
from tests.e2e.small_hospital import EXPERT_FEE, LONE, MEDICINE, PIN, SURGERY
from tests.e2e.test_registration import BOOKINGS, log_in


@pytest.mark.parametrize(("number", "language"), [("1002", "ru"), ("1003", "pl")])
def test_an_expert_is_booked_in_the_callers_language(house: House, number: str, language: str) -> None:
    card = house.hospital.card()
    today = day_name(house.hospital.today, 0)
    with house.caller(number, language) as caller:
        caller.hears("main.welcome")
        log_in(caller, card, PIN).hears("registration.kind").keys_in("2")
        caller.hears("registration.choose_department")
        caller.hears("registration.department_item", key="1", item={"name": MEDICINE})
        caller.hears("registration.department_item", key="2", item={"name": SURGERY}).keys_in("1")
        caller.hears("registration.expert_confirm", department={"name": MEDICINE}).keys_in("1")
        caller.hears("registration.day_item", key="1", item={"name": today}).keys_in("1")
        caller.hears("registration.day_confirm", day={"name": today}).keys_in("1")
        expert = {"name": LONE, "half_name": HALVES["am"], "fee": EXPERT_FEE}
        caller.hears("registration.expert_fee", expert=expert)
        caller.hears("registration.one_expert", department={"name": MEDICINE}, day={"name": today}, expert=expert)
        caller.keys_in("1").hears("registration.expert_done")
    [booked] = house.line.rows(BOOKINGS, card)
    assert booked["fee"] == EXPERT_FEE
