"""*Numbers and hours*: what answers what and when, closing and opening, by whom."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from accounts.audit import AuditQuery, find
from ivr.numbers import read_numbers
from ivr.numbers.closings import closed_numbers
from tests.numbers.test_lookup import FLOWS, HOLIDAYS, HOSPITAL, ZONE
from tests.web.browser import Browser
from web.door import FakeDoor
from web.site import Site

HOSTILE = "<script>alert(1)</script>"


@pytest.fixture(autouse=True)
def on_air(door: FakeDoor) -> None:
    """The numbers of the hospital that the look-up is tried with; it is Monday, 9:00."""
    door.on_air = read_numbers(
        "flows/numbers.yaml", HOSPITAL.encode(), FLOWS, {"zh", "en"}, HOLIDAYS.encode(), zone=ZONE
    )


@pytest.fixture
def operator(sign_in: Callable[..., Browser]) -> Browser:
    return sign_in("operator")


@pytest.mark.parametrize("language", ["en", "zh", "ru", "pl"])
def test_every_number_is_told_with_what_it_does_now(operator: Browser, language: str) -> None:
    operator.headers["Accept-Language"] = language
    told = operator.get("/numbers").text
    assert "clinic (zh)" in told
    assert "evening (zh)" in told
    assert 'href="/numbers/of/1002"' in told
    assert 'href="/numbers/of/10%2A"' in told
    assert "*28" in told


def test_a_week_is_drawn_with_its_holiday_and_as_a_table(operator: Browser) -> None:
    told = operator.get("/numbers/of/1002?day=2026-11-23").text
    assert "Founding day" in told
    assert "08:00-12:00 open: clinic (zh)" in told
    assert "style=" not in told
    for_staff = operator.get("/numbers/of/1002?day=2026-11-23&caller=8001").text
    assert "00:00-24:00 open: staff (zh)" in for_staff


def test_what_would_answer_at_a_moment_and_by_which_line(operator: Browser) -> None:
    told = operator.get("/numbers?number=1002&at=2026-11-23+13:00&caller=13800000000").text
    assert '<p class="figure">evening (zh)</p>' in told
    told = operator.get("/numbers?number=1002&at=2026-11-23+13:00&caller=8001").text
    assert "callers staff" in told
    assert "write 18:00" in operator.get("/numbers?number=1002&at=soon").text


def test_closing_is_stored_with_who_and_why_and_noted_in_the_audit(operator: Browser, site: Site) -> None:
    answer = operator.submit("/numbers/close", number="1002", until="time", time="2026-11-23 11:30", why="fire drill")
    assert (answer.status_code, answer.headers["location"]) == (303, "/numbers/of/1002?done=1")
    closing = site.database.run_now(closed_numbers)["1002"]
    assert (closing.who, closing.why) == ("operator", "fire drill")
    assert "closed by hand" in operator.get("/numbers").text
    [row] = site.database.run_now(find, AuditQuery(noun="number"))
    assert (row.who, row.action, row.key, row.reason) == ("operator", "close", "1002", "fire drill")
    assert operator.submit("/numbers/open", number="1002").status_code == 303
    assert site.database.run_now(closed_numbers) == {}
    assert "fire drill" in operator.get("/numbers/of/1002").text, "who did what stays"


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"number": "1002"}, "Say why"),
        ({"number": "1002", "why": "x", "until": "time", "time": "2026-11-23 08:00"}, "That time has passed"),
        ({"number": "1002", "why": "x", "until": "time", "time": "noon"}, "There is no such time"),
        ({"number": "1000", "why": "x", "until": "opening"}, "A number without hours"),
        ({"number": "all", "why": "x", "until": "opening"}, "A number without hours"),
    ],
)
def test_what_cannot_be_is_refused_in_words_and_changes_nothing(
    operator: Browser, site: Site, fields: dict[str, str], told: str
) -> None:
    answer = operator.submit("/numbers/close", **fields)
    assert (answer.status_code, told in answer.text) == (422, True)
    assert site.database.run_now(closed_numbers) == {}


def test_all_numbers_are_closed_and_opened_at_once(operator: Browser, site: Site) -> None:
    assert operator.submit("/numbers/close", number="all", why="storm").status_code == 303
    assert len(site.database.run_now(closed_numbers)) == 9
    assert operator.submit("/numbers/open", number="all").status_code == 303
    assert site.database.run_now(closed_numbers) == {}


def test_a_script_as_a_reason_stays_text(operator: Browser) -> None:
    operator.submit("/numbers/close", number="1002", why=HOSTILE)
    for page in ("/numbers", "/numbers/of/1002"):
        assert HOSTILE not in operator.get(page).text


def test_an_unknown_number_is_not_there(operator: Browser) -> None:
    assert operator.get("/numbers/of/9999").status_code == 404
    assert operator.submit("/numbers/close", number="9999", why="x").status_code == 404
    assert operator.submit("/numbers/close", number="1002", why="x", until="never").status_code == 422


def test_who_may_only_look_cannot_close(sign_in: Callable[..., Browser]) -> None:
    auditor = sign_in("auditor")
    assert "Close now" not in auditor.get("/numbers/of/1002").text
    assert auditor.submit("/numbers/close", number="1002", why="x").status_code == 403
    assert sign_in("nurse").get("/numbers").status_code == 403
