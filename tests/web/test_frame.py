"""What holds for every page: who gets in, what comes from elsewhere, which language, what is said in trouble."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Annotated

import pytest
from fastapi import FastAPI, Form

from accounts.rights import MAY, Right, Role
from db.database import Database
from db.errors import DatabaseAway
from tests.faults import Faults
from tests.web.browser import ADDRESS, Browser, signed_in
from tests.web.conftest import empty_site
from web.access_page import FILE, access_page
from web.app import make_app, make_pages
from web.page import Page
from web.pages import PAGES
from web.site import Address, Site
from web.visit import Visiting

SignIn = Callable[..., Browser]

FOR_EVERYBODY = {
    "POST /language",
    *("GET /login", "POST /login", "GET /login/code", "POST /login/code", "POST /logout"),
    *("GET /first/{secret}", "POST /first/{secret}"),
}

TRIED = Page("tried", "Tried", "/tried", Right.CALLS)


@TRIED.get("/tried")
def shows(visit: Visiting, n: int = 0) -> object:
    return visit.render("home/nothing.html")


@TRIED.post("/tried")
def changes(visit: Visiting, word: Annotated[str, Form()] = "") -> object:
    visit.site.door.look_for_notices()
    return visit.go("/tried")


@TRIED.get("/tried/away")
def away(visit: Visiting) -> object:
    raise DatabaseAway("no answer")


@TRIED.get("/tried/broken")
def broken(visit: Visiting) -> object:
    raise ZeroDivisionError


@pytest.fixture(scope="module")
def pages_app() -> FastAPI:
    return make_pages(empty_site(Database("sqlite://")), (*PAGES, TRIED))


def test_who_is_not_logged_in_is_led_there_and_back(stranger: Browser) -> None:
    answer = stranger.get("/tried?n=3")
    assert (answer.status_code, answer.headers["location"]) == (303, "/login?next=/tried%3Fn%3D3")


def test_a_part_of_a_page_does_not_become_the_page_to_log_in(stranger: Browser) -> None:
    answer = stranger.get("/tried", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["hx-redirect"]) == (401, "/login")


@pytest.mark.parametrize("role", Role)
def test_a_page_opens_for_whoever_has_its_right(role: Role, sign_in: SignIn) -> None:
    assert sign_in(role.value).get("/tried").status_code == (200 if Right.CALLS in MAY[role] else 403)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": ADDRESS}, 303),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "null"}, 303),
        ({"Referer": f"{ADDRESS}/tried"}, 303),
        ({"Origin": "https://elsewhere.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": ADDRESS}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Referer": "https://elsewhere.example/console.hospital.example"}, 403),
        ({}, 403),
    ],
)
def test_a_change_comes_from_our_own_pages(headers: dict[str, str], status: int, sign_in: SignIn, site: Site) -> None:
    operator = sign_in("operator")
    answer = operator.post("/tried", data={"csrf": operator.csrf}, headers=headers)
    assert answer.status_code == status
    assert bool(site.door.asked) is (status == 303)  # type: ignore[attr-defined]


@pytest.mark.parametrize("token", ["", "0", "x" * 43])
def test_a_change_without_the_token_of_the_session_is_refused(token: str, sign_in: SignIn, site: Site) -> None:
    answer = sign_in("operator").post("/tried", data={"csrf": token}, headers={"Origin": ADDRESS})
    assert answer.status_code == 403
    assert site.door.asked == []  # type: ignore[attr-defined]


def test_the_token_may_stand_in_a_header(sign_in: SignIn) -> None:
    operator = sign_in("operator")
    headers = {"Origin": ADDRESS, "X-CSRF-Token": operator.csrf}
    assert operator.post("/tried", data={"word": "x"}, headers=headers).status_code == 303


def test_a_value_without_sense_is_422_and_an_unknown_address_404(sign_in: SignIn) -> None:
    operator = sign_in("operator")
    assert operator.get("/tried?n=many").status_code == 422
    assert operator.get("/nowhere").status_code == 404
    assert operator.delete("/tried").status_code == 405


def test_a_database_that_is_away_is_told_and_calls_go_on(sign_in: SignIn) -> None:
    answer = sign_in("operator").get("/tried/away")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert "Calls go on" in answer.text


def test_a_fault_of_ours_is_logged_once_and_told_by_a_number(pages_app: FastAPI, site: Site, faults: Faults) -> None:
    site_app = make_app(site, (*PAGES, TRIED))
    operator = signed_in(site_app, site, "operator")  # type: ignore[arg-type]
    answer = operator.get("/tried/broken")
    assert answer.status_code == 500
    (fault,) = faults.expected()
    assert "ZeroDivisionError" in fault


def test_every_answer_forbids_what_comes_from_elsewhere(site: Site) -> None:
    browser = Browser(make_app(site), site)  # type: ignore[arg-type]
    for path in ("/", "/nowhere", "/static/x/style.css"):
        headers = browser.get(path).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert "strict-transport-security" not in headers
        assert "server" not in headers


def test_with_tls_browsers_are_told_to_keep_to_it(site: Site) -> None:
    safe = replace(site, address=Address("https://line.hospital.example", tls=True))
    browser = Browser(make_app(safe), safe)  # type: ignore[arg-type]
    assert "max-age" in browser.get("/nowhere").headers["strict-transport-security"]


@pytest.mark.parametrize(
    ("name", "status"),
    [("style.css", 200), ("../app.py", 404), ("..%2fapp.py", 404), ("%2e%2e/app.py", 404)],
)
def test_files_are_had_by_name_and_no_other_way(name: str, status: int, stranger: Browser) -> None:
    assert stranger.get(f"/static/any/{name}").status_code == status


@pytest.mark.parametrize(
    ("cookie", "accepts", "shown"),
    [
        ("", "zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("", "de,pl;q=0.5,ru;q=0.7", "ru"),
        ("", "fr", "en"),
        ("", "en;q=0, pl;q=x, ru", "ru"),
        ("pl", "zh", "pl"),
        ("xx", "zh", "zh"),
    ],
)
def test_the_console_speaks_the_visitors_language(cookie: str, accepts: str, shown: str, stranger: Browser) -> None:
    if cookie:
        stranger.cookies.set("language", cookie)
    page = stranger.get("/nowhere", headers={"Accept-Language": accepts}).text
    assert f'<html lang="{shown}">' in page


def test_the_switch_of_languages_leads_back_to_the_page_and_nowhere_else(sign_in: SignIn) -> None:
    operator = sign_in("operator")
    answer = operator.submit("/language", language="pl", back="/tried?n=2")
    assert (answer.status_code, answer.headers["location"]) == (303, "/tried?n=2")
    assert '<html lang="pl">' in operator.get("/tried").text
    for elsewhere in ("https://elsewhere.example", "//elsewhere.example", "/\\elsewhere.example", "\n/x"):
        assert operator.submit("/language", language="en", back=elsewhere).headers["location"] == "/"
    assert operator.submit("/language", language="de").status_code == 422


def test_no_page_stands_twice() -> None:
    assert len({id(page) for page in PAGES}) == len(PAGES)
    routes = [(method, route.path) for page in PAGES for route in page.routes for method in route.methods]
    assert len(set(routes)) == len(routes)


def test_every_route_names_its_right_and_few_are_for_everybody() -> None:
    for_everybody = {f"{method} {r.path}" for page in PAGES for r in page.routes for method in r.methods if not r.right}
    assert for_everybody <= FOR_EVERYBODY


def test_the_console_has_no_route_that_is_not_guarded(pages_app: FastAPI) -> None:
    for page in (*PAGES, TRIED):
        assert [route.path for route in page.router.routes] == [route.path for route in page.routes]  # type: ignore[attr-defined]
    ours = [page.router for page in (*PAGES, TRIED)]
    others = [route for route in pages_app.routes if getattr(route, "original_router", None) not in ours]
    assert [getattr(route, "path", "") for route in others] == ["/static/{build}/{name:path}"]


def test_the_table_of_who_may_what_is_that_of_the_routes() -> None:
    assert FILE.read_text(encoding="utf-8") == access_page(), "run `python -m web.access_page`"
