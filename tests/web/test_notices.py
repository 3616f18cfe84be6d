"""Notices, wards and HL7 messages on their pages: what a nurse, an operator and IT see there and do there."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from accounts import audit
from accounts.audit import AuditQuery
from accounts.rights import MAY, Right, Role
from hospital.wards import wards
from tests.notify.story import BUSY, NO_ANSWER, NOON, SHIPPED, STATION, WARD, Story, adt, result_of
from tests.notify.test_taken_back import W5
from tests.web.browser import Browser
from tests.web.conftest import Wall
from web.door import FakeDoor
from web.site import Site

SignIn = Callable[..., Browser]

SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
def story(site: Site, door: FakeDoor, wall: Wall, monkeypatch: pytest.MonkeyPatch) -> Story:
    """Two wards, W3 and W5, and an engine whose telephone answers as told; the pages live at its hour."""
    site.database.run_now(wards.store, W5)
    story = Story(site.database)
    door.rules = SHIPPED
    door.answers = lambda raw: result_of(story.intake.receive(raw, "10.0.0.9"))
    monkeypatch.setattr(door, "look_for_notices", story.outbox.poke, raising=False)
    monkeypatch.setattr(Wall, "__call__", lambda _: story.now())
    return story


def failed(story: Story) -> None:
    """An admission that reached nobody."""
    for number in ("8101", "8102", "8103"):
        story.caller.answers(number, NO_ANSWER)
    story.receive(adt())
    story.wait(720, step=30)


# Notices


def test_a_nurse_acknowledges_on_the_page_and_the_ringing_stops(story: Story, sign_in: SignIn) -> None:
    story.receive(adt())
    nurse = sign_in("nurse", wards=("W3",))
    page = nurse.get("/notices").text
    assert "is being called" in page
    assert f"{STATION} " in page
    answer = nurse.submit("/notices/1/acknowledge", by="王芳", reason="told in person")
    assert (answer.status_code, answer.headers["location"]) == (303, "/notices/1")
    assert story.caller.cancelled == story.caller.orders
    shown = nurse.get("/notices/1").text
    assert "Acknowledged by 王芳" in shown
    assert "told in person" in shown
    assert "stopped by us" in shown
    assert "/notices/1/acknowledge" not in shown
    [noted] = story.read(lambda session: audit.find(session, AuditQuery(noun="notice")))
    assert (noted.who, noted.action, noted.key, noted.details["by"]) == ("nurse", "acknowledge", "1", "王芳")


def test_what_nobody_knows_of_is_red_with_the_time_until_somebody_does(story: Story, sign_in: SignIn) -> None:
    failed(story)
    operator = sign_in("operator")
    page = operator.get("/notices").text
    assert "1 notice that nobody knows of" in page
    assert "unconfirmed since 2026-03-02 20:" in page
    assert 'class="unconfirmed"' in operator.get("/notices?state=unconfirmed").text
    operator.submit("/notices/1/acknowledge", reason="telephoned the ward")
    page = operator.get("/notices").text
    assert "nobody knows of" not in page
    assert "acknowledged by operator" in page
    assert "No notice is like that." in operator.get("/notices?state=unconfirmed").text


def test_a_nurse_takes_charge_of_many_at_once(story: Story, sign_in: SignIn) -> None:
    for bed in ("11", "12", "13"):
        story.receive(adt(control_id=bed, location=f"W3^301^{bed}"))
    nurse = sign_in("nurse", wards=("W3",))
    page = nurse.get("/notices").text
    assert page.count('name="notice"') == 3
    answer = nurse.submit("/notices/acknowledge", notice=[1, 3], by="王芳", reason="told in person")
    assert (answer.status_code, answer.headers["location"]) == (303, "/notices")
    assert story.states() == ["confirmed", "in_air", "confirmed"]
    assert story.caller.cancelled == story.caller.orders[:1]
    rows = story.read(lambda session: audit.find(session, AuditQuery(noun="notice")))
    assert sorted((row.key, row.action, row.details["by"], row.reason) for row in rows) == [
        (key, "acknowledge", "王芳", "told in person") for key in ("1", "3")
    ]


def test_of_many_what_was_settled_before_is_told_and_the_rest_is_done(story: Story, sign_in: SignIn) -> None:
    for bed in ("11", "12"):
        story.receive(adt(control_id=bed, location=f"W3^301^{bed}"))
    nurse = sign_in("nurse", wards=("W3",))
    nurse.submit("/notices/1/acknowledge", by="李", reason="first")
    answer = nurse.submit("/notices/acknowledge", notice=[1, 2], reason="second")
    assert answer.status_code == 409
    assert "李" in answer.text
    assert story.states() == ["confirmed", "confirmed"]


@pytest.mark.parametrize(("numbers", "status"), [([1, 99], 404), ([1, 0], 422), ([], 422), (["x"], 422)])
def test_of_many_a_foreign_one_stops_all(numbers: list[object], status: int, story: Story, sign_in: SignIn) -> None:
    story.receive(adt())
    assert sign_in("operator").submit("/notices/acknowledge", notice=numbers, reason="x").status_code == status
    assert story.states() == ["in_air"]


def test_a_nurse_cannot_slip_another_wards_notice_into_hers(story: Story, sign_in: SignIn) -> None:
    story.receive(adt())
    assert sign_in("nurse", wards=("W5",)).submit("/notices/acknowledge", notice=[1], reason="x").status_code == 404
    assert story.states() == ["in_air"]


def test_the_sign_that_something_changed_changes_with_every_step_of_a_notice(story: Story, sign_in: SignIn) -> None:
    def mark() -> str:
        found = re.search(r'data-mark="(\w+)"', operator.get("/notices").text)
        assert found is not None
        return found[1]

    operator = sign_in("operator")
    marks = [mark()]
    story.receive(adt())
    marks.append(mark())
    operator.submit("/notices/1/acknowledge", reason="seen")
    marks.append(mark())
    assert len(set(marks)) == 3
    assert mark() == marks[-1]


def test_calling_again_leads_to_the_new_notice_and_the_second_click_is_told(story: Story, sign_in: SignIn) -> None:
    failed(story)
    operator = sign_in("operator")
    before = len(story.caller.orders)
    assert operator.submit("/notices/1/again").headers["location"] == "/notices/2"
    assert len(story.caller.orders) == before + 1
    assert 'href="/notices/1"' in operator.get("/notices/2").text
    again = operator.submit("/notices/1/again")
    assert again.status_code == 409
    assert "Notice 2 tells the same already." in again.text


def test_who_comes_second_hears_who_was_first(story: Story, sign_in: SignIn) -> None:
    story.receive(adt())
    sign_in("nurse", wards=("W3",), name="first").submit("/notices/1/acknowledge", reason="seen")
    second = sign_in("operator").submit("/notices/1/acknowledge", reason="seen")
    assert second.status_code == 409
    assert "first was first: acknowledged at 2026-03-02 20:00:00." in second.text
    cancelled = sign_in("operator", name="other").submit("/notices/1/cancel", reason="no")
    assert cancelled.status_code == 409


def test_cancelling_ends_the_call_and_keeps_the_reason(story: Story, sign_in: SignIn) -> None:
    story.receive(adt())
    assert sign_in("operator").submit("/notices/1/cancel", reason=SCRIPT).status_code == 303
    assert story.states() == ["cancelled"]
    assert story.caller.cancelled
    page = sign_in("admin").get("/notices/1").text
    assert SCRIPT not in page
    assert "&lt;script&gt;" in page


def test_a_ladder_is_drawn_and_told_in_words(story: Story, sign_in: SignIn) -> None:
    story.caller.answers(STATION, BUSY)
    story.receive(adt())
    page = sign_in("operator").get("/notices/1").text
    assert '<svg class="ladder" viewBox="0 0 340 ' in page
    assert 'class="rung made"' in page
    assert 'class="rung next"' in page
    assert "next at 20:00:20" in page
    assert "busy" in page
    assert "it waits for its next round" in page
    assert "Nurses&#39; station" in page
    assert "Bed" in page


def test_a_page_that_asks_for_its_part_gets_the_part(story: Story, sign_in: SignIn) -> None:
    story.receive(adt())
    operator = sign_in("operator")
    for address in ("/notices", "/notices/1"):
        part = operator.get(address, headers={"HX-Request": "true"}).text
        assert "<html" not in part
        assert "is being called" in part
    assert operator.submit("/notices/1/cancel", reason="no").status_code == 303
    assert operator.get("/notices/1", headers={"HX-Request": "true"}).status_code == 286  # it need not ask again


@pytest.mark.parametrize("role", Role)
def test_who_may_see_and_who_may_act(role: Role, story: Story, sign_in: SignIn) -> None:
    story.receive(adt())
    somebody = sign_in(role.value, wards=("W3",) if role is Role.NURSE else ())
    sees, acts, edits = (right in MAY[role] for right in (Right.NOTICES, Right.NOTICES_ACT, Right.WARDS_EDIT))
    for address in ("/notices", "/notices/1", "/wards", "/wards/W3"):
        answer = somebody.get(address)
        assert answer.status_code == (200 if sees else 403)
        assert ('action="/notices/1/acknowledge"' in answer.text) is (acts and address == "/notices/1")
        assert ('action="/wards/W3/telephones"' in answer.text) is (edits and address == "/wards/W3")
    assert somebody.submit("/wards/W3/telephones", station="8105", seen="8101|8102|8103").status_code == (
        303 if edits else 403
    )
    assert somebody.submit("/notices/1/acknowledge", reason="seen").status_code == (303 if acts else 403)


def test_what_is_of_another_ward_is_not_there_for_a_nurse(story: Story, sign_in: SignIn) -> None:
    story.receive(adt())
    nurse = sign_in("nurse", wards=("W5",))
    assert "/notices/1" not in nurse.get("/notices").text
    assert "W3" not in nurse.get("/wards").text
    unknown = nurse.get("/notices/99")
    for address in ("/notices/1", "/wards/W3", "/wards/nowhere"):
        answer = nurse.get(address)
        assert (answer.status_code, answer.text) == (404, unknown.text)
    for what in ("acknowledge", "cancel", "again"):
        answer = nurse.submit(f"/notices/1/{what}", reason="x")
        assert (answer.status_code, answer.text) == (404, unknown.text)
    assert story.states() == ["in_air"]


@pytest.mark.parametrize(
    "query",
    [
        "state=nonsense",
        "since=yesterday",
        "until=2026-13-01",
        "before=x",
        "before=-1",
        "before=99999999999999999999",
        f"number={'8' * 300}",
    ],
)
def test_a_search_without_sense_is_422(query: str, story: Story, sign_in: SignIn) -> None:
    assert sign_in("operator").get(f"/notices?{query}").status_code == 422


def test_a_form_that_was_left_empty_finds_everything(story: Story, sign_in: SignIn) -> None:
    story.receive(adt())
    operator = sign_in("operator")
    page = operator.get("/notices?state=&ward=&kind=&since=&until=&number=&before=").text
    assert 'href="/notices/1"' in page
    for query in ("ward=W3", "kind=admission", "since=2026-03-02&until=2026-03-02", "number=8101", "state=in_air"):
        assert 'href="/notices/1"' in operator.get(f"/notices?{query}").text
    for query in ("ward=W5", "kind=discharge", "since=2026-03-03", "number=9999", "state=failed"):
        assert 'href="/notices/1"' not in operator.get(f"/notices?{query}").text


def test_the_list_goes_on_page_by_page(story: Story, sign_in: SignIn) -> None:
    story.lines = 0
    for n in range(60):
        story.receive(adt(control_id=str(n)))
    operator = sign_in("operator")
    seen: list[str] = []
    address = "/notices?state=open"
    while address:
        page = operator.get(address).text
        seen += re.findall(r'<a href="/notices/(\d+)" id=', page)
        following = re.search(r'rel="next" href="([^"]+)"', page)
        address = following[1].replace("&amp;", "&") if following else ""
    assert seen == [str(n) for n in range(60, 0, -1)]


@pytest.mark.parametrize("language", ["zh", "ru", "pl"])
def test_the_pages_speak_four_languages(language: str, story: Story, sign_in: SignIn) -> None:
    story.caller.answers(STATION, BUSY)
    story.receive(adt())
    story.receive(adt(location="", control_id="2"))
    admin = sign_in("admin")
    admin.cookies.set("language", language)
    for address in ("/notices", "/notices/1", "/wards", "/wards/W3", "/hl7", "/hl7/2", "/hl7/2/raw"):
        page = admin.get(address).text
        assert f'<html lang="{language}">' in page
        assert "A patient is admitted" not in page
        assert "being called" not in page


def test_a_script_in_a_message_stays_text_on_every_page(story: Story, site: Site, sign_in: SignIn) -> None:
    site.database.run_now(wards.store, replace(WARD, name={"zh": SCRIPT, "en": SCRIPT}))
    story.receive(adt(control_id=SCRIPT, location=f"W3^{SCRIPT}^{SCRIPT}").replace("|HIS|", f"|{SCRIPT}|"))
    admin = sign_in("admin")
    admin.submit("/notices/1/acknowledge", by=SCRIPT, reason=SCRIPT)
    for address in ("/notices", "/notices/1", "/wards", "/wards/W3", "/hl7", "/hl7/1"):
        page = admin.get(address).text
        assert SCRIPT not in page
        assert "&lt;script&gt;" in page


# Wards


def test_a_ward_shows_its_telephones_what_rings_and_what_rang_last(story: Story, sign_in: SignIn) -> None:
    story.caller.answers(STATION, BUSY)
    story.receive(adt())
    operator = sign_in("operator")
    assert "8101" in operator.get("/wards").text
    page = operator.get("/wards/W3").text
    assert 'value="8101"' in page
    assert "busy" in page
    assert 'href="/notices/1"' in page


def test_a_telephone_is_changed_and_the_next_call_goes_by_it(story: Story, sign_in: SignIn) -> None:
    story.caller.answers(STATION, BUSY)
    story.receive(adt())
    operator = sign_in("operator")
    form = {"station": "8105 ; 8106", "head_nurse": "8102", "duty_manager": "8103", "seen": "8101|8102|8103"}
    assert operator.submit("/wards/W3/telephones", **form, reason="moved").headers["location"] == "/wards/W3"
    story.wait(30)
    assert story.caller.targets == ["8101", "8105"]
    [noted] = story.read(lambda session: audit.find(session, AuditQuery(noun="ward")))
    assert (noted.key, noted.reason, noted.details) == ("W3", "moved", {"station": [["8101"], ["8105", "8106"]]})
    second = operator.submit("/wards/W3/telephones", **form)
    assert second.status_code == 409
    assert "Somebody changed these telephones meanwhile" in second.text
    wrong = operator.submit("/wards/W3/telephones", station=SCRIPT, seen="8105 8106|8102|8103")
    assert wrong.status_code == 422
    assert SCRIPT not in wrong.text


# HL7


def test_messages_are_found_and_a_refused_one_says_why(story: Story, sign_in: SignIn) -> None:
    story.receive(adt())
    story.receive(adt(location="", control_id="2"))
    it = sign_in("it")
    page = it.get("/hl7").text
    assert "names no ward" in page
    assert 'href="/hl7/1"' in page
    assert 'href="/hl7/1"' not in it.get("/hl7?outcome=refused&type=A01&control=2").text
    accepted = it.get("/hl7/1").text
    assert 'href="/notices/1"' in accepted
    assert "Its bytes are not kept any more" in accepted
    assert it.get("/hl7?outcome=x").status_code == 422
    assert it.get("/hl7/99").status_code == 404
    assert it.get("/hl7/1/raw").status_code == 404


def test_the_bytes_of_a_message_are_text_and_looking_at_them_is_noted(story: Story, sign_in: SignIn) -> None:
    story.receive(adt(location="", control_id="2").replace("测试^病人", f"{SCRIPT}\u202e\x07"))
    it = sign_in("it")
    page = it.get("/hl7/1/raw").text
    assert SCRIPT not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;\\u202e<i>BEL</i>" in page
    assert "PID|1||900001||" in page
    [noted] = story.read(lambda session: audit.find(session, AuditQuery(noun="message")))
    assert (noted.who, noted.action, noted.key) == ("it", "look at", "1")
    auditor = sign_in("auditor")
    assert "Show its bytes" not in auditor.get("/hl7/1").text
    assert auditor.get("/hl7/1/raw").status_code == 403
    assert auditor.submit("/hl7/1/again").status_code == 403


def test_a_refused_message_is_sent_again_and_what_comes_of_it_is_shown(story: Story, sign_in: SignIn) -> None:
    reading = story.rules.reading
    right, story.rules = (
        story.rules,
        replace(story.rules, reading=replace(reading, fields={**reading.fields, "ward": reading.fields["visit"]})),
    )
    story.receive(adt(control_id="7"))
    it = sign_in("it")
    refused = it.submit("/hl7/1/again")
    assert refused.headers["location"] == "/hl7/1?again=1"
    assert "refused once more: AE." in it.get("/hl7/1?again=1").text
    story.rules = right
    story.clock.advance(60)
    accepted = it.submit("/hl7/1/again")
    assert accepted.headers["location"] == "/hl7/2?again=1"
    page = it.get("/hl7/2?again=1").text
    assert "Message 1 was sent again and accepted" in page
    assert 'href="/notices/1"' in page
    assert [order.target for order in story.caller.orders] == [STATION]
    assert "sent again: AA" in it.get("/hl7?outcome=refused").text
    noted = story.read(lambda session: audit.find(session, AuditQuery(noun="message", action="send again")))
    assert [one.details["answer"] for one in noted] == ["AA", "AE"]
    assert it.submit("/hl7/2/again").status_code == 404  # it was accepted: nothing of it is kept


def test_the_hour_of_the_pages_is_that_of_the_line(story: Story, site: Site) -> None:
    assert site.wallclock() == NOON + timedelta(0)
