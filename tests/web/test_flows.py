"""IT edits a flow in the browser: mistakes as it is typed, the click that puts them right, the call in the page,
publishing with a reason, and the way back."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from accounts.audit import AuditQuery, find
from editions import drafts, store
from editions.sound import Sound
from prompts.catalog import Catalog
from prompts.errors import StudioError
from tests.editions.conftest import MAIN, bundle
from tests.web.browser import ADDRESS, Browser
from tests.web.flow_site import with_flows
from web.site import Site

SignIn = Callable[..., Browser]
BROKEN = MAIN.replace("then: over", "then: ovr")


@pytest.fixture
def site(site: Site, tmp_path: Path) -> Site:
    """The console of a small hospital with flows."""
    return with_flows(site, bundle(), tmp_path)


@pytest.fixture
def it(sign_in: SignIn) -> Browser:
    """Somebody of IT."""
    return sign_in("it", name="chen")


def types(browser: Browser, text: str, version: int = 0, file: str = "main.yaml") -> Any:
    body = {"file": file, "text": text, "base": 1, "version": version}
    return browser.post("/flows/draft", json=body, headers={"Origin": ADDRESS, "X-CSRF-Token": browser.csrf})


def checks(browser: Browser) -> list[dict[str, Any]]:
    answer = browser.post("/flows/check", json={}, headers={"Origin": ADDRESS, "X-CSRF-Token": browser.csrf})
    found: list[dict[str, Any]] = answer.json()["mistakes"]
    return found


def published(browser: Browser, answer: Any) -> str:
    """The page at the end of publishing."""
    assert answer.status_code == 303, answer.text
    for _ in range(3000):
        page = browser.get(answer.headers["location"]).text
        if "hx-trigger" not in page:
            return page
        time.sleep(0.01)
    raise AssertionError("it never ended")


def test_the_list_shows_what_is_live_and_who_works_on_what(it: Browser, sign_in: SignIn) -> None:
    types(sign_in("admin", name="li"), MAIN.replace("Main", "Other"))
    types(it, MAIN.replace("Main", "Mine"))
    page = it.get("/flows").text
    assert "changed by you" in page
    assert "li (" in page
    assert "1 file differs" in page


def test_a_mistake_comes_as_one_types_with_the_click_that_puts_it_right(it: Browser) -> None:
    assert types(it, BROKEN).json()["version"] == 1
    (told,) = checks(it)
    assert (told["file"], told["line"], told["code"]) == ("main.yaml", 4, "E204")
    line = BROKEN.split("\n")[3]
    fix = told["fix"]
    mended = line[: fix["col"] - 1] + fix["put"] + line[fix["end"] - 1 :]
    assert types(it, BROKEN.replace(line, mended), 1).status_code == 200
    assert checks(it) == []


def test_the_next_day_the_draft_is_in_the_editor(it: Browser) -> None:
    types(it, MAIN.replace("Main", "Night"))
    page = it.get("/flows/file/main.yaml").text
    assert "title: Night" in page
    assert "your draft" in page


def test_a_second_window_is_told_and_gets_the_other_text(it: Browser) -> None:
    types(it, MAIN.replace("Main", "One"))
    late = types(it, MAIN.replace("Main", "Two"))
    assert late.status_code == 409
    assert late.json() == {"text": MAIN.replace("Main", "One"), "version": 1}


def test_two_editors_of_one_file_are_told_of_each_other(it: Browser, sign_in: SignIn) -> None:
    li = sign_in("admin", name="li")
    types(it, MAIN + "# a\n")
    assert [one["who"] for one in types(li, MAIN + "# b\n").json()["others"]] == ["chen"]
    assert "chen (" in li.get("/flows/file/main.yaml").text


def test_without_scripts_the_text_is_kept_by_a_form(it: Browser) -> None:
    text = MAIN.replace("\n", "\r\n")
    answer = it.submit("/flows/save", file="main.yaml", text=text.replace("Main", "Night"), base="1", version="0")
    assert answer.status_code == 303
    assert "title: Night" in it.get("/flows/file/main.yaml").text


def test_what_fits_is_offered(it: Browser) -> None:
    body = {"file": "main.yaml", "text": "title: x\nst", "line": 2, "col": 3}
    answer = it.post("/flows/complete", json=body, headers={"Origin": ADDRESS, "X-CSRF-Token": it.csrf})
    assert {"start", "steps"} <= {one["word"] for one in answer.json()["offers"]}


def test_the_call_in_the_page_goes_on_key_by_key(it: Browser) -> None:
    types(it, MAIN.replace("main.welcome", "main.services"))
    assert "Call" in it.get("/flows/beside/try/main").text
    page = it.submit("/flows/try", name="main", language="en", at="2026-11-24T10:00").text
    assert "To register for a clinic" in page
    assert "Call again" in page


@pytest.mark.parametrize("deed", ["x", "1; 2", "<b>", "1" * 31])
def test_what_no_caller_can_do_is_refused(deed: str, it: Browser) -> None:
    assert it.submit("/flows/try", name="main", deed=deed).status_code == 422


def test_texts_picture_tests_and_changes_stand_beside_the_text(it: Browser) -> None:
    types(it, MAIN.replace("Main", "Night"))
    assert "Hello, and welcome to the hospital." in it.get("/flows/beside/texts/main").text
    assert it.get("/flows/beside/picture/main").status_code == 200
    assert "0 tests were run" in it.get("/flows/beside/tests?flow=main").text
    assert "+title: Night" in it.get("/flows/beside/changes/main.yaml").text


def test_publishing_wants_a_reason_and_is_noted(it: Browser, site: Site) -> None:
    types(it, MAIN.replace("Main", "Night"))
    assert "+title: Night" in it.get("/flows/publish").text
    assert "reason is missing" in published(it, it.submit("/flows/publish", why=" "))
    assert "Edition 2 is published" in published(it, it.submit("/flows/publish", why="the night desk"))
    assert "the night desk" in it.get("/flows/history").text
    assert site.database.run_now(drafts.heads) == []
    noted = site.database.run_now(find, AuditQuery(noun="edition"))
    assert [(row.who, row.action, row.key) for row in noted] == [("chen", "publish", "2")]


def test_who_is_in_a_hurry_does_not_wait_for_the_sound(it: Browser, site: Site) -> None:
    def broken_voice(texts: Catalog, missing: bool) -> Sound:
        raise StudioError("no voice speaks")

    assert site.flows is not None
    site.flows.press = replace(site.flows.press, render=broken_voice)
    types(it, MAIN.replace("Main", "Night"))
    assert "could not be made" in published(it, it.submit("/flows/publish", why="night"))
    assert "Edition 2 is published" in published(it, it.submit("/flows/publish", why="night", silent="true"))


def test_what_has_mistakes_is_not_published(it: Browser, site: Site) -> None:
    types(it, BROKEN)
    assert "1 mistake keeps this" in it.get("/flows/publish").text
    assert "Nothing was published" in published(it, it.submit("/flows/publish", why="in a hurry"))
    live = site.database.run_now(store.newest)
    assert live is not None
    assert live.number == 1


def test_a_colleagues_work_is_taken_back_only_by_who_has_seen_it(it: Browser, sign_in: SignIn, site: Site) -> None:
    li = sign_in("admin", name="li")
    types(it, MAIN.replace("Main", "Mine"))
    types(li, MAIN.replace("Main", "Theirs"))
    published(li, li.submit("/flows/publish", why="first"))
    assert "published by somebody else" in it.get("/flows").text
    assert "Somebody else has published" in published(it, it.submit("/flows/publish", why="mine"))
    assert "Edition 3 is published" in published(it, it.submit("/flows/publish", why="mine", over="true"))


def test_an_edition_is_taken_back_under_a_new_number(it: Browser, site: Site) -> None:
    types(it, MAIN.replace("Main", "Night"))
    published(it, it.submit("/flows/publish", why="night"))
    assert "+title: Night" in it.get("/flows/edition/2").text
    assert "Edition 3 is published" in published(it, it.submit("/flows/roll-back", number="1", why="too early"))
    assert site.database.run_now(find, AuditQuery(noun="edition"))[0].action == "roll back"


def test_files_on_disk_that_differ_are_told(it: Browser, tmp_path: Path) -> None:
    (tmp_path / "flows" / "main.yaml").write_text(MAIN.replace("Main", "On disk"))
    page = it.get("/flows").text
    assert "main.yaml (changed" in page
    assert "wardbell flows fetch 1" in page


def test_a_new_file_is_a_draft_until_it_is_published(it: Browser, site: Site) -> None:
    assert it.submit("/flows/new", name="night").headers["location"] == "/flows/file/night.yaml"
    assert "title: night" in it.get("/flows/file/night.yaml").text
    it.submit("/flows/throw-away", file="night.yaml")
    assert it.get("/flows/file/night.yaml").status_code == 404


def test_a_file_is_removed_with_the_next_edition(it: Browser) -> None:
    it.submit("/flows/remove", file="numbers.yaml")
    assert "to be removed" in it.get("/flows").text
    assert {one["code"] for one in checks(it)} >= {"E112"}


@pytest.mark.parametrize("name", ["../main", "a b", "main.yml", "A", "x/y", "texts/../x"])
def test_a_name_that_no_file_can_have_is_refused(name: str, it: Browser) -> None:
    assert it.submit("/flows/new", name=name).status_code == 422


@pytest.mark.parametrize(
    "path",
    [
        "/flows/file/none.yaml",
        "/flows/file/../../etc/passwd",
        "/flows/file/%2e%2e%2fmain.yaml",
        "/flows/edition/99",
        "/flows/publishing/none",
        "/flows/beside/changes/none.yaml",
        "/flows/said/../../main.wav",
        f"/flows/said/{'0' * 64}.wav",
    ],
)
def test_what_is_not_there_is_not_found(path: str, it: Browser) -> None:
    assert it.get(path).status_code == 404


def test_somebody_elses_publication_is_nobodys_business(it: Browser, sign_in: SignIn) -> None:
    types(it, MAIN.replace("Main", "Night"))
    answer = it.submit("/flows/publish", why="night")
    published(it, answer)
    assert sign_in("admin", name="li").get(answer.headers["location"]).status_code == 404


def test_a_script_in_a_title_stays_text_everywhere(it: Browser) -> None:
    types(it, MAIN.replace("title: Main", "title: '<script>alert(1)</script>'"))
    for path in ("/flows", "/flows/file/main.yaml", "/flows/beside/picture/main", "/flows/publish",
                 "/flows/beside/changes/main.yaml"):  # fmt: skip
        assert "<script>alert" not in it.get(path).text


def test_the_desk_sees_and_tries_but_changes_nothing(sign_in: SignIn) -> None:
    desk = sign_in("operator")
    assert "readonly" in desk.get("/flows/file/main.yaml").text
    assert desk.submit("/flows/try", name="main").status_code == 200
    assert types(desk, MAIN).status_code == 403
    for path in ("/flows/publish", "/flows/roll-back", "/flows/new", "/flows/remove", "/flows/throw-away"):
        assert desk.submit(path, number="1", file="main.yaml", name="x").status_code == 403


def test_where_no_flows_are_worked_on_the_page_says_so(console: FastAPI, sign_in: SignIn, site: Site) -> None:
    console.state.site = replace(site, flows=None)
    assert sign_in("it").get("/flows").status_code == 503
