"""What other systems do with the line: find calls, tell events, book, close a number, publish."""

from __future__ import annotations

import json
import wave
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from twisted.internet.task import Clock

from accounts.audit import Hand
from accounts.keys import revoke
from accounts.rights import Right
from db.database import ImmediateTransactions
from hospital.wards import wards
from ivr.call.book import CallBegun
from ivr.record.trace import CallBook
from ivr.recordings import rows
from ivr.recordings.rows import RecordingRecord
from ivr.switch.line import Cause, Ended
from tests.notify.story import WARD
from tests.web.api.conftest import TODAY, TOMORROW, Api


def took_place(api: Api, *ids: str, caller: str = "13900000001") -> None:
    """Calls, a minute apart."""
    book = CallBook(ImmediateTransactions(api.database), Clock(), api.wall, "engine-1")
    for id in ids:
        trace = book.begin(CallBegun(id, "in", "1000", caller, "main", "zh", edition=1))
        trace.answered()
        trace.event("keys", keys="1")
        trace.finished(Ended(Cause.NORMAL, by_peer=True), "booked")
        flushing = book.flush()
        with suppress(StopIteration):
            flushing.send(None)
        api.wall.pass_by(minutes=1)


def test_calls_are_found_page_by_page(api: Api) -> None:
    took_place(api, "c1", "c2", "c3")
    desk = api.client(Right.CALLS)
    first = desk.get("/calls", params={"limit": 2}).json()
    second = desk.get("/calls", params={"limit": 2, "cursor": first["next"]}).json()
    assert [one["id"] for one in first["calls"] + second["calls"]] == ["c3", "c2", "c1"]
    assert second["next"] is None
    assert desk.get("/calls", params={"number": "0001", "outcome": "booked"}).json()["calls"]
    assert desk.get("/calls", params={"number": "0002"}).json()["calls"] == []


def test_one_call_has_its_legs_and_what_happened(api: Api) -> None:
    took_place(api, "c1")
    desk = api.client(Right.CALLS)
    call = desk.get("/calls/c1").json()
    assert (call["caller"], call["outcome"], call["legs"][0]["role"]) == ("13900000001", "booked", "caller")
    assert [event["kind"] for event in call["events"]] == ["answered", "keys", "ended"]
    for missing in ("c", "nothing"):  # the beginning of an id is not an id
        answer = desk.get(f"/calls/{missing}")
        assert (answer.status_code, answer.json()["detail"]) == (404, "there is nothing of that name")


@pytest.mark.parametrize(
    "query",
    [
        {"cursor": "rubbish"},
        {"cursor": "bzE.."},
        {"since": "2026-11-23"},
        {"since": "0001-01-01T00:00:00+14:00"},
        {"number": "1' OR 1=1"},
        {"direction": "sideways"},
        {"limit": "0"},
        {"limit": "1e9"},
        {"shortest": "nan"},
        {"flow": "main\0"},
    ],
)
def test_a_search_without_sense_is_refused(api: Api, query: dict[str, str]) -> None:
    answer = api.client(Right.CALLS).get("/calls", params=query)
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")


def test_a_call_is_made_with_the_hospitals_side_first(api: Api) -> None:
    desk = api.client(Right.ORIGINATE)
    for wrong in ("13900000001", "sip:x@example.org", "", "8101;x=1"):
        assert desk.says("/calls", {"own": wrong, "other": "13900000001"}).status_code == 422
    assert desk.says("/calls", {"own": "8101", "other": "sip:x@example.org"}).status_code == 422
    assert desk.says("/calls", {"own": "8101", "other": "+4812345678", "reason": "call back"}).status_code == 202
    [row] = api.audit(action="originate")
    assert (row.who, row.key, row.reason) == ("key:key1", "originated1", "call back")
    api.line.free = 1
    full = desk.says("/calls", {"own": "8101", "other": "110"})
    assert (full.status_code, full.json()["type"], full.headers["retry-after"]) == (503, "urn:wardbell:no-line", "10")


def said(api: Api, id: str, call: str) -> None:
    """A recording of one second."""
    record = RecordingRecord(id, call, "", "complaints", "message", "zh", api.wall(), 0.0, f"2026/11/{id}.wav", "", "")
    api.database.run_now(rows.begin, record, "engine-1")
    api.database.run_now(rows.finish, id, 1.0, "key", "#", api.wall())
    path = api.recordings / record.path
    path.parent.mkdir(parents=True)
    with wave.open(str(path), "wb") as sound:
        sound.setparams((1, 2, 8000, 0, "NONE", ""))
        sound.writeframes(b"\1\2" * 8000)


def test_what_a_caller_said_is_heard_by_a_link_that_expires_and_is_noted(api: Api) -> None:
    took_place(api, "c1")
    said(api, "ab" * 16, "c1")
    auditor = api.client(Right.LISTEN, name="auditor")
    [recording] = auditor.get("/calls/c1/recordings").json()["recordings"]
    link = auditor.says(f"/recordings/{recording['id']}/links").json()["url"]
    nobody = api.client(Right.CARDS)
    part = nobody.get(link, headers={"Range": "bytes=0-43", "Authorization": ""})
    assert (part.status_code, len(part.content), part.content[:4]) == (206, 44, b"RIFF")
    assert [(row.who, row.key) for row in api.audit(action="listen")] == [("key:auditor", "ab" * 16)]
    other = link.replace("ab" * 16, "cd" * 16)
    assert nobody.get(other).status_code == 403
    assert nobody.get(link[:-1] + ("0" if link[-1] != "0" else "1")).status_code == 403
    api.wall.pass_by(minutes=6)
    assert nobody.get(link).status_code == 403


def test_a_link_is_dead_when_its_key_is(api: Api) -> None:
    took_place(api, "c1")
    said(api, "ab" * 16, "c1")
    auditor = api.client(Right.LISTEN, name="auditor")
    link = auditor.says(f"/recordings/{'ab' * 16}/links").json()["url"]
    api.database.run_now(revoke, "auditor", Hand("test", api.wall(), "command"))
    assert auditor.get(link).status_code == 403


@pytest.mark.parametrize("path", ["/recordings/..%2F..%2Fetc%2Fpasswd/links", "/recordings/../../etc/passwd/links"])
def test_no_path_leads_out_of_the_recordings(api: Api, path: str) -> None:
    assert api.client(Right.LISTEN).says(path).status_code in (404, 405, 422)


ADMISSION = {"key": "HIS-1", "kind": "admission", "ward": "W3", "facts": {"bed": "12", "urgent": False}}


def test_an_event_calls_the_ward_and_told_again_nobody(api: Api) -> None:
    api.database.run_now(wards.store, WARD)
    his = api.client(Right.EVENTS, Right.NOTICES)
    told = his.says("/events", ADMISSION)
    assert (told.status_code, told.json()["new"], len(told.json()["notices"])) == (201, True, 1)
    assert api.line.poked == 1
    again = his.says("/events", ADMISSION)
    assert again.json() == {"new": False, "notices": []}
    [notice] = his.get("/notices").json()["notices"]
    assert (notice["kind"], notice["addressee"], notice["state"]) == ("admission", "W3", "waiting")


def test_an_event_that_no_rule_follows_is_refused_with_what_there_is(api: Api) -> None:
    answer = api.client(Right.EVENTS).says("/events", {**ADMISSION, "kind": "admision"})
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:wardbell:no-rule")
    assert "admission" in answer.json()["detail"]


def test_a_notice_is_acknowledged_once_and_the_second_hears_by_whom(api: Api) -> None:
    api.database.run_now(wards.store, WARD)
    his = api.client(Right.EVENTS, Right.NOTICES, Right.NOTICES_ACT, name="board")
    [id] = his.says("/events", ADMISSION).json()["notices"]
    taken = {"by": "nurse Li", "reason": "told at the bed"}
    assert his.says(f"/notices/{id}/acknowledge", taken).json() == {"notice": id}
    late = his.says(f"/notices/{id}/cancel", {"by": "Dr Wang"})
    assert (late.status_code, "nurse Li" in late.json()["detail"]) == (409, True)
    notice = his.get(f"/notices/{id}").json()
    assert (notice["state"], notice["acknowledged_by"]) == ("confirmed", "nurse Li")
    assert his.says("/notices/999/acknowledge", taken).status_code == 404
    assert [row.action for row in api.audit(noun="notice")] == ["acknowledge"]
    assert his.get("/notices", params={"unconfirmed": "true"}).json()["notices"] == []


def test_a_notice_that_was_cancelled_is_called_again(api: Api) -> None:
    api.database.run_now(wards.store, WARD)
    his = api.client(Right.EVENTS, Right.NOTICES, Right.NOTICES_ACT)
    [id] = his.says("/events", ADMISSION).json()["notices"]
    his.says(f"/notices/{id}/cancel", {"by": "nurse Li", "reason": "wrong ward"})
    fresh = his.says(f"/notices/{id}/repeat", {"by": "nurse Li"}).json()["notice"]
    assert fresh != id
    assert his.get(f"/notices/{fresh}").json()["state"] == "waiting"


def test_a_place_is_booked_paid_for_and_given_back(api: Api) -> None:
    clerk = api.client(Right.ROTA, Right.ROTA_EDIT, Right.CARDS)
    [duty] = clerk.get("/rota", params={"first": str(TOMORROW)}).json()["duties"]
    booked = clerk.says("/bookings", {"card": "100001", "duty": duty["id"]}).json()
    assert (booked["fee"], booked["again"]) == (2000, False)
    assert clerk.get("/cards/100001").json()["balance"] == 8000
    assert clerk.says("/bookings", {"card": "100001", "duty": duty["id"]}).json()["again"]
    [booking] = clerk.get("/bookings", params={"first": str(TOMORROW)}).json()["bookings"]
    assert (booking["slip"], booking["patient"]) == (booked["slip"], "张伟")
    gone = clerk.says(f"/bookings/{booked['slip']}/cancel", {"reason": "ill"}).json()
    assert gone == {"refund": 2000, "again": False}
    assert [one["amount"] for one in clerk.get("/cards/100001/movements").json()["movements"]] == [10_000, -2000, 2000]
    assert clerk.get("/bookings/000000").status_code == 404


def test_why_a_place_cannot_be_had_is_a_word_for_programs(api: Api) -> None:
    clerk = api.client(Right.ROTA, Right.ROTA_EDIT)
    [duty] = clerk.get("/rota", params={"first": str(TOMORROW)}).json()["duties"]
    short = clerk.says("/bookings", {"card": "100002", "duty": duty["id"]})
    assert (short.status_code, short.json()["type"]) == (409, "urn:wardbell:short")
    assert clerk.says("/bookings", {"card": "999999", "department": "neike"}).status_code == 404
    assert clerk.says("/bookings", {"card": "100001", "department": "neike", "duty": 1}).status_code == 422
    assert clerk.get("/bookings", params={"first": str(TODAY), "last": str(TODAY + timedelta(40))}).status_code == 422


def test_cards_are_added_changed_and_blocked(api: Api) -> None:
    clerk = api.client(Right.CARDS, Right.CARDS_EDIT, Right.ROTA_EDIT)
    new = {"number": "200001", "patient": "<script>alert(1)</script>", "phone": "13900000009"}
    assert clerk.says("/cards", new).status_code == 201
    assert clerk.says("/cards", new).status_code == 409
    changed = clerk.patch("/cards/200001", json={"blocked": True, "slow": True}).json()
    assert (changed["patient"], changed["blocked"], changed["slow"], changed["has_pin"]) == (
        new["patient"],
        True,
        True,
        False,
    )
    assert clerk.says("/bookings", {"card": "200001", "department": "neike"}).status_code == 409
    assert clerk.says("/cards/200001/top-ups", {"amount": 100}).json()["type"] == "urn:wardbell:key-wanted"


def test_the_rota_is_filled_and_emptied(api: Api) -> None:
    clerk = api.client(Right.ROTA, Right.ROTA_EDIT)
    line = {
        "date": str(TOMORROW),
        "half": "pm",
        "department": "neike",
        "expert": "2",
        "names": {"zh": "李医生", "en": "Dr Li"},
        "capacity": 10,
        "fee": 3000,
    }
    assert clerk.says("/rota", {"duties": [line]}).json() == {"stored": 1}
    assert clerk.says("/rota", {"duties": [{**line, "department": "nobody"}]}).status_code == 404
    assert clerk.says("/rota", {"duties": [{**line, "names": {"zh": "李"}}]}).status_code == 422
    assert clerk.delete(f"/rota/{TOMORROW}/pm/neike/2").status_code == 204
    assert clerk.delete(f"/rota/{TOMORROW}/pm/neike/2").status_code == 404
    assert [one["code"] for one in clerk.get("/departments").json()["departments"]] == ["neike"]


def test_a_number_is_closed_and_opened(api: Api) -> None:
    desk = api.client(Right.FLOWS, Right.NUMBERS, name="desk")
    assert [one["flow"] for one in desk.get("/numbers").json()["numbers"]] == ["main", "main"]
    until = (api.wall() + timedelta(hours=1)).isoformat()
    closed = desk.says("/numbers/1000/close", {"until": until, "reason": "the desk is ill"}).json()
    assert (closed["closed"], closed["flow"], closed["sip_code"], closed["by"]) == (True, None, 486, "key:desk")
    api.wall.pass_by(hours=1)
    assert desk.get("/numbers/1000").json()["closed"] is False
    desk.says("/numbers/1000/close", {"reason": "again"})
    assert desk.says("/numbers/1000/open", {}).json()["flow"] == "main"
    assert desk.says("/numbers/1001/close", {"reason": "x"}).status_code == 409
    assert desk.says("/numbers/1000/close", {"until": "2020-01-01T00:00:00Z", "reason": "x"}).status_code == 422
    assert desk.get("/numbers/5555").status_code == 404


def test_flows_are_checked_as_the_command_line_checks_them(api: Api) -> None:
    it = api.client(Right.FLOWS, Right.FLOWS_EDIT)
    assert it.get("/flows").status_code == 404
    broken = "title: Main\nstart: hello\nsteps:\n  hello: {say: main.welcome, then: nowhere}\n"
    found = it.says("/flows/check", {"files": {"main.yaml": broken}}).json()
    assert found["mistakes"] >= 1
    assert any(one["code"] == "E204" and one["file"].endswith("main.yaml") for one in found["reported"])
    assert it.says("/flows/check", {"files": {"../../etc/passwd": "x"}}).status_code == 422
    publish = {"files": {"main.yaml": broken}, "base": 1, "reason": "x"}
    assert it.says("/flows/publish", publish).status_code == 503


def test_the_engine_that_does_not_answer_is_a_problem_that_passes(api: Api) -> None:
    from web.errors import EngineAway

    def silent() -> Any:
        raise EngineAway("the engine does not answer")

    api.line.calls = silent  # type: ignore[method-assign]
    answer = api.client(Right.NOW).get("/calls/current")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")


def test_a_fault_of_ours_is_a_problem_that_tells_nothing(api: Api) -> None:
    def broken() -> Any:
        raise RuntimeError("secret of the house")

    api.line.calls = broken  # type: ignore[method-assign]
    answer = api.client(Right.NOW).get("/calls/current")
    assert (answer.status_code, answer.headers["content-type"]) == (500, "application/problem+json")
    assert "secret" not in answer.text


def test_the_description_is_whole(api: Api) -> None:
    """Every operation has a name, a summary, an example for what it takes, and says what it wants."""
    schema = api.app.openapi()
    names = [one["operationId"] for path in schema["paths"].values() for one in path.values()]
    assert len(set(names)) == len(names) >= 30
    for path in schema["paths"].values():
        for one in path.values():
            assert one["summary"]
            assert "422" in one["responses"]
    for name, model in schema["components"]["schemas"].items():
        assert model.get("description"), name
    assert json.loads(json.dumps(schema)) == schema
