"""A window of somebody's browser: it notes what a page complains of and whom else it asks."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Request, Response, expect, sync_playwright

from accounts.rights import Role
from tests.browser.addresses import Place, found
from tests.browser.console import Console

LIGHT, DARK = "light", "dark"


@contextmanager
def started() -> Iterator[Browser]:
    """Debian's Chromium: playwright fetches none."""
    path = shutil.which("chromium")
    assert path is not None, "Chromium is not installed: apt-get install chromium"
    with sync_playwright() as playwright:
        # No name is looked up: who asks elsewhere finds nobody.
        flags = ["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]
        chromium = playwright.chromium.launch(executable_path=path, args=flags)
        try:
            yield chromium
        finally:
            chromium.close()


@dataclass
class Window:
    """One page of one person. Playwright's own page is `page`."""

    console: Console
    page: Page
    faults: list[str] = field(default_factory=list)

    def goes(self, address: str) -> int:
        """Open an address of the console; its status."""
        answer = self.page.goto(self.console.address + address, wait_until="load")
        assert answer is not None
        return answer.status

    def note(self, fault: str) -> None:
        """Something that must not be on this page."""
        self.faults.append(f"{urlsplit(self.page.url).path}: {fault}")

    def watch(self) -> None:
        """Note what goes wrong from here on."""
        self.page.on("console", self._says)
        self.page.on("pageerror", lambda error: self.note(f"script: {error}"))
        self.page.on("request", self._asks)
        self.page.on("response", self._gets)

    def _says(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.note(f"console: {message.text}")

    def _asks(self, request: Request) -> None:
        if not request.url.startswith((self.console.address, "data:", "blob:")):
            self.note(f"asks elsewhere: {request.url}")

    def _gets(self, response: Response) -> None:
        if response.status >= 500:
            self.note(f"{response.url}: {response.status}")


@contextmanager
def window(
    chromium: Browser, console: Console, role: str = "", *, language: str = "en", scheme: str = LIGHT, width: int = 1280
) -> Iterator[Window]:
    """A fresh browser in which somebody of `role` is logged in (empty: nobody). At its end nothing was noted."""
    context = chromium.new_context(
        color_scheme="dark" if scheme == DARK else "light",
        viewport={"width": width, "height": 800},
        locale=language,
        reduced_motion="reduce",
    )
    context.set_default_timeout(60_000)
    if role:
        context.add_cookies([{"name": "wardbell", "value": console.token(role), "url": console.address}])
    one = Window(console, context.new_page())
    one.watch()
    try:
        yield one
        if one.faults:
            raise AssertionError("\n".join(one.faults))
    finally:
        context.close()


def all_places(console: Console) -> list[Place]:
    """Every page that an administrator can reach by links."""
    return list(found(lambda address: console.answers("admin", address)))


def may_not(chromium: Browser, console: Console, role: Role, *addresses: str) -> None:
    """Somebody who may not see these addresses is told so, in a page, and they do not stand in the menu."""
    with window(chromium, console, role) as one:
        for address in addresses:
            assert one.goes(address) == 403, address
            expect(one.page.get_by_role("heading", level=1)).to_be_visible()
            expect(one.page.locator(f'nav a[href="{urlsplit(address).path}"]')).to_have_count(0)
        one.faults[:] = [fault for fault in one.faults if "403" not in fault]  # the browser's own word for it


def plays(page: Page, address: str, within: Locator | None = None) -> None:
    """A recording is played, and sought in: the server gives the part that is asked for."""
    audio = (within or page).locator("audio").first
    with page.expect_response(lambda answer: address in answer.url) as first:
        audio.evaluate("(one) => { one.muted = true; return one.play(); }")
    assert first.value.status in (200, 206)
    page.wait_for_function("(one) => one.currentTime > 0.1 && one.duration > 1", arg=audio.element_handle())
    audio.evaluate("(one) => { one.pause(); one.currentTime = one.duration - 0.5; }")
    page.wait_for_function("(one) => !one.seeking && one.currentTime > one.duration - 1", arg=audio.element_handle())
    sought = page.evaluate(
        "async (from) => { const answer = await fetch(from, {headers: {Range: 'bytes=100-199'}});"
        " return [answer.status, (await answer.arrayBuffer()).byteLength]; }",
        audio.get_attribute("src"),
    )
    assert sought == [206, 100]


def deeds(console: Console, role: str) -> list[str]:
    """What somebody did, as the audit has it, the oldest first."""
    rows = console.line.rows("SELECT noun, action FROM audit WHERE who = ? ORDER BY id", f"some-{role}")
    return [f"{row['action']} {row['noun']}" for row in rows]
