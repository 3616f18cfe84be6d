"""Logging in and out in a browser: passwords, second factors, the first user's link."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from fastapi import FastAPI
from httpx2 import Response
from pyotp import TOTP

from accounts import audit, first_user, users, visits
from accounts.audit import AuditQuery, Hand
from accounts.login import Limits, Login
from accounts.passwords import SHORTEST, Crowded
from accounts.rights import Role
from tests.web.browser import Browser
from tests.web.conftest import Wall
from web.account_words import WEAK
from web.site import Address, Site
from web.visit import session_cookie

PASSWORD = "quiet-corridor-3"


@pytest.fixture
def nina(site: Site) -> users.UserRecord:
    hand = Hand("root", site.wallclock(), "command")
    hashed = site.login.passwords.hash(PASSWORD)
    return site.database.run_now(users.add, "nina", "Nina", Role.CLERK, hashed, hand, language="en")


def log_in(browser: Browser, name: str = "nina", password: str = PASSWORD, next: str = "/") -> Response:
    return browser.submit("/login", token=False, name=name, password=password, next=next)


def inside(browser: Browser) -> bool:
    """Whether the first page is not the one to log in."""
    return not browser.get("/").headers.get("location", "").startswith("/login")


def set_up(site: Site, user: users.UserRecord, wall: Wall) -> TOTP:
    """What the user's telephone shows."""
    factors = site.login.factors
    totp = TOTP(site.database.run_now(factors.offer, user.id, "Wardbell").secret)
    hand = Hand("root", wall.now, "command")
    assert site.database.run_now(factors.confirm, user.id, totp.at(wall.now), hand)
    wall.pass_by(minutes=1)
    return totp


def test_a_user_logs_in_and_is_where_he_wanted_to_go(stranger: Browser, nina: users.UserRecord) -> None:
    assert 'value="/cards?q=1"' in stranger.get("/login?next=/cards?q=1").text
    answer = log_in(stranger, next="/cards?q=1")
    assert (answer.status_code, answer.headers["location"]) == (303, "/cards?q=1")
    assert stranger.get("/login?next=/x").headers["location"] == "/x"


@pytest.mark.parametrize("elsewhere", ["https://elsewhere.example", "//elsewhere.example", "/\\elsewhere.example"])
def test_nobody_is_led_away_by_a_link_to_log_in(elsewhere: str, stranger: Browser, nina: users.UserRecord) -> None:
    assert elsewhere not in stranger.get("/login", params={"next": elsewhere}).text
    assert log_in(stranger, next=elsewhere).headers["location"] == "/"


def test_the_cookie_is_for_this_console_only_and_no_script_reads_it(stranger: Browser, nina: users.UserRecord) -> None:
    cookie = log_in(stranger).headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "path=/" in cookie
    assert "domain" not in cookie


def test_with_tls_the_cookie_keeps_to_it(console: FastAPI, site: Site, nina: users.UserRecord) -> None:
    console.state.site = safe = replace(site, address=Address("https://console.hospital.example", tls=True))
    cookie = log_in(Browser(console, safe)).headers["set-cookie"]
    assert cookie.startswith("__Host-wardbell=")
    assert "Secure" in cookie


def test_wrong_words_are_answered_alike(stranger: Browser, nina: users.UserRecord) -> None:
    known, unknown = log_in(stranger, password="wrong"), log_in(stranger, name="nobody", password="wrong")
    assert (known.status_code, unknown.status_code) == (401, 401)
    assert known.text.replace("nina", "") == unknown.text.replace("nobody", "")
    assert "set-cookie" not in known.headers


def test_after_many_wrong_ones_he_is_told_how_long_to_wait(stranger: Browser, nina: users.UserRecord) -> None:
    for _ in range(5):
        log_in(stranger, password="wrong")
    answer = log_in(stranger)
    assert answer.status_code == 429
    assert "Wait 60 seconds" in answer.text


def test_a_crowd_is_told_to_come_again(
    stranger: Browser, nina: users.UserRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crowded(*_: object) -> bool:
        raise Crowded

    monkeypatch.setattr(stranger.site.login.passwords, "verify", crowded)
    assert log_in(stranger).status_code == 503


def test_a_login_from_elsewhere_is_refused(stranger: Browser, nina: users.UserRecord) -> None:
    """Else somebody could log others in as himself, and read what they write."""
    fields = {"name": "nina", "password": PASSWORD}
    answer = stranger.post("/login", data=fields, headers={"Origin": "https://elsewhere.example"})
    assert answer.status_code == 403


def test_a_script_typed_as_name_stays_text(stranger: Browser) -> None:
    answer = log_in(stranger, name="<script>alert(1)</script>", password="x")
    assert "<script>alert" not in answer.text
    assert "&lt;script&gt;" in answer.text


def test_a_session_that_was_stolen_is_dead_after_log_out(
    console: FastAPI, stranger: Browser, site: Site, nina: users.UserRecord
) -> None:
    log_in(stranger)
    thief = Browser(console, site)
    thief.cookies.set(session_cookie(site), stranger.cookies[session_cookie(site)])
    assert inside(thief)
    assert stranger.submit("/logout").headers["location"] == "/login"
    assert thief.get("/").headers["location"] == "/login"


def test_log_out_wants_the_token_too(stranger: Browser, nina: users.UserRecord) -> None:
    log_in(stranger)
    assert stranger.submit("/logout", token=False).status_code == 403
    assert inside(stranger)


def test_with_a_second_factor_every_page_leads_to_it(
    stranger: Browser, site: Site, wall: Wall, nina: users.UserRecord
) -> None:
    totp = set_up(site, nina, wall)
    assert log_in(stranger, next="/cards").headers["location"] == "/login/code?next=/cards"
    before = stranger.cookies[session_cookie(site)]
    assert stranger.get("/").headers["location"] == "/login/code"
    assert stranger.submit("/login/code", code="000000").status_code == 401
    answer = stranger.submit("/login/code", code=totp.at(wall.now), next="/cards")
    assert (answer.status_code, answer.headers["location"]) == (303, "/cards")
    assert stranger.cookies[session_cookie(site)] != before
    assert inside(stranger)


def test_a_role_that_must_have_one_sets_up_its_second_factor_at_the_login(
    console: FastAPI, site: Site, wall: Wall, nina: users.UserRecord
) -> None:
    strict = Login(site.database, site.login.passwords, site.login.factors, wall, Limits(totp_roles={Role.CLERK}))
    console.state.site = replace(site, login=strict)
    browser = Browser(console, site)
    assert log_in(browser).headers["location"] == "/login/code?next=/"
    page = browser.get("/login/code").text
    assert "data:image/svg+xml" in page
    (secret,) = re.findall(r'<code class="secret">([A-Z2-7 ]+)</code>', page)
    totp = TOTP(secret.replace(" ", ""))
    assert browser.get("/").headers["location"] == "/login/code"
    assert browser.submit("/login/code", code="000000").status_code == 401
    done = browser.submit("/login/code", code=totp.at(wall.now))
    assert done.status_code == 200
    (code, *others) = re.findall(r"<li><code>([a-z2-9-]+)</code></li>", done.text)
    assert len(others) == 7
    assert inside(browser)
    again = Browser(console, site)
    log_in(again)
    assert again.submit("/login/code", code=code).status_code == 303


def test_who_is_not_asked_for_a_code_gives_none(stranger: Browser, nina: users.UserRecord) -> None:
    assert stranger.get("/login/code").headers["location"] == "/login"
    log_in(stranger)
    assert stranger.get("/login/code").headers["location"] == "/"
    assert stranger.submit("/login/code", code="1").headers["location"] == "/"


def test_the_first_user_makes_himself_by_the_link(stranger: Browser, site: Site) -> None:
    secret = site.database.run_now(first_user.offer, site.wallclock())
    assert stranger.get(f"/first/{secret}").status_code == 200
    fields = {"name": "Anna", "shown": "Anna Lis", "password": PASSWORD, "again": PASSWORD}
    for wrong in ({"password": "short"}, {"again": "other"}, {"name": "!"}, {"shown": "x" * 100}):
        assert stranger.submit(f"/first/{secret}", token=False, **fields | wrong).status_code == 422
    assert stranger.submit(f"/first/{secret}", token=False, **fields).headers["location"] == "/"
    assert inside(stranger)
    assert stranger.get(f"/first/{secret}").status_code == 404
    assert site.database.run_now(users.find, "anna").role is Role.ADMIN


def test_a_wrong_link_is_no_page(stranger: Browser, nina: users.UserRecord) -> None:
    assert stranger.get("/first/x").status_code == 404
    fields = {"name": "eve", "password": PASSWORD, "again": PASSWORD}
    assert stranger.submit("/first/x", token=False, **fields).status_code == 404


def test_logins_and_their_ends_are_in_the_audit(stranger: Browser, site: Site, nina: users.UserRecord) -> None:
    log_in(stranger, password="wrong")
    log_in(stranger)
    stranger.submit("/logout")
    rows = site.database.run_now(audit.find, AuditQuery(noun="user", key="nina"))
    assert [row.action for row in rows] == ["log out", "log in", "wrong password", "add"]
    assert site.database.run_now(visits.every, site.wallclock()) == []


def test_what_is_said_of_the_shortest_password_is_true() -> None:
    assert any(f"at least {SHORTEST} " in sentence for sentence in WEAK.values())
