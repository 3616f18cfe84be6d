"""IT opens a flow, breaks it, sees the mistake, puts it right by a click, tries the call on the pad, and publishes; the
next real call hears it."""

from __future__ import annotations

import re
import time

from playwright.sync_api import Browser, Page, expect

from prompts.catalog import Catalog
from tests.browser.console import Console
from tests.browser.window import window
from tests.e2e.line import eventually

expect.set_options(timeout=60_000)  # the first check starts its process
GOODBYE = Catalog.load().phrase("zh", "system.goodbye").text


def test_it_changes_what_callers_hear(chromium: Browser, console: Console) -> None:
    with window(chromium, console, "it") as it:
        page = it.page
        it.goes("/flows")
        page.get_by_role("link", name="main.yaml", exact=True).click()
        writes(page, "say: main.welcome", "say: [main.welcome, system.goodby]")
        expect(page.locator("#mistakes")).to_contain_text("system.goodby")
        page.locator("#mistakes .fix").click()
        expect(page.locator("#mistakes")).to_have_text("Nothing is wrong.")
        page.get_by_role("link", name="Picture", exact=True).click()
        page.locator(".drawing .node", has_text="services").first.click()
        expect(page.locator(".cm-activeLine")).to_contain_text("services:")
        page.get_by_role("link", name="Try it").click()
        page.get_by_role("button", name="Dial", exact=True).click()
        page.locator(".pad").get_by_role("button", name="1", exact=True).click()
        expect(page.locator(".transcript")).to_contain_text("card_login.card_number")
        page.get_by_role("button", name="Hang up").click()
        expect(page.locator(".call")).to_contain_text("Call again")
        it.goes("/flows/publish")
        page.get_by_label("Why (for the history)").fill("callers are told goodbye first")
        page.get_by_label("Do not wait for the sound").check()
        page.get_by_role("button", name="Publish", exact=True).click()
        expect(page.locator("#progress")).to_contain_text(re.compile(r"Edition \d+ is published"), timeout=120_000)
        eventually(lambda: GOODBYE in heard(console), 30, "a call to hear the new edition")


def test_what_was_typed_is_there_in_another_browser(chromium: Browser, console: Console) -> None:
    with window(chromium, console, "it") as one, window(chromium, console, "it") as other:
        one.goes("/flows/file/operator.yaml")
        writes(one.page, "title: The desk", "title: The night desk")
        expect(one.page.locator("#kept")).to_have_text("kept")
        other.goes("/flows/file/operator.yaml")
        expect(other.page.locator(".cm-content")).to_contain_text("The night desk")
        writes(other.page, "title: The night desk", "title: The day desk")
        expect(other.page.locator("#kept")).to_have_text("kept")
        with one.page.expect_response("**/flows/draft") as late:
            writes(one.page, "title: The night desk", "title: Nobody's desk")
        assert late.value.status == 409
        expect(one.page.locator("#conflict")).to_be_visible()
        one.page.get_by_role("button", name="Take the text of the other window").click()
        expect(one.page.locator(".cm-content")).to_contain_text("The day desk")
        one.page.once("dialog", lambda dialog: dialog.accept())
        one.page.get_by_role("button", name="Throw my draft away").click()
        one.page.wait_for_url("**/flows")
        one.faults[:] = [fault for fault in one.faults if "409" not in fault]  # the browser's own word for the conflict


def writes(page: Page, old: str, new: str) -> None:
    """Put `new` where `old` stands, by keyboard."""
    line = page.locator(".cm-line", has_text=old).first
    line.click()
    text = line.inner_text()
    page.keyboard.press("Home")
    page.keyboard.press("Home")  # the very beginning, before what it is indented by
    for _ in range(text.index(old)):
        page.keyboard.press("ArrowRight")
    for _ in old:
        page.keyboard.press("Delete")
    page.keyboard.insert_text(new)


def heard(console: Console) -> str:
    """What the next call to 1000 is told."""
    call = console.patient.dial(console.line.uri("1000"), caller="13900000009").wait_answered()
    time.sleep(0.5)
    call.hang_up()
    (latest,) = console.line.calls()[-1:]
    return console.line.command("calls", "show", latest["id"])
