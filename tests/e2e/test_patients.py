"""A patient is called by the telephone on the card, wherever in the town that is."""

from __future__ import annotations

import re
import time

import pytest

from tests.e2e.conftest import House
from tests.e2e.line import eventually
from tests.e2e.small_hospital import PATIENTS_PHONE
from tests.e2e.story import Caller


@pytest.mark.slow
def test_a_patient_hears_what_is_due_once_he_said_who_he_is(house: House) -> None:
    card = house.hospital.card()
    with house.caller("7005") as caller:
        caller.hears("card_login.card_number").keys_in(card + "#").hears("ward.thanks")
        call = house.exchange.next_call()
        assert call.number == PATIENTS_PHONE
        patient = Caller(call.wait_answered(), house.said, "en")
        patient.hears("main.services")
        time.sleep(0.5)  # who says that it is he does so when the text is over
        patient.presses("1").hears("ward.thanks")
        assert patient.is_hung_up_on().code == 200
    found = "SELECT * FROM notices WHERE addressee = ?"
    notice = eventually(lambda: [one for one in house.line.rows(found, card) if one["state"] == "delivered"])[0]
    assert (notice["addressee_kind"], notice["telephones"], notice["language"]) == ("patient", PATIENTS_PHONE, "en")
    assert not re.search(rf"\b{card}\b", house.line.log)  # as a word: four digits stand in many a call's id
