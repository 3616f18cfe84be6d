"""*Reports* in the browser: figures drawn and as tables, for whom they are, and what is none is refused."""

from __future__ import annotations

import io
from collections.abc import Callable
from zoneinfo import ZoneInfo

import pytest
from openpyxl import load_workbook

from tests.reports.past import Past, at
from tests.web.browser import Browser
from tests.web.conftest import Wall
from web.site import Site

SHANGHAI = ZoneInfo("Asia/Shanghai")
HOSTILE = "<script>alert(1)</script>"
WEEK = "first=2026-11-16&last=2026-11-22"


@pytest.fixture
def past(site: Site, wall: Wall) -> Past:
    """A week of November, with a flow whose name is an attack."""
    made = Past(site.database, wall.now, SHANGHAI)
    menu = ("step", {"flow": "main", "step": "menu"})
    made.call(at("2026-11-18 10:00", SHANGHAI), steps=[menu, ("keys", {"keys": "2"})], waited=9.0, talked=30.0)
    made.call(at("2026-11-18 11:00", SHANGHAI), flow=HOSTILE, outcome="=1+1", steps=[menu, ("no_input", {})])
    made.call(at("2026-11-19 10:00", SHANGHAI), outcome="hung_up", waited=20.0)
    made.notice(at("2026-11-18 22:00", SHANGHAI), 33.0, addressee="W5")
    made.heals()
    return made


@pytest.fixture
def operator(sign_in: Callable[..., Browser], past: Past) -> Browser:
    return sign_in("operator")


@pytest.mark.parametrize("page", ["", "/flows", "/keys", "/alerts"])
@pytest.mark.parametrize("language", ["en", "zh", "ru", "pl"])
def test_every_report_is_shown_in_every_language(operator: Browser, page: str, language: str) -> None:
    operator.headers["Accept-Language"] = language
    answer = operator.get(f"/reports{page}?{WEEK}")
    assert answer.status_code == 200
    assert "<svg" in answer.text
    assert "<table" in answer.text
    assert HOSTILE not in answer.text
    assert "style=" not in answer.text


def test_calls_are_told_in_a_sentence_a_picture_and_a_table(operator: Browser) -> None:
    told = operator.get(f"/reports?{WEEK}").text
    assert "3 calls came in, 3 were answered, 1 left while they waited." in told
    assert "11-18, done: 1" in told
    assert "caller hung up" in told


@pytest.mark.parametrize("by", ["hour", "day", "week", "month", "weekday"])
def test_lines_are_hours_days_weeks_months_or_weekdays(operator: Browser, by: str) -> None:
    assert operator.get(f"/reports?{WEEK}&by={by}").status_code == 200
    assert operator.get(f"/reports/alerts?{WEEK}&by={by}").status_code == 200


def test_a_ward_is_followed_from_the_table(operator: Browser) -> None:
    assert f"ward=W5" in operator.get(f"/reports/alerts?{WEEK}").text  # noqa: F541
    alone = operator.get(f"/reports/alerts?{WEEK}&ward=W5").text
    assert "Only ward W5." in alone
    assert "1 alerts, 1 confirmed, 0 not; half of them within 34 s." in alone


NAMES = (
    *("calls", "calls-by-weekday-and-hour", "flows", "keys", "hung-up"),
    *("alerts", "alerts-by-ward", "alerts-by-rule", "dials"),
)


@pytest.mark.parametrize("name", NAMES)
def test_each_table_is_had_as_a_file(operator: Browser, name: str) -> None:
    book = load_workbook(io.BytesIO(operator.get(f"/reports/{name}.xlsx?{WEEK}").content))
    cells = [cell for row in book.active.iter_rows() for cell in row]
    assert all(cell.data_type != "f" for cell in cells), "what a flow is called is no formula"
    assert operator.get(f"/reports/{name}.csv?{WEEK}").text.startswith("\ufeff")


def test_the_file_of_flows_has_what_the_page_has(operator: Browser) -> None:
    told = operator.get(f"/reports/flows.csv?{WEEK}").text
    assert "'=1+1" in told
    assert HOSTILE in told


@pytest.mark.parametrize(
    "query",
    [
        *("first=2026-11-22&last=2026-11-16", "first=soon", "last=2026-13-01", "by=minute", "first=1800-01-01"),
        *("last=0001-01-01", "by=hour'--"),
    ],
)
def test_a_request_without_sense_is_refused(operator: Browser, query: str) -> None:
    assert operator.get(f"/reports?{query}").status_code == 422


def test_there_are_no_other_files(operator: Browser) -> None:
    assert operator.get("/reports/secrets.csv").status_code == 404
    assert operator.get("/reports/calls.exe").status_code == 422
    assert operator.get("/reports/..%2f..%2fetc.csv").status_code == 404


@pytest.mark.parametrize("role", ["nurse", "clerk"])
def test_reports_are_not_for_everybody(sign_in: Callable[..., Browser], role: str) -> None:
    assert sign_in(role).get("/reports").status_code == 403


def test_days_that_are_not_added_up_are_told(operator: Browser, past: Past) -> None:
    past.call(at("2026-11-10 10:00", SHANGHAI))
    told = operator.get("/reports?first=2026-11-09&last=2026-11-22").text
    assert "days of this time are not added up yet" in told
