"""The page *Now* as people of several roles see it, and what they may do there."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from fastapi import FastAPI
from sqlalchemy.orm import Session

from accounts.audit import AuditQuery, find
from db.database import Database
from db.tables.calls import CallEventRow, CallRow
from db.tables.notices import EventRow, NoticeRow
from editions import engines
from editions.engines import EngineRecord
from ivr.in_progress.call_now import CallNow
from ivr.in_progress.hang_ups import Wanted, take
from ivr.in_progress.line_now import LineNow, TrunkNow, WorkerNow
from ivr.in_progress.stage import Stage
from tests.web.browser import Browser
from tests.web.conftest import BEGAN, Wall
from web.door import FakeDoor
from web.live.engine import EngineNow
from web.live.standing import standing
from web.live.watchers import Watchers
from web.site import Site

SignIn = Callable[..., Browser]
SCRIPT = "<script>alert(1)</script>"
CALL = CallNow(
    "c" * 32, "in", "1000", "13800000001", Stage.MENU, BEGAN, BEGAN, BEGAN, "main", "Main menu", "services", "menu",
    "预约挂号按1", "zh", "", "", "", 7, "worker 0", 5,
)  # fmt: skip


@pytest.fixture
def site(site: Site, door: FakeDoor, wall: Wall) -> Iterator[Site]:
    watchers = Watchers(door.engine, lambda: site.database.run_now(standing, wall(), "test"), wall, "boot")
    yield replace(site, watchers=watchers)
    watchers.close()


def alert(database: Database, ward: str, state: str = "failed", bed: str = "12") -> None:
    def write(session: Session) -> None:
        session.add(EventRow(id=int(bed), key=bed, kind="admission", source="", received_at=BEGAN, facts={}))
        session.add(
            NoticeRow(
                event_id=int(bed), kind="urgent_admission", priority=0, addressee=ward, language="zh",
                variables={"bed": bed, "ward": {"code": ward, "name": {"zh": "三病区", "en": f"ward {ward}"}}},
                state=state, created_at=BEGAN, due_at=BEGAN, expires_at=BEGAN + timedelta(hours=1), attempts=3,
            )
        )  # fmt: skip

    database.run_now(write)


def in_table(database: Database, call_id: str, *events: tuple[str, dict[str, object]], engine: str = "other") -> None:
    def write(session: Session) -> None:
        session.add(
            CallRow(
                id=call_id, engine=engine, direction="in", dialled="1000", caller="13800000009", flow="main",
                language="zh", edition=7, began_at=BEGAN,
            )
        )  # fmt: skip
        session.flush()
        for number, (kind, detail) in enumerate(events, 1):
            session.add(CallEventRow(call_id=call_id, number=number, at=BEGAN, kind=kind, detail=detail))

    database.run_now(write)


def test_the_page_shows_calls_lines_and_alerts_without_a_script(
    sign_in: SignIn, site: Site, door: FakeDoor, wall: Wall
) -> None:
    workers = (WorkerNow("worker 0", "ready", 4, 1),)
    door.engine.standing = EngineNow("test", 7, LineNow(4, 1, workers, TrunkNow(failed_at=BEGAN, sip_code=503)), 2)
    door.engine.goes_on(replace(CALL, stage=Stage.TALKING, company="desk", party="8000"))
    alert(site.database, "W3")
    wall.pass_by(seconds=75)
    page = sign_in("operator").get("/now").text
    for shown in ("13800000001", "talking", "the desk 8000", "Main menu", "services", "1:15", "worker 0: 1 / 4",
                  "ward W3", "nobody confirmed", "does not answer", "(503)", "bed 12"):  # fmt: skip
        assert shown in page, shown


def test_a_nurse_and_a_doctor_have_no_such_page(sign_in: SignIn) -> None:
    assert sign_in("nurse").get("/now").status_code == 403
    assert sign_in("doctor").get("/now").status_code == 403


def test_a_clerk_sees_no_alerts_and_no_steps(sign_in: SignIn, site: Site, door: FakeDoor) -> None:
    door.engine.goes_on(CALL)
    alert(site.database, "W3")
    clerk = sign_in("clerk")
    page = clerk.get("/now").text
    assert "ward W3" not in page
    assert f"/now/calls/{CALL.call_id}" not in page
    assert clerk.get(f"/now/calls/{CALL.call_id}").status_code == 403


def test_what_people_call_themselves_stays_text(sign_in: SignIn, site: Site, door: FakeDoor) -> None:
    door.engine.goes_on(replace(CALL, caller=SCRIPT, title=SCRIPT, words=SCRIPT, party=SCRIPT, step=SCRIPT))
    in_table(site.database, CALL.call_id, ("keys", {"keys": SCRIPT}), ("step", {"flow": SCRIPT, "step": SCRIPT}))
    alert(site.database, SCRIPT)
    operator = sign_in("operator")
    for page in ("/now", f"/now/calls/{CALL.call_id}"):
        text = operator.get(page).text
        assert "alert(1)" in text
        assert SCRIPT not in text


@pytest.mark.parametrize("language", ["zh", "en", "ru", "pl"])
def test_the_words_for_the_browser_come_in_its_language(sign_in: SignIn, language: str) -> None:
    page = sign_in("admin").get("/now", headers={"Accept-Language": language}).text
    [words] = re.findall(r'data-words="([^"]*)"', page)
    told = json.loads(words.replace("&#34;", '"').replace("&#39;", "'").replace("&amp;", "&"))
    assert set(told["stages"]) == {stage.value for stage in Stage}
    assert (told["stages"]["talking"] == "talking") is (language == "en")


def test_the_steps_of_a_call_are_shown_and_asked_for_again_as_a_part(
    sign_in: SignIn, site: Site, door: FakeDoor
) -> None:
    door.engine.goes_on(CALL)
    in_table(site.database, CALL.call_id, ("step", {"flow": "main", "step": "services"}), ("keys", {"keys": "****"}))
    operator = sign_in("operator")
    page = operator.get(f"/now/calls/{CALL.call_id}").text
    assert "main › services" in page
    assert "****" in page
    assert "Hang up this call" in page
    part = operator.get(f"/now/calls/{CALL.call_id}", headers={"HX-Request": "true"}).text
    assert part.startswith("<section")
    assert "main › services" in part
    assert "Hang up this call" not in part


def test_a_call_that_has_just_begun_has_no_steps_yet(sign_in: SignIn, door: FakeDoor) -> None:
    door.engine.goes_on(CALL)
    assert sign_in("operator").get(f"/now/calls/{CALL.call_id}").status_code == 200


def test_a_call_of_another_engine_can_be_seen_but_not_hung_up(sign_in: SignIn, site: Site) -> None:
    in_table(site.database, "d" * 32)
    operator = sign_in("operator")
    assert "goes on in another engine" in operator.get(f"/now/calls/{'d' * 32}").text
    assert operator.submit(f"/now/calls/{'d' * 32}/hang-up", reason="why not").status_code == 409


def test_calls_of_an_engine_beside_are_seen_and_hung_up_through_the_database(
    sign_in: SignIn, site: Site, wall: Wall
) -> None:
    """The engine `other` runs on the same database: its calls stand among ours, with its name."""
    site.database.run_now(engines.say, EngineRecord("other", 7, "x", BEGAN))
    site.database.run_now(engines.say, EngineRecord("test", 7, "x", BEGAN))
    in_table(site.database, "d" * 32, ("step", {"flow": "main", "step": "services"}), ("keys", {"keys": "1"}))
    operator = sign_in("operator")
    page = operator.get("/now").text
    for shown in ("13800000009", "services", f'href="/now/calls/{"d" * 32}"'):
        assert shown in page, shown
    assert '<small data-f="engine" translate="no">other</small>' in page
    assert "Another engine has this call" in operator.get(f"/now/calls/{'d' * 32}").text
    assert operator.submit(f"/now/calls/{'d' * 32}/hang-up", reason="").status_code == 422
    answer = operator.submit(f"/now/calls/{'d' * 32}/hang-up", reason="stuck")
    assert (answer.status_code, answer.headers["location"]) == (303, "/now")
    [row] = site.database.run_now(find, AuditQuery(action="hang_up"))
    assert (row.who, row.key, row.reason, row.details["engine"]) == ("operator", "d" * 32, "stuck", "other")
    assert site.database.run_now(take, "test", BEGAN) == []
    assert site.database.run_now(take, "other", BEGAN) == [Wanted("d" * 32, "operator", "stuck")]
    assert site.database.run_now(take, "other", BEGAN) == []
    wall.pass_by(minutes=5)  # that engine has not been heard of since: what it left open is no call in progress
    assert "13800000009" not in operator.get("/now").text
    assert operator.submit(f"/now/calls/{'d' * 32}/hang-up", reason="stuck").status_code == 409


@pytest.mark.parametrize("unknown", ["0" * 32, "d", "%2e%2e", "'"])
def test_an_unknown_call_is_not_found(sign_in: SignIn, site: Site, unknown: str) -> None:
    in_table(site.database, "d" * 32)
    operator = sign_in("operator")
    assert operator.get(f"/now/calls/{unknown}").status_code == 404
    assert operator.submit(f"/now/calls/{unknown}/hang-up", reason="why not").status_code == 404


def test_a_call_is_hung_up_with_a_reason_which_the_audit_keeps(sign_in: SignIn, site: Site, door: FakeDoor) -> None:
    door.engine.goes_on(CALL)
    operator = sign_in("operator")
    assert operator.submit(f"/now/calls/{CALL.call_id}/hang-up", reason="  ").status_code == 422
    assert door.engine.hung_up == []
    answer = operator.submit(f"/now/calls/{CALL.call_id}/hang-up", reason="stuck for an hour")
    assert (answer.status_code, answer.headers["location"]) == (303, "/now")
    assert door.engine.hung_up == [(CALL.call_id, "operator", "stuck for an hour")]
    [row] = site.database.run_now(find, AuditQuery(action="hang_up"))
    assert (row.who, row.noun, row.key, row.reason) == ("operator", "call", CALL.call_id, "stuck for an hour")
    assert operator.submit(f"/now/calls/{CALL.call_id}/hang-up", reason="again").status_code == 404


@pytest.mark.parametrize("role", ["clerk", "nurse", "doctor", "auditor"])
def test_who_may_not_hang_up_does_not(role: str, sign_in: SignIn, door: FakeDoor) -> None:
    door.engine.goes_on(CALL)
    browser = sign_in(role)
    assert browser.submit(f"/now/calls/{CALL.call_id}/hang-up", reason="why not").status_code == 403
    assert "Hang up this call" not in browser.get(f"/now/calls/{CALL.call_id}").text
    assert door.engine.hung_up == []


def test_whether_one_may_listen_is_told_without_listening(sign_in: SignIn, stranger: Browser) -> None:
    assert sign_in("nurse").head("/live").status_code == 200
    assert stranger.head("/live", headers={"Accept": "text/event-stream"}).status_code == 401


def test_an_engine_that_does_not_answer_is_told(sign_in: SignIn, door: FakeDoor) -> None:
    door.engine.silent = True
    assert sign_in("operator").get("/now").status_code == 503


def test_without_watchers_there_is_no_feed(console: FastAPI, sign_in: SignIn, site: Site) -> None:
    nurse = sign_in("nurse")
    console.state.site = replace(site, watchers=None)
    assert nurse.get("/live").status_code == 503
