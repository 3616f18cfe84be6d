"""The page of fees: who may see it, a bill with its shares, what was set aside mended and taken."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from fastapi import FastAPI
from sqlalchemy.orm import Session

from accounts.audit import AuditQuery
from accounts.audit import find as find_audit
from hospital.cards import cards
from hospital.fees import demo_stays, set_aside
from hospital.fees.insurance import shipped
from hospital.fees.intake import Terms
from tests.web.browser import Browser
from web.site import Site

SignIn = Callable[..., Browser]


@pytest.fixture
def stays(console: FastAPI, site: Site) -> Site:
    """The demo hospital's stays, and a charge whose code nobody knows."""
    now = site.wallclock()

    def lie_down(session: Session) -> None:
        for number in ("100001", "100002", "100003"):
            cards.add(session, number, "病人", "", now)
        demo_stays.make(session, site.zone, now)
        values = {"id": "C9", "stay": "Z100001", "day": f"{now:%Y-%m-%d}", "code": "<b>XX9", "amount": "10.00"}
        set_aside.receive(session, values, "HIS|HOSP", "DFT^P03 7", "FT1|1|C9", Terms(shipped(), site.zone), now)

    site.database.run_now(lie_down)
    console.state.site = replace(site, insurance=shipped)
    return site


def test_a_clerk_finds_a_stay_by_card_and_sees_who_pays(stays: Site, sign_in: SignIn) -> None:
    clerk = sign_in("clerk")
    listed = clerk.get("/fees").text
    assert all(number in listed for number in ("Z100001", "Z100002", "Z100003", "Z100003B"))
    assert "Z100003B" in clerk.get("/fees?q=100003").text
    assert clerk.get("/fees?q=Z100001").status_code in (200, 303)
    bill = clerk.get("/fees/stays/Z100001").text
    for amount in ("251.40", "2701.40", "511.67", "2189.73", "3000.00", "810.27"):
        assert amount in bill
    assert clerk.get("/fees/stays/Z9").status_code == 404
    assert "Z100001" not in clerk.get("/fees?q=999").text


def test_what_was_set_aside_is_mended_and_taken_and_noted(stays: Site, sign_in: SignIn) -> None:
    clerk = sign_in("clerk")
    page = clerk.get("/fees/aside").text
    assert "&lt;b&gt;XX9" in page
    [one] = stays.database.run_now(set_aside.waiting)
    refused = clerk.submit(f"/fees/aside/{one.id}/take", code="XX8")
    assert refused.status_code == 422
    assert "XX8" in refused.text
    assert clerk.submit(f"/fees/aside/{one.id}/take", code="YP1001").status_code == 303
    assert "2711.40" in clerk.get("/fees/stays/Z100001").text
    assert clerk.submit("/fees/aside/999/take").status_code == 404
    assert clerk.submit("/fees/aside/999/drop").status_code == 404
    assert clerk.submit(f"/fees/aside/{one.id}/drop").status_code == 409
    [noted] = stays.database.run_now(find_audit, AuditQuery(noun="set aside"))
    assert (noted.action, noted.key) == ("take", str(one.id))


def test_an_auditor_sees_and_changes_nothing_and_a_nurse_sees_nothing(stays: Site, sign_in: SignIn) -> None:
    auditor = sign_in("auditor")
    assert auditor.get("/fees/stays/Z100001").status_code == 200
    assert "<button>" not in auditor.get("/fees/aside").text.partition("<h1>")[2]
    [one] = stays.database.run_now(set_aside.waiting)
    assert auditor.submit(f"/fees/aside/{one.id}/drop").status_code == 403
    assert sign_in("nurse").get("/fees").status_code == 403
