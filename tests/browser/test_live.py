"""*Now* in many tabs, without a shared worker, and while the server is killed and comes back."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from playwright.sync_api import Browser, Page, expect

from tests.browser.console import Console
from tests.browser.window import Window, window
from tests.phone.phone import Call

TABS = 10
TOLD = 20_000
"""Milliseconds in which a page knows that nobody is there; it promises 10 s, on a machine with time for it."""


@contextmanager
def somebody_calls(console: Console, number: str) -> Iterator[Call]:
    """A call in its menu, as long as this lasts."""
    call = console.patient.dial(console.line.uri("1000"), caller=number).wait_answered(20)
    try:
        yield call
    finally:
        if call.over is None:
            call.hang_up()


def in_progress(page: Page, number: str) -> None:
    """The call is there, once."""
    expect(page.locator("#calls tr", has_text=number)).to_have_count(1, timeout=TOLD)


def over(page: Page, number: str) -> None:
    """The call is gone."""
    expect(page.locator("#calls tr", has_text=number)).to_have_count(0, timeout=TOLD)


def without_workers(one: Window) -> None:
    """A browser that has no shared workers, as those of telephones."""
    one.page.add_init_script("delete window.SharedWorker")


def test_ten_tabs_all_hear_of_a_call_and_the_next_page_still_opens(chromium: Browser, console: Console) -> None:
    with window(chromium, console, "operator") as operator:
        tabs = [operator.page, *(operator.page.context.new_page() for _ in range(TABS - 1))]
        for tab in tabs:
            tab.goto(f"{console.address}/now")
        with somebody_calls(console, "13600000001"):
            for tab in tabs:
                in_progress(tab, "13600000001")
            assert operator.page.context.new_page().goto(f"{console.address}/calls").status == 200  # type: ignore[union-attr]
        for tab in tabs:
            over(tab, "13600000001")


def test_ten_tabs_without_a_shared_worker_leave_room_for_the_next_page(chromium: Browser, console: Console) -> None:
    """A browser opens six connections to a server: tabs that nobody sees must give theirs back."""
    with window(chromium, console, "operator") as operator:
        operator.page.context.add_init_script("delete window.SharedWorker")
        tabs = [operator.page, *(operator.page.context.new_page() for _ in range(TABS - 1))]
        for tab in tabs:
            tab.add_init_script(HIDDEN if tab is not operator.page else "")
            tab.goto(f"{console.address}/now")
        with somebody_calls(console, "13600000002"):
            in_progress(operator.page, "13600000002")
        over(operator.page, "13600000002")


NOTHING_TWICE = """() => {
  const keys = [...document.querySelectorAll("#calls tr")].map((row) => row.dataset.key);
  return new Set(keys).size === keys.length
    && document.querySelector("[data-f=calls-count]").textContent === String(keys.length);
}"""
HIDDEN = """Object.defineProperty(document, "hidden", {get: () => true});"""
"""Headless tabs all believe that they are seen."""


def test_a_page_says_that_the_server_is_gone_and_recovers(chromium: Browser, console: Console) -> None:
    """Killed in the middle of a call; in one browser with shared workers, and in one without."""
    with ExitStack() as stack:
        shared = stack.enter_context(window(chromium, console, "operator"))
        alone = stack.enter_context(window(chromium, console, "operator", language="zh"))
        without_workers(alone)
        for one in (shared, alone):
            one.goes("/now")
            expect(one.page.locator("#now.out-of-date")).to_have_count(0)
        with somebody_calls(console, "13600000003") as cut_off:
            for one in (shared, alone):
                in_progress(one.page, "13600000003")
            console.line.kill()
            began = time.monotonic()
            for one in (shared, alone):
                expect(one.page.locator("#stale")).to_be_visible(timeout=TOLD)
                expect(one.page.locator("#now.out-of-date")).to_have_count(1)
            print(f"told and grey after {time.monotonic() - began:.1f} s")
            cut_off.hang_up()
            console.line.launch()
            console.line.wait_serving(120)
        for one in (shared, alone):
            expect(one.page.locator("#stale")).to_be_hidden(timeout=60_000)
            expect(one.page.locator("#now.out-of-date")).to_have_count(0)
            over(one.page, "13600000003")
        with somebody_calls(console, "13600000004"):
            for one in (shared, alone):
                in_progress(one.page, "13600000004")
                one.page.wait_for_function(NOTHING_TWICE)
        for one in (shared, alone):
            over(one.page, "13600000004")
            one.faults[:] = [fault for fault in one.faults if "net::ERR" not in fault]  # the browser's own words
