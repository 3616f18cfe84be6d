"""One's own account in the browser: password, second factor, language, sessions."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from fastapi import FastAPI
from pyotp import TOTP

from accounts import audit, users, visits
from accounts.audit import AuditQuery, Hand
from accounts.login import Limits, Login
from accounts.rights import Role
from tests.web.browser import Browser
from tests.web.conftest import Wall
from web.site import Site
from web.visit import session_cookie

PASSWORD = "quiet-corridor-3"
OTHER = "green-umbrella-5"


@pytest.fixture
def nina(console: FastAPI, site: Site) -> Browser:
    """Nina's browser; she is a nurse of W5."""
    hand = Hand("root", site.wallclock(), "command")
    hashed = site.login.passwords.hash(PASSWORD)
    site.database.run_now(users.add, "nina", "Nina", Role.NURSE, hashed, hand, wards=["W5"])
    return logged_in(console, site)


def logged_in(console: FastAPI, site: Site) -> Browser:
    browser = Browser(console, site)
    user = site.database.run_now(users.find, "nina")
    token = site.database.run_now(visits.open_session, user.id, site.wallclock(), "10.1.2.7", "<b>Firefox</b>")
    browser.cookies.set(session_cookie(site), token)
    return browser


def inside(browser: Browser) -> bool:
    return browser.get("/account").status_code == 200


def actions(site: Site) -> list[str]:
    return [row.action for row in site.database.run_now(audit.find, AuditQuery(noun="user", key="nina"))]


def test_a_user_sees_who_he_is_and_where_he_is_logged_in(nina: Browser) -> None:
    page = nina.get("/account").text
    assert all(word in page for word in ("Nina", "nurse", "W5", "10.1.2.7", "&lt;b&gt;Firefox&lt;/b&gt;"))


def test_a_password_is_changed_by_whoever_knows_the_old_one(console: FastAPI, nina: Browser, site: Site) -> None:
    elsewhere = logged_in(console, site)
    fields = {"current": PASSWORD, "password": OTHER, "again": OTHER}
    for wrong, status in (
        ({"current": "wrong"}, 403),
        ({"password": "short"}, 422),
        ({"password": "nina-nina-nina"}, 422),
        ({"again": "another"}, 422),
    ):
        assert nina.submit("/account/password", **fields | wrong).status_code == status
    assert nina.submit("/account/password", **fields).headers["location"] == "/account?done=password"
    assert inside(nina)
    assert not inside(elsewhere)
    stored = site.database.run_now(users.password_hash, site.database.run_now(users.find, "nina").id)
    assert site.login.passwords.verify(OTHER, stored)
    assert actions(site)[0] == "password"


def test_who_found_an_open_browser_cannot_guess_the_password_there(nina: Browser) -> None:
    fields = {"current": "wrong", "password": OTHER, "again": OTHER}
    assert [nina.submit("/account/password", **fields).status_code for _ in range(6)] == [403] * 5 + [429]


def test_a_second_factor_is_set_up_renewed_and_removed(nina: Browser, site: Site, wall: Wall) -> None:
    page = nina.get("/account/factor").text
    (secret,) = re.findall(r'<code class="secret">([A-Z2-7 ]+)</code>', page)
    totp = TOTP(secret.replace(" ", ""))
    assert nina.submit("/account/factor", current="wrong", code=totp.at(wall.now)).status_code == 403
    assert nina.submit("/account/factor", current=PASSWORD, code="000000").status_code == 422
    done = nina.submit("/account/factor", current=PASSWORD, code=totp.at(wall.now))
    codes = re.findall(r"<li><code>([a-z2-9-]+)</code></li>", done.text)
    assert len(codes) == 8
    assert "8 codes on paper are left" in nina.get("/account").text
    others = re.findall(
        r"<li><code>([a-z2-9-]+)</code></li>", nina.submit("/account/factor/codes", current=PASSWORD).text
    )
    assert not set(codes) & set(others)
    assert nina.submit("/account/factor/remove", current=PASSWORD).status_code == 303
    assert not site.database.run_now(users.find, "nina").second_factor
    assert inside(nina)
    assert actions(site)[:3] == ["remove second factor", "renew recovery codes", "set up second factor"]


def test_no_codes_on_paper_without_a_second_factor(nina: Browser) -> None:
    assert nina.submit("/account/factor/codes", current=PASSWORD).status_code == 404


def test_who_must_have_a_second_factor_does_not_remove_it(
    console: FastAPI, nina: Browser, site: Site, wall: Wall
) -> None:
    strict = Login(site.database, site.login.passwords, site.login.factors, wall, Limits(totp_roles={Role.NURSE}))
    console.state.site = replace(site, login=strict)
    assert nina.submit("/account/factor/remove", current=PASSWORD).status_code == 403


def test_ones_language_counts_in_every_browser(console: FastAPI, nina: Browser, site: Site) -> None:
    nina.submit("/language", language="ru", back="/account")
    assert nina.submit("/account/language", language="pl").status_code == 303
    assert '<html lang="pl">' in nina.get("/account").text
    assert '<html lang="pl">' in logged_in(console, site).get("/account").text
    assert nina.submit("/account/language", language="de").status_code == 422


def test_a_lost_browser_is_logged_out_from_here(console: FastAPI, nina: Browser, site: Site) -> None:
    lost = logged_in(console, site)
    (number,) = re.findall(r"/account/sessions/(\d+)/end", nina.get("/account").text)
    assert nina.submit(f"/account/sessions/{number}/end").status_code == 303
    assert not inside(lost)
    third = logged_in(console, site)
    assert nina.submit("/account/sessions/end").status_code == 303
    assert inside(nina)
    assert not inside(third)


def test_nobody_ends_the_session_of_somebody_else(nina: Browser, sign_in: type) -> None:
    other = sign_in("clerk")
    for number in (1, 2, 999):
        if number != 1:  # his own, and one that is not there
            assert nina.submit(f"/account/sessions/{number}/end").status_code == 404
    assert other.get("/account").status_code == 200
