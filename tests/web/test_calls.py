"""Calls in the console: found, shown as they went, heard, taken away; hostile words stay words."""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from fastapi import FastAPI
from twisted.internet.defer import ensureDeferred
from twisted.internet.task import Clock

from accounts.audit import AuditQuery, AuditRecord, find
from accounts.rights import MAY, Right, Role
from db.database import ImmediateTransactions
from ivr.call.book import CallBegun
from ivr.record import search
from ivr.record.legs import FIRST
from ivr.record.legs import Role as LegRole
from ivr.record.trace import CallBook, Trace
from ivr.recordings import rows
from ivr.recordings.rows import RecordingRecord
from ivr.switch.line import Cause, Ended
from tests.web.browser import Browser
from tests.web.conftest import Wall
from web.site import Site

SignIn = Callable[..., Browser]
HOSTILE = '<script>alert("x")</script>'
CALL, OUT, RECORDING = "a" * 32, "b" * 32, "c" * 32
SOUND = b"RIFF" + bytes(range(256)) * 8


class Past:
    """Writes calls as the line does."""

    def __init__(self, site: Site, wall: Wall) -> None:
        self.wall = wall
        self.book = CallBook(ImmediateTransactions(site.database), Clock(), wall, "engine-1")

    def begins(self, id: str, **of: str) -> Trace:
        facts = {"direction": "in", "dialled": "1000", "caller": "13900004711", "flow": "main", "language": "en"} | of
        return self.book.begin(CallBegun(id, **facts))

    def is_written(self) -> None:
        ensureDeferred(self.book.flush())


@pytest.fixture
def past(site: Site, wall: Wall) -> Past:
    return Past(site, wall)


@pytest.fixture
def handed_on(past: Past, wall: Wall) -> None:
    """A caller hears the menu, gives a PIN, is put through to the desk."""
    trace = past.begins(CALL, caller=HOSTILE)
    trace.answered()
    trace.event("step", flow="main", step="welcome")
    trace.event("prompt", prompts=[{"id": "main.welcome"}], heard=True)
    wall.pass_by(seconds=5)
    trace.event("keys", keys="****")
    trace.event("prompt", prompts=[{"id": HOSTILE}], heard=False)
    desk = trace.legs.begin(LegRole.DESK, "8000")
    trace.legs.waits(FIRST, desk)
    wall.pass_by(seconds=7)
    trace.legs.answered(desk)
    trace.legs.joined(FIRST, desk)
    wall.pass_by(seconds=60)
    trace.legs.ended(desk, "normal", 200, by=desk)
    trace.event("novel", detail=HOSTILE)
    trace.finished(Ended(Cause.NORMAL, 200), "end")
    wall.pass_by(hours=1)
    past.begins(OUT, direction="out", dialled="8301", caller="1000", flow="ward_admission").finished(
        Ended(Cause.NO_ANSWER, 480), "=1+1"
    )
    past.is_written()


@pytest.fixture
def recorded(site: Site, console: FastAPI, handed_on: None, tmp_path: Path) -> Site:
    """The caller left words."""
    with_folder = replace(site, callers_dir=tmp_path / "recordings")
    console.state.site = with_folder
    path = f"2026/11/{RECORDING}.wav"
    one = RecordingRecord(RECORDING, CALL, "", "complaints", "message", "zh", site.wallclock(), 0.0, path, "", "")
    site.database.run_now(rows.begin, one, "engine-1")
    site.database.run_now(rows.finish, RECORDING, 12.0, "key", "#", site.wallclock())
    file = tmp_path / "recordings" / path
    file.parent.mkdir(parents=True)
    file.write_bytes(SOUND)
    return with_folder


def audit(site: Site, action: str) -> list[AuditRecord]:
    return site.database.run_now(find, AuditQuery(action=action))


def test_a_call_is_found_by_its_last_digits_and_the_address_can_be_copied(
    sign_in: SignIn, past: Past, handed_on: None
) -> None:
    past.begins("d" * 32)
    past.is_written()
    operator = sign_in("operator")
    filled = {"number": "4711", "since": "", "until": "", "direction": "in", "flow": "", "recorded": ""}
    answer = operator.get("/calls", params=filled)
    assert (answer.status_code, answer.headers["location"]) == (303, "/calls?number=4711&direction=in")
    page = operator.get("/calls?number=4711&direction=in").text
    assert re.findall(r'href="/calls/([0-9a-f]{32})"', page) == ["d" * 32]
    assert 'value="4711"' in page
    assert "ringing" in page
    assert "No such call." in operator.get("/calls?number=4712").text


def test_pages_lead_on_and_back_and_a_bounded_search_says_how_far_it_came(
    sign_in: SignIn, past: Past, wall: Wall, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(110):
        wall.pass_by(seconds=1)
        past.begins(f"{number:032x}", direction="out" if number < 2 else "in")
    past.is_written()
    operator = sign_in("operator")

    def shown(page: str) -> list[int]:
        return [int(id, 16) for id in re.findall(r'href="/calls/([0-9a-f]{32})"', page)]

    def follows(page: str, rel: str) -> str:
        link = re.search(rf'rel="{rel}" href="([^"]+)"', page)
        assert link is not None
        return operator.get(html.unescape(link[1])).text

    first = operator.get("/calls").text
    second = follows(first, "next")
    third = follows(second, "next")
    assert [*shown(first), *shown(second), *shown(third)] == list(range(109, -1, -1))
    assert 'rel="next"' not in third
    assert 'rel="prev"' not in first
    assert shown(follows(third, "prev")) == shown(second)
    monkeypatch.setattr(search, "A_LOOK", 20)
    monkeypatch.setattr(search, "MOST", 60)
    monkeypatch.setattr(search, "PAGE", 5)
    bounded = operator.get("/calls?direction=out").text
    assert "The search went through the calls back to" in bounded
    link = re.search(r'href="([^"]+)">Search on, further back', bounded)
    assert link is not None
    assert shown(operator.get(html.unescape(link[1])).text) == [1, 0]


WRONG = (
    "sort=began_at;DROP TABLE calls",
    "direction=sideways",
    "since=yesterday",
    "until=2026-99-01",
    "shortest=much",
    "longest=nan",
    "shortest=-1",
    "recorded=1",
    "at=nonsense",
    "number=%00",
    "number=a&number=b",
    "flow=" + "x" * 200,
)


@pytest.mark.parametrize("path", ["/calls", "/calls/file"])
def test_what_has_no_sense_is_422(sign_in: SignIn, path: str) -> None:
    operator = sign_in("operator")
    for wrong in WRONG:
        assert operator.get(f"{path}?{wrong}{'&form=csv' if path.endswith('file') else ''}").status_code == 422, wrong
    assert operator.get("/calls/file?form=exe").status_code == 422


def test_one_call_is_drawn_and_told_step_by_step(sign_in: SignIn, handed_on: None) -> None:
    page = sign_in("operator").get(f"/calls/{CALL}").text
    assert page.count("<rect") == 7  # both legs: ringing and there; waits; talks, on either row
    assert "Desk 8000" in page
    assert "****" in page
    assert '<q lang="en">Hello' in page or "Welcome" in page or "welcome" in page
    assert "heard to the end" in page
    assert "novel" in page  # a kind that the page does not know is shown as it is
    for told in ("1:12", "0:07", "1:00"):
        assert told in page
    assert f'data-copy="/calls/{CALL}"' in page


def test_a_script_for_a_number_stays_text(sign_in: SignIn, handed_on: None) -> None:
    operator = sign_in("operator")
    for path in (f"/calls/{CALL}", "/calls", "/calls?flow=%3Cscript%3Ealert(1)%3C/script%3E"):
        page = operator.get(path).text
        assert "<script>alert" not in page
        assert "&lt;script&gt;" in page
    assert 'style="' not in operator.get(f"/calls/{CALL}").text


@pytest.mark.parametrize("id", ["a", "A" * 32, "f" * 32, "..%2f..%2fetc%2fpasswd", "%00", "a" * 32 + "%20", "%", "'"])
def test_what_is_not_there_is_404_and_always_the_same(sign_in: SignIn, recorded: Site, id: str) -> None:
    operator = sign_in("operator")
    nothing = operator.get("/calls/" + "e" * 32)
    for path in (f"/calls/{id}", f"/calls/recordings/{id}", f"/messages/{id}/sound"):
        answer = operator.get(path)
        assert (answer.status_code, answer.text) == (404, nothing.text), path


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_search_is_taken_away_as_a_file_that_excel_opens_harmlessly(
    sign_in: SignIn, site: Site, handed_on: None, form: str
) -> None:
    answer = sign_in("operator").get(f"/calls/file?direction=out&form={form}")
    assert answer.status_code == 200
    assert f".{form}" in answer.headers["content-disposition"]
    if form == "csv":
        lines = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
        assert (lines[0][0], len(lines), lines[1][4], lines[1][10]) == ("Call", 2, "8301", "'=1+1")
    else:
        line = list(openpyxl.load_workbook(io.BytesIO(answer.content)).active.values)[1]
        assert (line[0], line[4], line[10]) == (OUT, "8301", "=1+1")
    [noted] = audit(site, "export")
    assert (noted.noun, noted.who, noted.details) == ("calls", "operator", {"direction": "out"})


@pytest.mark.parametrize("role", Role)
def test_who_may_see_and_hear_calls(sign_in: SignIn, recorded: Site, role: Role) -> None:
    browser = sign_in(role.value)
    for path, right in (
        (f"/calls/{CALL}", Right.CALLS),
        (f"/calls/recordings/{RECORDING}", Right.LISTEN),
        (f"/messages/{RECORDING}/sound", Right.MESSAGES),
        ("/messages", Right.MESSAGES),
    ):
        assert browser.get(path).status_code == (200 if right in MAY[role] else 403), path


def test_a_recording_is_heard_from_any_second_and_each_hearing_is_noted(
    sign_in: SignIn, recorded: Site, wall: Wall
) -> None:
    operator, path = sign_in("operator"), f"/calls/recordings/{RECORDING}"
    assert f'src="{path}"' in operator.get(f"/calls/{CALL}").text
    assert audit(recorded, "listen") == []  # to see that there is one is no hearing
    whole = operator.get(path)
    assert (whole.status_code, whole.headers["content-type"], whole.content) == (200, "audio/wav", SOUND)
    assert whole.headers["accept-ranges"] == "bytes"
    part = operator.get(path, headers={"Range": "bytes=100-199"})
    assert (part.status_code, part.content) == (206, SOUND[100:200])
    assert part.headers["content-range"] == f"bytes 100-199/{len(SOUND)}"
    assert operator.get(path, headers={"Range": "bytes=-10"}).content == SOUND[-10:]
    assert operator.get(path, headers={"Range": "bytes=999999-"}).status_code == 416
    fresh = {"Range": "bytes=0-9", "If-Range": whole.headers["etag"]}
    assert operator.get(path, headers=fresh).status_code == 206
    assert operator.get(path, headers={**fresh, "If-Range": '"another"'}).status_code == 200
    head = operator.head(path)
    assert (head.status_code, head.headers["content-length"], head.content) == (200, str(len(SOUND)), b"")
    [noted] = audit(recorded, "listen")  # to seek in it is the same hearing
    assert (noted.who, noted.noun, noted.key, noted.details) == ("operator", "recording", RECORDING, {"call": CALL})
    wall.pass_by(minutes=11)
    operator.get(path, headers={"Range": "bytes=100-199"})
    assert len(audit(recorded, "listen")) == 2


def test_no_row_leads_out_of_the_folder_of_recordings(sign_in: SignIn, recorded: Site, tmp_path: Path) -> None:
    (tmp_path / "secret.wav").write_bytes(b"secret")
    (tmp_path / "recordings" / "link.wav").symlink_to(tmp_path / "secret.wav")
    operator = sign_in("operator")
    for number, path in enumerate(("../secret.wav", str(tmp_path / "secret.wav"), "link.wav", "2026", "")):
        id = f"{number}" * 32
        one = RecordingRecord(id, CALL, "", "f", "s", "zh", recorded.wallclock(), 0.0, path, "", "")
        recorded.database.run_now(rows.begin, one, "engine-1")
        recorded.database.run_now(rows.finish, id, 1.0, "key", "#", recorded.wallclock())
        assert operator.get(f"/calls/recordings/{id}").status_code == 404
    assert operator.get(f"/calls/{CALL}").status_code == 200


def test_a_call_that_goes_on_is_drawn_up_to_now(sign_in: SignIn, past: Past, wall: Wall) -> None:
    past.begins(CALL).answered()
    past.is_written()
    wall.pass_by(minutes=3)
    page = sign_in("it").get(f"/calls/{CALL}").text
    assert "talking" in page
    assert page.count("<rect") == 2
