"""An operator closes a number: a call hears it at once; he opens it, and callers are served as before."""

from __future__ import annotations

from playwright.sync_api import Browser, expect

from accounts.rights import Role
from tests.browser.console import Console
from tests.browser.window import deeds, may_not, window


def test_a_number_is_closed_heard_to_be_closed_and_opened(chromium: Browser, console: Console) -> None:
    with window(chromium, console, "operator") as operator:
        page = operator.page
        operator.goes("/numbers")
        page.get_by_role("link", name="1003", exact=True).click()
        week = page.locator("svg.chart:not(.key)")
        expect(week).to_be_visible()
        expect(week.locator("title", has_text="open: main (pl)")).not_to_have_count(0)
        close = page.locator("form[action='/numbers/close']")
        close.get_by_label("Reason").fill("a fire drill")
        close.get_by_role("button", name="Close now").click()
        expect(page.get_by_role("status").first).to_contain_text("Done.")
        expect(week.locator("title", has_text="closed by hand: closed (pl)")).not_to_have_count(0)
        console.answered_by("1003", "closed")
        call = console.patient.dial(console.line.uri("1003"), caller="13900000055").wait_answered(20)
        id_ = console.at_step("13900000055", "offer")
        assert "closed.closed" in [text["id"] for one in console.line.events(id_) for text in one.get("prompts", ())]
        assert call.heard_anything()
        call.hang_up()
        operator.goes("/numbers")
        expect(page.locator("tr", has_text="1003").first).to_contain_text("a fire drill")
        page.get_by_role("link", name="1003", exact=True).first.click()
        page.get_by_role("button", name="Open now").click()
        expect(page.get_by_role("button", name="Open now")).to_have_count(0)
        console.answered_by("1003", "main")
    assert deeds(console, "operator").count("close number") == 1
    assert deeds(console, "operator").count("open number") == 1


def test_what_answers_at_another_time_is_asked(chromium: Browser, console: Console) -> None:
    with window(chromium, console, "auditor", language="pl") as auditor:
        auditor.goes("/numbers?number=1001&at=2026-12-24+13:00")
        expect(auditor.page.locator(".panel .figure")).to_have_text("main (en)")
        auditor.goes("/numbers/of/1001")
        expect(auditor.page.locator("form[action^='/numbers/']:not([method=get])")).to_have_count(0)


def test_numbers_are_not_for_clerks(chromium: Browser, console: Console) -> None:
    may_not(chromium, console, Role.CLERK, "/numbers", "/numbers/of/1001")
