"""A telephone rings in a ward, a nurse acknowledges on the page, and it stops; IT sends a message again: real calls,
real pages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import pytest

from accounts.audit import Hand
from accounts.rights import Role
from accounts.users import add
from accounts.visits import open_session
from tests.e2e.conftest import House, Template, build
from tests.e2e.line import admission, eventually, quiet_port
from tests.e2e.small_hospital import STATION, WARD
from tests.e2e.test_alerts import attempts, notice

pytestmark = pytest.mark.slow


@pytest.fixture
def ward_line(template: Template, tmp_path: Path) -> Iterator[House]:
    """A line with its console."""
    made = build(template, tmp_path, web__port=quiet_port())
    try:
        yield made
    finally:
        made.close()


@contextmanager
def browser(house: House, role: Role, wards: Sequence[str] = ()) -> Iterator[httpx2.Client]:
    """The browser of somebody of that role, logged in."""
    database, now = house.hospital.parts.database, datetime.now(UTC)
    user = database.run_now(add, role.value, "", role, None, Hand("a test", now, "command"), wards=wards)
    token = database.run_now(open_session, user.id, now, "127.0.0.1", "a browser")
    address = f"http://127.0.0.1:{house.line.settings['web__port']}"
    headers = {"Accept-Language": "en", "Origin": address}
    with httpx2.Client(base_url=address, cookies={"wardbell": token}, headers=headers, timeout=20) as client:
        yield client


def submit(client: httpx2.Client, page: str, to: str, **form: str) -> httpx2.Response:
    """The form of a page, with the token that stands in it."""
    token = re.search(r'name="csrf" value="([^"]+)"', client.get(page).text)
    assert token is not None
    return client.post(to, data={"csrf": token[1], **form})


@pytest.fixture
def nurse(ward_line: House) -> Iterator[httpx2.Client]:
    """The browser of a nurse of the ward."""
    with browser(ward_line, Role.NURSE, [WARD]) as client:
        yield client


def test_a_nurse_acknowledges_on_the_page_and_the_telephone_stops_ringing_for_good(
    ward_line: House, nurse: httpx2.Client
) -> None:
    ward_line.exchange.expect("no_answer", number=STATION)
    ward_line.line.send(admission("ACK-1", WARD, bed="12"))
    ringing = ward_line.exchange.next_call(8)
    assert ringing.number == STATION
    number = notice(ward_line, "ACK-1")["id"]
    eventually(lambda: "is being called" in nurse.get(f"/notices/{number}").text, 5, "the page to say that it rings")
    here = f"/notices/{number}"
    answer = submit(nurse, here, f"{here}/acknowledge", by="王芳", reason="told in person")
    assert (answer.status_code, answer.headers["location"]) == (303, here)
    assert ringing.wait_ended(1.5).code == 487  # CANCEL, long before it would have stopped by itself
    assert notice(ward_line, "ACK-1")["state"] == "confirmed"
    eventually(lambda: attempts(ward_line, "ACK-1") == [(STATION, "taken_back", False)], 3, "the end of the call")
    ward_line.exchange.no_call(6)  # as long as all the waits of its first step
    shown = nurse.get(f"/notices/{number}").text
    assert "Acknowledged by 王芳" in shown
    assert "stopped by us" in shown


def test_a_refused_message_that_it_sends_again_goes_through_the_running_intake(ward_line: House) -> None:
    broken = admission("ACK-2", "").replace("PV1|", "PVX|")
    ward_line.line.send(broken)
    [kept] = ward_line.line.rows("SELECT id FROM hl7_messages WHERE control_id = ?", "ACK-2")
    here = f"/hl7/{kept['id']}"
    with browser(ward_line, Role.IT) as it:
        assert submit(it, here, f"{here}/again").headers["location"] == f"{here}?again={kept['id']}"
        assert "refused once more" in it.get(f"{here}?again={kept['id']}").text
    [kept] = ward_line.line.rows("SELECT times, again_by FROM hl7_messages WHERE id = ?", kept["id"])
    assert (kept["times"], kept["again_by"]) == (2, "it")
