"""What somebody outside may write stays text, what he may ask is refused: tried on every route that there is.

The routes are the application's own list, their addresses are found by links: a new page is tried without a line here.
"""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from accounts.rights import MAY, Right, Role
from db.database import Database
from tests.browser.addresses import Place, found, routes
from tests.web.browser import Browser, signed_in
from tests.web.conftest import BEGAN
from tests.web.hostile import OTHER_WARD, SCRIPT, Parsed, fill
from web.app import make_pages
from web.door import FakeDoor
from web.pages import PAGES
from web.site import Site
from web.visit import session_cookie

OUT_OF_THE_HOUSE = (
    "../../../../etc/passwd", "..%2f..%2f..%2fetc%2fpasswd", "%2e%2e%2f%2e%2e%2fetc%2fpasswd", "%2fetc%2fpasswd",
    "..%5c..%5cwardbell.db", "....//....//wardbell.db", "..%252fwardbell.db", "a%00.wav", "wardbell.db", "pepper",
)  # fmt: skip
UNKNOWN = ("0", "-1", "999999999", "99999999999999999999999", "f" * 32, "nobody", "x'--", "%3Cscript%3E")
NONSENSE = (
    "'; DROP TABLE calls --", "1 OR 1=1", "began_at; SELECT 1", "-1", "99999999999999999999999", "NaN", "\x00", "[]",
    "2026-13-45", "9999-12-31", "0001-01-01", "x" * 5000, "\ud7ff\uffff", "%", "_", "../..", "{{7*7}}", SCRIPT,
)  # fmt: skip
STRICT = ("sort", "order", "by", "cursor", "page", "before", "after", "since", "until", "day", "week", "form", "format")
"""Parameters whose values are a few or of one shape, whatever type their route gives them."""


NOT_THERE = (404, 422, 503)
"""422: not even the shape of a name; 503: what the fake of the engine cannot do."""


@pytest.fixture(scope="module")
def site(pages_app: FastAPI, tmp_path_factory: pytest.TempPathFactory, sqlite_file: Path) -> Iterator[Site]:
    """Filled once: nothing here changes it."""
    path = tmp_path_factory.mktemp("hostile") / "wardbell.db"
    shutil.copy(sqlite_file, path)
    database = Database(f"sqlite:///{path}")
    database.run_now(fill)
    yield replace(pages_app.state.site, database=database, wallclock=lambda: BEGAN, door=FakeDoor())
    database.close()


@pytest.fixture(scope="module")
def console(site: Site) -> FastAPI:
    return make_pages(site)


@pytest.fixture(scope="module")
def people(console: FastAPI, site: Site) -> dict[Role, Browser]:
    """A browser of each role; the nurse is of the ward W5."""
    return {role: signed_in(console, site, role.value) for role in Role}


@pytest.fixture(scope="module")
def admin(people: dict[Role, Browser]) -> Browser:
    return people[Role.ADMIN]


@pytest.fixture(scope="module")
def seen(admin: Browser) -> dict[str, str]:
    """Address -> the text of every answer that the way through all links met, pages and parts and files."""
    return {}


@pytest.fixture(scope="module")
def places(admin: Browser, seen: dict[str, str]) -> list[Place]:
    def ask(address: str) -> tuple[int, str, str]:
        answer = admin.get(address)
        kind = answer.headers.get("content-type", "")
        if kind.startswith("text/html"):
            seen[address] = answer.text
        return answer.status_code, kind, answer.text if kind.startswith("text/html") else ""

    return list(found(ask))


def api_routes(console: FastAPI, method: str) -> list[APIRoute]:
    """The routes themselves, as the application has them."""
    return [one for one in flat(console.routes) if method in one.methods and not one.path.startswith("/static")]


def flat(found: object) -> Iterator[APIRoute]:
    """Routes and those within routers that were taken in."""
    for one in found:  # type: ignore[attr-defined]
        if isinstance(one, APIRoute):
            yield one
        elif hasattr(one, "original_router"):
            yield from flat(one.original_router.routes)
        elif hasattr(one, "routes"):
            yield from flat(one.routes)


def asked_for(dependant: Dependant) -> set[str]:
    """What may stand behind the question mark."""
    names = {one.alias for one in dependant.query_params}
    return names.union(*(asked_for(one) for one in dependant.dependencies))


def with_names(path: str, value: str) -> str:
    """A route's path with `value` for each name in it."""
    while "{" in path:
        before, _, rest = path.partition("{")
        path = before + value + rest.partition("}")[2]
    return path


def test_the_routes_are_all_here(console: FastAPI) -> None:
    assert {one.path for one in api_routes(console, "GET")} >= set(routes())


def test_whoever_calls_himself_a_script_is_text_on_every_page(places: list[Place], seen: dict[str, str]) -> None:
    shown = ""
    for address, page in seen.items():
        parsed = Parsed(page)
        assert parsed.dangers == [], address
        shown += parsed.text
    assert len(places) < 5 or SCRIPT in shown, "the attack is on no page: this test tries nothing"


def test_a_file_for_excel_holds_no_formula(console: FastAPI, admin: Browser) -> None:
    for route in api_routes(console, "GET"):
        if "{" in route.path:
            continue
        for query in ("", "?form=csv", "?form=xlsx", "?format=csv", "?format=xlsx"):
            answer = admin.get(route.path + query)
            kind = answer.headers.get("content-type", "")
            if kind.startswith("text/csv"):
                rows = csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline=""))
                assert not [cell for row in rows for cell in row if cell[:1] in ("=", "@", "\t", "\r")], route.path
            elif "spreadsheetml" in kind:
                book = openpyxl.load_workbook(io.BytesIO(answer.content))
                formulas = [cell.value for row in book.active for cell in row if cell.data_type == "f"]
                assert formulas == [], route.path


@pytest.mark.parametrize("name", OUT_OF_THE_HOUSE)
def test_no_way_leads_out_of_a_folder(name: str, console: FastAPI, admin: Browser) -> None:
    for route in api_routes(console, "GET"):
        if "{" in route.path:
            answer = admin.get(with_names(route.path, name))
            assert answer.status_code in NOT_THERE, (route.path, name, answer.status_code)
            assert "root:" not in answer.text
            assert b"SQLite format" not in answer.content


def test_what_is_not_there_is_told_in_the_same_words_whatever_was_asked(console: FastAPI, admin: Browser) -> None:
    bodies: dict[str, str] = {}
    for route in api_routes(console, "GET"):
        for name in UNKNOWN if "{" in route.path else ():
            answer = admin.get(with_names(route.path, name))
            assert answer.status_code in NOT_THERE, (route.path, name, answer.status_code)
            if answer.status_code == 404:
                bodies.setdefault(answer.text, f"{route.path} {name}")
    assert len(bodies) <= 1, bodies.values()


def test_what_is_not_his_is_as_if_it_were_not_there(people: dict[Role, Browser], places: list[Place]) -> None:
    """Found by somebody who may see all, asked for by those whose right reaches less far."""
    nothing = people[Role.NURSE].get("/nowhere").text
    for place in places:
        for role, browser in people.items():
            if place.right is None or place.right not in MAY[role]:
                continue
            answer = browser.get(place.address)
            assert answer.status_code in (200, 303, 404), (role, place)
            if answer.status_code == 404:
                assert answer.text == nothing
    nurse = people[Role.NURSE]
    for place in places:
        if place.right is Right.NOTICES and nurse.get(place.address).status_code == 200:
            assert OTHER_WARD not in Parsed(nurse.get(place.address).text).text, place


@pytest.mark.parametrize("value", NONSENSE, ids=lambda value: repr(value[:20]))
def test_a_value_without_sense_never_breaks_a_page(value: str, console: FastAPI, admin: Browser) -> None:
    for route in api_routes(console, "GET"):
        path = with_names(route.path, "1")
        for parameter in asked_for(route.dependant):
            answer = admin.get(path, params={parameter: value})
            assert answer.status_code in (200, 303, 404, 422, 503), (route.path, parameter, answer.status_code)
            if answer.headers.get("content-type", "").startswith("text/html"):
                assert Parsed(answer.text).dangers == [], (route.path, parameter)


def test_an_order_or_a_place_in_a_list_that_there_is_not_is_422(console: FastAPI, admin: Browser) -> None:
    for route in api_routes(console, "GET"):
        for parameter in asked_for(route.dependant):
            if parameter in STRICT and "{" not in route.path:
                answer = admin.get(route.path, params={parameter: "'; DROP TABLE calls --"})
                assert answer.status_code == 422, (route.path, parameter)


@pytest.mark.parametrize("headers", [{"Origin": "https://elsewhere.example"}, {"Sec-Fetch-Site": "cross-site"}, {}])
def test_a_form_that_stands_elsewhere_changes_nothing(
    headers: dict[str, str], console: FastAPI, admin: Browser
) -> None:
    for route in api_routes(console, "POST"):
        answer = admin.post(with_names(route.path, "1"), data={"csrf": admin.csrf}, headers=headers)
        assert answer.status_code == 403, route.path


def test_a_change_wants_the_right_of_its_route(console: FastAPI, people: dict[Role, Browser]) -> None:
    wanted = {one.path: one.right for page in PAGES for one in page.routes if "POST" in one.methods}
    for path, right in wanted.items():
        for role, browser in people.items():
            if right is not None and right not in MAY[role]:
                assert browser.submit(with_names(path, "1")).status_code == 403, (role, path)


def test_a_session_that_was_stolen_is_dead_after_log_out(console: FastAPI, site: Site, places: list[Place]) -> None:
    if "/logout" not in {one.path for one in api_routes(console, "POST")}:
        pytest.skip("nobody can log out yet")
    owner, thief = signed_in(console, site, "admin", name="owner"), Browser(console, site)
    thief.cookies.set(session_cookie(site), str(owner.cookies.get(session_cookie(site))))
    first = next(one for one in places if one.right is not None)
    assert thief.get(first.address).status_code in (200, 303)
    assert not thief.get(first.address).headers.get("location", "").startswith("/login")
    owner.submit("/logout")
    for place in places:
        if place.right is not None:
            answer = thief.get(place.address)
            assert answer.headers.get("location", "").startswith("/login"), place
