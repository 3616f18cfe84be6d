"""Who may ask the API, how often, and that a change asked for twice is made once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from accounts.api_answers import forget
from accounts.audit import Hand
from accounts.keys import revoke
from accounts.rights import Right
from tests.web.api.conftest import Api, Client
from web.api.app import AT
from web.api.limits import Limits
from web.app import make_app


def test_without_a_key_nothing_is_told(api: Api) -> None:
    answer = Client(api.app).get("/cards/100001")
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["www-authenticate"] == "Bearer"
    assert Client(api.app, "wbk_" + "x" * 43).get("/cards/100001").status_code == 401
    assert Client(api.app).get("/cards/100001", headers={"Authorization": "Basic eDp5"}).status_code == 401


def test_a_key_opens_what_its_rights_say_and_nothing_else(api: Api) -> None:
    clerk = api.client(Right.CARDS)
    assert clerk.get("/cards/100001").status_code == 200
    refused = clerk.says("/cards/100001/top-ups", {"amount": 1}, once="a")
    assert (refused.status_code, refused.json()["detail"]) == (403, "this key has not the right cards_edit")
    assert clerk.get("/calls").status_code == 403


def test_a_key_that_expired_or_was_revoked_opens_nothing(api: Api) -> None:
    secret = api.key(Right.CARDS, name="brief", expires=api.wall() + timedelta(days=1))
    brief, lasting = Client(api.app, secret), api.client(Right.CARDS, name="lasting")
    assert brief.get("/cards/100001").status_code == 200
    api.wall.pass_by(days=1)
    assert brief.get("/cards/100001").status_code == 401
    api.database.run_now(revoke, "lasting", Hand("test", api.wall(), "command"))
    assert lasting.get("/cards/100001").status_code == 401


def test_every_route_wants_a_right(api: Api) -> None:
    """A key that has none of it is refused everywhere, whatever else the request is."""
    schema = api.app.openapi()
    nobody = api.client(Right.AUDIT)
    for path, operations in schema["paths"].items():
        for method in operations:
            if path.endswith("/sound"):
                continue  # opened by a signed link
            answer = nobody.request(method, path.replace("{", "").replace("}", ""), json={})
            assert answer.status_code == 403, (method, path)


def test_who_asks_too_much_waits(api: Api) -> None:
    api.app.state.limits = Limits(60, 3)
    one, other = api.client(Right.CARDS), api.client(Right.CARDS)
    assert [one.get("/cards/100001").status_code for _ in range(4)] == [200, 200, 200, 429]
    assert one.get("/cards/100001").headers["retry-after"] == "1"
    assert other.get("/cards/100001").status_code == 200
    api.wall.pass_by(seconds=1)
    assert one.get("/cards/100001").status_code == 200


def test_who_tries_keys_waits_too(api: Api) -> None:
    api.app.state.strangers = Limits(60, 2)
    stranger = Client(api.app, "wbk_guess")
    assert [stranger.get("/cards/100001").status_code for _ in range(3)] == [401, 401, 429]


def test_asked_twice_with_one_name_money_is_put_on_once(api: Api) -> None:
    desk = api.client(Right.CARDS, Right.CARDS_EDIT)
    first = desk.says("/cards/100002/top-ups", {"amount": 500}, once="paid-1")
    again = desk.says("/cards/100002/top-ups", {"amount": 500}, once="paid-1")
    assert (first.status_code, first.json()) == (201, {"balance": 500})
    assert (again.status_code, again.json(), again.headers["idempotency-replayed"]) == (201, {"balance": 500}, "true")
    assert desk.get("/cards/100002").json()["balance"] == 500
    assert len(api.audit(action="top_up")) == 1
    desk.says("/cards/100002/top-ups", {"amount": 500}, once="paid-2")
    assert desk.get("/cards/100002").json()["balance"] == 1000


def test_the_same_name_for_something_else_is_a_mistake(api: Api) -> None:
    desk = api.client(Right.CARDS_EDIT)
    desk.says("/cards/100002/top-ups", {"amount": 500}, once="paid-1")
    other = desk.says("/cards/100002/top-ups", {"amount": 900}, once="paid-1")
    assert (other.status_code, other.json()["type"]) == (422, "urn:wardbell:key-used")
    someone_else = api.client(Right.CARDS_EDIT)
    assert someone_else.says("/cards/100002/top-ups", {"amount": 900}, once="paid-1").status_code == 201


def test_what_was_refused_may_be_asked_for_again(api: Api) -> None:
    clerk = api.client(Right.ROTA_EDIT, Right.CARDS_EDIT)
    booking = {"card": "100002", "department": "neike"}
    assert clerk.says("/bookings", booking, once="b1").status_code == 409
    clerk.says("/cards/100002/top-ups", {"amount": 500}, once="m1")
    assert clerk.says("/bookings", booking, once="b1").status_code == 201


def test_a_call_that_was_asked_for_twice_rings_once(api: Api) -> None:
    desk = api.client(Right.ORIGINATE)
    wanted = {"own": "8101", "other": "13900000001"}
    first, again = (desk.says("/calls", wanted, once="c1") for _ in range(2))
    assert (first.status_code, first.json(), again.json()) == (202, {"id": "originated1"}, {"id": "originated1"})
    assert api.line.rang == [("8101", "13900000001")]


def test_names_are_forgotten_after_a_while(api: Api) -> None:
    desk = api.client(Right.CARDS_EDIT)
    desk.says("/cards/100002/top-ups", {"amount": 500}, once="paid-1")
    assert api.database.run_now(forget, api.wall() + timedelta(seconds=1)) == 1
    count = text("SELECT count(*) FROM api_answers")
    assert api.database.run_now(lambda session: session.execute(count).scalar_one()) == 0


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 422),
        (b"[" * 100_000, 422),
        (b'{"amount": NaN}', 422),
        (b'{"amount": 5, "note": "\\u0000"}', 422),
        (b'{"amount": 5, "note": "\\ud800"}', 422),
        (b'{"amount": 5, "noet": ""}', 422),
        (b'{"amount": "5; DROP TABLE cards"}', 422),
        (b'{"amount": 1e400}', 422),
        (b"x" * 2_000_000, 413),
    ],
)
def test_a_body_that_has_no_sense_is_a_problem_and_is_not_repeated(api: Api, body: bytes, status: int) -> None:
    desk = api.client(Right.CARDS_EDIT)
    headers = {"content-type": "application/json", "Idempotency-Key": "x"}
    answer = desk.post("/cards/100001/top-ups", content=body, headers=headers)
    assert answer.status_code in (status, 400)
    assert answer.headers["content-type"] == "application/problem+json"
    assert "DROP" not in answer.text


def test_the_api_stands_below_the_console(api: Api) -> None:
    """Mounted, a problem stays a problem and a link leads back to it."""
    console = TestClient(make_app(api.app.state.site, mounts=((AT, api.app),)), raise_server_exceptions=False)
    assert console.get(f"{AT}/openapi.json").json()["servers"] == [{"url": AT}]
    answer = console.get(f"{AT}/cards/100001", headers={"Accept": "text/html"})
    assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json")
    missing = console.get(f"{AT}/nothing")
    assert (missing.status_code, missing.headers["content-type"]) == (404, "application/problem+json")
    assert console.get("/nothing").headers["content-type"].startswith("text/html")
