"""An administrator adds somebody, who logs in, sets up a second factor, and is locked out; a system gets a key."""

from __future__ import annotations

from urllib.request import Request, urlopen

import pyotp
import pytest
from playwright.sync_api import Browser, Page, expect

from accounts.rights import Role
from tests.browser.console import Console
from tests.browser.window import Window, deeds, may_not, window


def test_somebody_new_logs_in_with_a_second_factor_until_he_is_locked(chromium: Browser, console: Console) -> None:
    with window(chromium, console, "admin") as admin, window(chromium, console) as new:
        admin.goes("/users")
        admin.page.get_by_label("User name").fill("doctor-li")
        admin.page.get_by_label("Name for people").fill("李医生")
        admin.page.get_by_label("Role").select_option("doctor")
        admin.page.get_by_role("button", name="Add the user").click()
        password = admin.page.locator("code.secret").inner_text()
        logs_in(new, password)
        expect(new.page.locator("a.who")).to_have_text("李医生")
        code = enrols(new, password)
        new.page.get_by_role("button", name="Log out").click()
        logs_in(new, password)
        gives(new.page, "000000")
        expect(new.page.get_by_role("alert")).to_be_visible()
        gives(new.page, code)  # of a piece of paper: the telephone's was used this half minute
        expect(new.page.locator("a.who")).to_have_text("李医生")
        admin.goes("/users/doctor-li")
        expect(admin.page.locator("dl.facts")).to_contain_text("set up")
        admin.page.get_by_role("button", name="Lock", exact=True).click()
        expect(admin.page.locator("dl.facts")).to_contain_text("locked")
        new.goes("/account")
        expect(new.page.get_by_label("Password")).to_be_visible()  # out, and asked who he is
        logs_in(new, password)
        expect(new.page.get_by_role("alert")).to_be_visible()
        new.faults[:] = [fault for fault in new.faults if "status of 4" not in fault]
    assert {"add user", "lock user"} <= set(deeds(console, "admin"))


def logs_in(one: Window, password: str) -> None:
    """By name and password."""
    one.goes("/login")
    one.page.get_by_label("User name").fill("doctor-li")
    one.page.get_by_label("Password").fill(password)
    one.page.get_by_role("button", name="Log in").click()


def gives(page: Page, code: str) -> None:
    """A one-time code, after the password."""
    page.get_by_label("One-time code").fill(code)
    page.get_by_role("button", name="Go on").click()


def enrols(one: Window, password: str) -> str:
    """The telephone is told the secret, and proves it; one of the codes on paper."""
    one.goes("/account")
    one.page.get_by_role("link", name="Set up a second factor").click()
    picture = one.page.locator("img.qr")
    assert picture.evaluate("(one) => one.complete && one.naturalWidth > 50")
    secret = one.page.locator("code.secret").inner_text().replace(" ", "")
    one.page.get_by_label("One-time code").fill(pyotp.TOTP(secret).now())
    one.page.get_by_label("Your password").fill(password)
    one.page.get_by_role("button", name="Go on").click()
    return one.page.locator(".on-paper code").first.inner_text()


def test_a_system_has_a_key_until_it_is_revoked(chromium: Browser, console: Console) -> None:
    with window(chromium, console, "admin") as admin:
        page = admin.page
        admin.goes("/keys")
        page.get_by_label("Name of the key").fill("call-centre")
        page.locator("input[name=rights][value=calls]").check()
        page.get_by_role("button", name="Make a key").click()
        key = page.locator("code.secret").inner_text()
        assert asks(console, key) == 200
        admin.goes("/keys")
        row = page.locator("tr", has_text="call-centre")
        expect(row).to_contain_text("127.0.0.1")  # used, and from where
        expect(page.get_by_text(key)).to_have_count(0)
        row.get_by_label("Reason").fill("the contract has ended")
        row.get_by_role("button", name="Revoke").click()
        expect(row).to_contain_text("key revoked")
        assert asks(console, key) == 401


def asks(console: Console, key: str) -> int:
    """The status of a question to the API."""
    asked = Request(f"{console.address}/api/v1/calls", headers={"Authorization": f"Bearer {key}"})
    try:
        with urlopen(asked, timeout=20) as answer:
            return int(answer.status)
    except OSError as refused:
        return int(getattr(refused, "code", 0))


@pytest.mark.parametrize("role", [Role.IT, Role.AUDITOR, Role.OPERATOR])
def test_users_and_keys_are_the_administrators(role: Role, chromium: Browser, console: Console) -> None:
    may_not(chromium, console, role, "/users", "/users/some-nurse", "/keys")
