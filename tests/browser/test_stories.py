"""People at their work, in the browser, while real calls go on."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from playwright.sync_api import Browser, expect

from hospital import demo
from tests.browser.console import WARD, Console
from tests.browser.window import deeds, window
from tests.e2e.line import admission, eventually

STATION = next(station for code, _, _, station, _ in demo.WARDS if code == WARD)
CONTROL = count(1)


@pytest.fixture
def quiet(console: Console) -> Console:
    """Nobody's telephone is told how to meet calls any more after the test."""
    console.exchange.forget()
    return console


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_nurse_sees_what_rings_and_acknowledges_it(language: str, chromium: Browser, quiet: Console) -> None:
    quiet.exchange.expect("no_answer", number=STATION)
    quiet.line.send(admission(f"N{next(CONTROL)}", WARD, bed="9"))
    while (ringing := quiet.exchange.next_call(15)).number != STATION:
        pass  # what the morning left
    with window(chromium, quiet, "nurse", language=language) as nurse:
        nurse.goes("/notices")
        nurse.page.locator("#rows tbody tr").first.get_by_role("link").first.click()
        acknowledge = nurse.page.locator('form[action$="/acknowledge"]')
        acknowledge.locator("[name=reason]").fill("told at the bed")
        acknowledge.get_by_role("button").click()
        over = ringing.wait_ended(10)  # at once, while it still rings
        assert not over.by_us
        expect(acknowledge).to_have_count(0)
        expect(nurse.page.get_by_text("told at the bed")).to_be_visible()
    assert len([act for act in deeds(quiet, "nurse") if "notice" in act]) >= 1


def test_new_notices_appear_by_themselves_and_a_nurse_takes_charge_of_two_at_once(
    chromium: Browser, quiet: Console
) -> None:
    with window(chromium, quiet, "nurse") as nurse:
        nurse.goes("/notices?state=open")
        rows = nurse.page.locator("#rows tbody tr")
        known = rows.count()
        quiet.exchange.expect("no_answer", number=STATION)
        for bed in ("21", "22"):
            quiet.line.send(admission(f"N{next(CONTROL)}", WARD, bed=bed))
        expect(rows).to_have_count(known + 2, timeout=15_000)  # nobody asked for the page again
        numbers = [rows.nth(n).get_by_role("link").first.inner_text() for n in range(2)]
        for number in numbers:
            nurse.page.get_by_label(f"Choose notice {number}", exact=True).check()
        many = nurse.page.locator("#many")
        expect(many.locator("output")).to_have_text("2")
        many.locator("[name=reason]").fill("on my round")
        many.get_by_role("button").click()
        for number in numbers:
            row = nurse.page.locator("#rows tr").filter(has=nurse.page.locator(f"#notice-{number}"))
            expect(row).to_contain_text("acknowledged by")
    held = quiet.line.rows("SELECT key FROM audit WHERE noun = 'notice' AND reason = 'on my round'")
    assert sorted(str(one["key"]) for one in held) == sorted(numbers)


def test_a_clerk_fills_a_half_day_by_keyboard_and_it_is_there(chromium: Browser, quiet: Console) -> None:
    day = (datetime.now(UTC) + timedelta(days=14)).date()
    with window(chromium, quiet, "clerk") as clerk:
        clerk.goes(f"/rota?department=neike&day={day}")
        clerk.page.locator("table.week input[name^=expert-]:not([readonly])").first.focus()
        typed = ("7", "江海波", "Dr Jiang Haibo", "25.00", "12")
        for word in typed:
            clerk.page.keyboard.type(word)
            clerk.page.keyboard.press("Tab")
        clerk.page.get_by_role("button", name="Store").click()
        expect(clerk.page.get_by_role("status")).to_contain_text("1 half day stored")
        expect(clerk.page.locator("table.week input[value='江海波']")).to_have_count(1)
    found = quiet.line.rows("SELECT expert, capacity, fee FROM rota WHERE date > ?", str(datetime.now(UTC).date()))
    assert {"expert": "7", "capacity": 12, "fee": 2500} in [one for one in found if one["expert"] == "7"], found[-3:]


def test_a_clerk_credits_a_card_once_however_often_she_sends_the_receipt(chromium: Browser, quiet: Console) -> None:
    with window(chromium, quiet, "clerk") as clerk:
        for _ in range(2):
            clerk.goes("/cards")
            clerk.page.get_by_role("searchbox").or_(clerk.page.locator("input[name=q]")).first.fill("100004")
            clerk.page.keyboard.press("Enter")
            clerk.page.wait_for_url(re.compile("/cards/100004"))
            clerk.page.get_by_label("Amount").fill("100")
            clerk.page.get_by_label("Receipt").fill("R-2026-1")
            clerk.page.get_by_role("button", name="Credit").click()
            clerk.page.wait_for_load_state()
        clerk.goes("/cards/100004")
        expect(clerk.page.locator("dl.facts")).to_contain_text("110.00")
        expect(clerk.page.get_by_text("R-2026-1").or_(clerk.page.locator("tbody tr"))).not_to_have_count(0)
    eventually(lambda: deeds(quiet, "clerk"), 5, "what she did in the audit")
