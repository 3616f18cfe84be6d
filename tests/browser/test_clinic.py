"""A clerk at the counter: a new patient gets a card, money on it, a letter with a PIN that the line takes; a booking is
cancelled and the fee is back."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from accounts.rights import Role
from tests.browser.console import BOOKED, Console
from tests.browser.window import deeds, may_not, window


def test_a_new_patient_calls_with_the_pin_of_the_letter(chromium: Browser, console: Console) -> None:
    with window(chromium, console, "clerk") as clerk:
        page = clerk.page
        clerk.goes("/cards")
        form = page.locator("form[action='/cards'][method=post]")
        form.get_by_label("Number").fill("200001")
        form.get_by_label("Patient").fill("何晓明")
        form.get_by_label("Telephone").fill("13700000001")
        form.get_by_role("button").click()
        page.wait_for_url("**/cards/200001*")
        expect(page.locator("dl.facts")).to_contain_text("no PIN")
        pin = letter(page)
        page.get_by_role("link", name="Back to the card").click()
        page.once("dialog", lambda dialog: dialog.dismiss())
        page.get_by_role("button", name="PIN letter").click()  # and thinks better of it
        expect(page.locator("dl.facts")).not_to_contain_text("no PIN")
    assert deeds(console, "clerk").count("new PIN card") == 1
    steps = logs_in(console, "200001", pin)
    assert "registration" in steps


def letter(page: Page) -> str:
    """The PIN of a letter; on paper there is the letter and nothing else."""
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="PIN letter").click()
    secret = page.locator("article dd.figure").nth(1)
    expect(secret).to_be_visible()
    page.emulate_media(media="print")
    expect(secret).to_be_visible()
    expect(page.locator("header, nav, button, a.button, .notice").filter(visible=True)).to_have_count(0)
    page.emulate_media(media="screen")
    return secret.inner_text()


def logs_in(console: Console, card: str, pin: str) -> list[str]:
    """What a call with this card and PIN comes to."""
    caller = "13700000001"
    call = console.patient.dial(console.line.uri("1000"), caller=caller).wait_answered(20)
    for step, keys in (("services", "1"), ("card_number", f"{card}#"), ("pin", f"{pin}#")):
        console.at_step(caller, step)
        call.press(keys)
    id_ = console.at_step(caller, "right")
    console.at_step(caller, "registration")
    call.hang_up()
    return [one["step"] for one in console.line.events(id_) if one["kind"] == "step"]


def test_a_booking_is_cancelled_and_the_fee_is_back(chromium: Browser, console: Console) -> None:
    with window(chromium, console, "clerk") as clerk:
        page = clerk.page
        clerk.goes(f"/cards/{BOOKED}")
        before = page.locator("tbody tr").count()
        clerk.goes("/bookings?days=2")
        page.locator("tr", has_text=BOOKED).first.get_by_role("link").first.click()
        page.get_by_label("Reason").fill("the patient asked")
        page.once("dialog", lambda dialog: dialog.accept())
        page.get_by_role("button", name="Cancel the booking").click()
        expect(page.get_by_role("status")).to_contain_text("the fee is back")
        expect(page.get_by_role("button", name="Cancel the booking")).to_have_count(0)
        page.get_by_role("link", name=BOOKED).click()
        expect(page.locator("tbody tr")).to_have_count(before + 1)
        expect(page.locator("dl.facts")).to_contain_text("500.00")
    assert "cancel booking" in deeds(console, "clerk")


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.AUDITOR])
def test_who_only_looks_finds_nothing_to_change(role: Role, chromium: Browser, console: Console) -> None:
    with window(chromium, console, role, language="zh") as one:
        for address in ("/cards", f"/cards/{BOOKED}", "/bookings", "/rota"):
            one.goes(address)
            forms = one.page.locator("main form[method=post] button")
            expect(forms).to_have_count(0)


def test_cards_are_not_for_doctors_and_it(chromium: Browser, console: Console) -> None:
    for role in (Role.DOCTOR, Role.IT, Role.NURSE):
        may_not(chromium, console, role, "/cards", f"/cards/{BOOKED}")
    may_not(chromium, console, Role.NURSE, "/bookings", "/rota")
