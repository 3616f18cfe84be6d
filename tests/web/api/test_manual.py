"""Every command that docs/api.md shows does what it shows."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from httpx2 import Response

from accounts.keys import FOR_KEYS
from hospital.wards import wards
from ivr.in_progress.call_now import CallNow
from ivr.in_progress.stage import Stage
from tests.notify.story import WARD
from tests.web.api.conftest import TOMORROW, Api, Client
from tests.web.api.test_nouns import ADMISSION, said, took_place
from web.api.app import AT

PAGE = Path(__file__).parents[3] / "docs" / "api.md"
COMMANDS = re.findall(r"^    (curl .+)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)


def carried_out(command: str, client: Client, values: dict[str, str]) -> Response:
    """What curl would do."""
    for name, value in sorted(values.items(), reverse=True):
        command = command.replace(f"${name}", value)
    words = shlex.split(command)[1:]
    method, headers, body, url = "", {}, None, ""
    while words:
        word = words.pop(0)
        if word == "-H":
            name, _, value = words.pop(0).partition(": ")
            headers[name] = value
        elif word == "-d":
            body = words.pop(0).encode()
        elif word == "-X":
            method = words.pop(0)
        else:
            url = word
    assert url.startswith(AT), url
    return client.request(method or ("POST" if body else "GET"), url.removeprefix(AT), headers=headers, content=body)


def test_every_command_of_the_page_is_answered(api: Api) -> None:
    api.database.run_now(wards.store, WARD)
    took_place(api, "c1")
    said(api, "ab" * 16, "c1")
    now = api.wall()
    whom = {"call_id": "g1", "direction": "in", "dialled": "1000", "caller": "13900000001", "worker": "w", "events": 1}
    where = {"flow": "main", "title": "", "step": "", "verb": "", "words": "", "language": "zh", "edition": 1}
    when = {"stage": Stage.TALKING, "since": now, "began_at": now, "answered_at": now}
    api.line.going = [CallNow(**whom, **where, **when, company="", party="", notice="")]
    secret = api.key(*FOR_KEYS)
    client = Client(api.app)
    setup = Client(api.app, secret)
    [other] = setup.says("/events", {**ADMISSION, "key": "other"}).json()["notices"]
    duty = setup.get("/rota", params={"first": str(TOMORROW)}).json()["duties"][0]["id"]
    values = {
        "LINE/api/v1": AT,
        "LINE": "",
        "KEY": secret,
        "CALL": "c1",
        "GOING": "g1",
        "RECORDING": "ab" * 16,
        "OTHER_NOTICE": str(other),
        "DAY": str(TOMORROW),
        "DUTY": str(duty),
    }
    for command in COMMANDS:
        answer = carried_out(command, client, values)
        if command.endswith("/flows"):
            assert answer.status_code == 404  # nothing was published in this hospital
            continue
        assert answer.status_code < 300, (command, answer.text)
        told = answer.json() if "json" in answer.headers.get("content-type", "") else {}
        if "/links" in command:
            values["LINK"] = AT + told["url"]
        if told.get("notices") and "/events" in command:
            values["NOTICE"] = str(told["notices"][0])
        values["SLIP"] = told.get("slip", values.get("SLIP", ""))


def test_the_page_shows_every_route() -> None:
    page = PAGE.read_text(encoding="utf-8")
    nouns = {"calls", "recordings", "events", "notices", "bookings", "cards", "rota", "departments", "numbers", "flows"}
    for noun in nouns:
        assert f"/api/v1/{noun}" in page
