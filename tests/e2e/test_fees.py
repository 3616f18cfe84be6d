"""What a stay costs, from the hospital's message to the patient's ear (docs/features.md, 17, 18 and 62)."""

from __future__ import annotations

import pytest

from tests.e2e.conftest import House
from tests.e2e.small_hospital import PIN


def message(kind: str, control: str, now: str, *segments: str) -> str:
    header = f"MSH|^~\\&|HIS|HOSPITAL|WARDBELL|PHONE|{now}||{kind}|{control}|P|2.5|||AL|NE||UNICODE UTF-8"
    return "\r".join((header, *segments, ""))


@pytest.mark.slow
def test_charges_that_come_by_hl7_are_heard_to_the_cent(house: House) -> None:
    card, today = house.hospital.card(), house.hospital.today
    stay, day = f"Z{card}", f"{today:%Y%m%d}"
    visit = f"PV1|1|I|W3^301^12{'|' * 16}{stay}{'|' * 25}{day}000100"
    admitted = message("BAR^P01", f"B{card}", f"{day}000200", f"PID|1||{card}", visit, "IN1|1|390")
    assert "MSA|AA" in house.line.send(admitted)
    charge = f"FT1|1|{stay}-1||{day}||CG|JY1002^生化全套|||1|2000.50"
    paid = f"FT1|2|{stay}-2||{day}||PY|||||1500.00"
    unknown = f"FT1|3|{stay}-3||{day}||CG|XX9|||1|7.00"
    answer = house.line.send(message("DFT^P03", f"D{card}", f"{day}000300", visit, charge, paid, unknown))
    assert "MSA|AE" in answer
    assert "XX9" in answer
    with house.caller("1000") as caller:
        caller.hears("main.welcome", "main.services", "main.fees").keys_in("2")
        caller.hears("card_login.card_number").keys_in(card + "#")
        caller.hears("card_login.pin").keys_in(PIN + "#")
        caller.hears("fees.what").keys_in("1")
        # residents: 2000.50 less 800; 1200.50 x 75 % = 900.375
        shares = {"total": 2000_50, "insured": 900_38, "own": 1100_12}
        caller.hears("fees.today", currency="CNY", **shares)
        caller.hears("fees.again").keys_in("1")
        caller.hears("fees.what").keys_in("2")
        caller.hears("fees.since", currency="CNY", since=today.isoformat(), **shares)
        caller.hears("fees.left", currency="CNY", paid=1500_00, left=399_88)
        caller.hears("fees.items", "fees.again")
    [aside] = house.line.rows("SELECT reason, state FROM set_aside WHERE content LIKE ?", f"%{stay}-3%")
    assert aside["state"] == "waiting"
    assert "unknown code" in aside["reason"]
