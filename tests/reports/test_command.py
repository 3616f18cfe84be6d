"""`wardbell reports`: what the head of the desk asks on a Monday morning."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner, Result

from db.database import Database
from tests.reports.past import Past, at
from wardbell.commands.reports import reports

NOW = datetime(2026, 7, 6, 8, 0, tzinfo=UTC)  # a Monday
MENU = ("step", {"flow": "main", "step": "menu"})


@dataclass
class Desk:
    past: Past

    @property
    def database(self) -> Database:
        return self.past.database

    @property
    def zone(self) -> ZoneInfo:
        return self.past.zone

    def wallclock(self) -> datetime:
        return self.past.now

    def says(self, *words: str) -> Result:
        return CliRunner(mix_stderr=False).invoke(reports, list(words), obj=self)


def opened() -> Desk:
    database = Database("sqlite://")
    database.create_all()
    past = Past(database, NOW)
    past.call(at("2026-07-02 10:00"), steps=[MENU, ("keys", {"keys": "2"})], waited=12.0, talked=60.0)
    past.call(at("2026-07-03 10:10"), flow="=cmd|'/c calc'!A0", outcome="hung_up", waited=30.0)
    past.call(at("2026-07-06 09:00"), steps=[MENU], outcome="hung_up")
    past.notice(at("2026-07-03 22:00"), 35.0)
    return Desk(past)


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    made = opened()
    made.says("heal")
    yield made
    made.database.close()


def rows(result: Result) -> list[dict[str, str]]:
    assert result.exit_code == 0, result.stderr or result.exception
    return list(csv.DictReader(io.StringIO(result.stdout)))


def test_calls_by_day_with_today_and_their_sum(desk: Desk) -> None:
    told = rows(desk.says("calls", "--from", "2026-07-02", "--csv"))
    assert {row["day"]: row["calls"] for row in told} == {
        "2026-07-02": "1", "2026-07-03": "1", "2026-07-04": "0", "2026-07-05": "0", "2026-07-06": "1", "total": "3",
    }  # fmt: skip
    assert (told[0]["waited"], told[1]["left while waiting"], told[1]["half within, s"]) == ("1", "1", "31")


def test_what_was_not_counted_is_said_and_heal_adds_it_up() -> None:
    desk = opened()
    told = desk.says("calls", "--from", "2026-07-02", "--csv")
    assert "NOT counted: 2026-07-02, 2026-07-03" in told.stderr
    assert "4 added up" in desk.says("heal").stdout
    assert "0 added up" in desk.says("heal").stdout
    assert "NOT counted" not in desk.says("calls", "--from", "2026-07-02").stdout
    desk.database.close()


@pytest.mark.parametrize("by", ["hour", "day", "week", "month", "weekday"])
def test_every_line_by_which_it_can_be_asked_has_the_same_sum(desk: Desk, by: str) -> None:
    assert rows(desk.says("calls", "--from", "2026-06-01", "--by", by, "--csv"))[-1]["calls"] == "3"


def test_keys_flows_alerts_and_weekdays_are_told(desk: Desk) -> None:
    desk.says("heal")
    assert (
        rows(desk.says("keys", "--from", "2026-07-02", "--csv"))[0] | {"2": "1", "hung up": "1"}
        == rows(desk.says("keys", "--from", "2026-07-02", "--csv"))[0]
    )
    assert "N3" in desk.says("alerts", "--from", "2026-07-02", "--by", "hour").stdout
    assert desk.says("calls", "--weekdays", "--from", "2026-07-02").stdout.splitlines()[1].startswith("mon")


def test_a_flow_that_would_be_a_formula_stays_text_in_a_spreadsheet(desk: Desk) -> None:
    told = rows(desk.says("flows", "--from", "2026-07-02", "--csv"))
    assert all(not row["flow"].startswith("=") for row in told)


@pytest.mark.parametrize("wrong", [("--from", "tomorrow"), ("--from", "2026-07-09", "--to", "2026-07-02")])
def test_a_period_that_is_none_is_told_plainly(desk: Desk, wrong: tuple[str, ...]) -> None:
    result = desk.says("calls", *wrong)
    assert result.exit_code != 0
    assert "Traceback" not in result.stderr
