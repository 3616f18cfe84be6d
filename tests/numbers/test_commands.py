"""`wardbell numbers`: hospital IT asks what a number does, closes it, opens it, sees who did."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from editions import store
from hospital.cards.pins import PepperedPins
from ivr.numbers.closings import Switched, closed_numbers, pin_of, switch
from ivr.numbers.line_actions import pin_subject
from wardbell.commands.numbers import numbers
from wardbell.parts import Parts
from wardbell.settings import Settings

MONDAY_NINE = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
NUMBERS = """
hours: {clinic: {mon-fri: ["08:00-12:00", "13:30-17:30"], holidays: closed}}
callers: {staff: ["8*"]}
closed: {flow: closed}
default: {flow: main, language: zh}
numbers:
  "1000": {flow: main, language: zh}
  "1002":
    title: Clinic
    language: zh
    when:
      - {callers: staff, flow: operator}
      - {hours: clinic, flow: main}
    else: {flow: closed}
codes:
  "*28": {closes: "1002", callers: staff, language: zh}
"""


@pytest.fixture
def parts(tmp_path: Path) -> Iterator[Parts]:
    folder = tmp_path / "flows"
    not_flows = shutil.ignore_patterns("*.py", "__pycache__", "tests")
    shutil.copytree(str(resources.files("flows")), folder, ignore=not_flows)
    (folder / "numbers.yaml").write_text(NUMBERS, encoding="utf-8")
    (folder / "holidays.yaml").write_text("holidays: [{date: 2026-10-01}]\n", encoding="utf-8")
    parts = Parts(Settings(data_dir=tmp_path / "var", flows_dir=folder))
    parts.wallclock = lambda: MONDAY_NINE
    parts.database.create_all()
    yield parts
    parts.close()


def it(parts: Parts, *words: str, typed: str = "") -> Result:
    return CliRunner(mix_stderr=False).invoke(numbers, list(words), obj=parts, input=typed)


def lines(parts: Parts, *words: str) -> list[str]:
    result = it(parts, *words)
    assert result.exit_code == 0, result.stderr or result.exception
    return [" ".join(line.split()) for line in result.stdout.splitlines()]


def test_status_tells_what_each_number_does_and_what_changes_next(parts: Parts) -> None:
    assert lines(parts, "status") == [
        "number title now because until then",
        "1000 main (zh) always -",
        "1002 Clinic main (zh) hours clinic Mon 2026-11-23 12:00 closed (zh)",
        "default main (zh) always -",
        'code *28 closes 1002: callers staff; no PIN set yet: `wardbell numbers pin "*28"`',
    ]
    assert 'the calendar "holidays" ends on 2026-10-01' in it(parts, "status").stderr


def test_ask_names_the_line_that_decides(parts: Parts) -> None:
    told = lines(parts, "ask", "1002", "--at", "2026-11-23 13:00", "--from", "13800000000")
    assert [line.removeprefix(f"{parts.flows_dir()}/") for line in told] == [
        "1002 at Mon 2026-11-23 13:00: closed (zh)",
        "numbers.yaml:14: 1002: else",
        "numbers.yaml:12: does not fit: operator (zh)",
        "numbers.yaml:13: does not fit: main (zh)",
    ]
    told = lines(parts, "ask", "5555", "--from", "8001", "--forwarded", "1002")
    assert told[0] == "5555 at Mon 2026-11-23 09:00: operator (zh)"
    assert told[1] == "forwarded from 1002, which counts as dialled"
    assert told[2].endswith(": 1002: callers staff")
    assert told[3].startswith("->")
    assert lines(parts, "ask", "*28")[0].endswith(": refused")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--until-opening"], "1002 closed until Mon 2026-11-23 13:30: callers get closed (zh)"),
        (["--until", "18:00"], "1002 closed until Mon 2026-11-23 18:00: callers get closed (zh)"),
        (["--until", "08:00"], "1002 closed until Tue 2026-11-24 08:00: callers get closed (zh)"),
        (["--until", "2026-12-24 08:00"], "1002 closed until Thu 2026-12-24 08:00: callers get closed (zh)"),
        ([], "1002 closed until it is opened: callers get closed (zh)"),
    ],
)
def test_a_number_is_closed_and_opened(parts: Parts, words: list[str], told: str) -> None:
    assert lines(parts, "close", "Clinic", "--who", "Li", "--why", "pipe burst", *words) == [told]
    assert "closed by Li" in lines(parts, "status")[2]
    asked = lines(parts, "ask", "1002", "--from", "13800000000")
    assert asked[-1].endswith("passed over while it is closed: main (zh)")
    assert lines(parts, "open", "1002") == ["1002 goes by its timetable: main (zh) now"]
    assert parts.database.run_now(closed_numbers) == {}
    record = lines(parts, "history")
    assert [row.split()[3] for row in record[1:]] == ["opened", "closed"]
    assert "Li pipe burst" in record[2]


def test_all_numbers_at_once(parts: Parts) -> None:
    assert [line.split()[0] for line in lines(parts, "close", "all")] == ["1000", "1002", "default"]
    assert set(parts.database.run_now(closed_numbers)) == {"1000", "1002", "default"}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["close", "1003"], 'no number "1003" (there are 1000, 1002, default)'),
        (["close", "1000", "--until-opening"], "1000 has no hours"),
        (["close", "1002", "--until", "2026-11-23 08:00"], "has passed"),
        (["close", "1002", "--until", "tomorrow"], '"tomorrow" is not a time'),
        (["close", "1002", "--until", "18:00", "--until-opening"], "say different things"),
        (["pin", "*30"], "there is no code *30"),
    ],
)
def test_what_cannot_be_is_told(parts: Parts, words: list[str], told: str) -> None:
    result = it(parts, *words)
    assert result.exit_code != 0
    assert told in result.stderr


def test_a_code_gets_its_pin(parts: Parts) -> None:
    assert "6 to 12 digits" in it(parts, "pin", "*28", typed="1234\n1234\n").stderr
    assert it(parts, "pin", "*28", typed="471147\n471147\n").exit_code == 0
    stored = parts.database.run_now(pin_of, "*28")
    assert PepperedPins(parts.pepper).verify(pin_subject("*28"), "471147", stored)
    assert lines(parts, "status")[-1].endswith("PIN")


def test_what_is_published_counts_not_what_is_on_disk(parts: Parts) -> None:
    bundle = parts.on_disk()
    proof = store.Proof(store.as_texts(bundle), bundle.digest, "it", "first")
    parts.database.run_now(store.publish, proof, 0, MONDAY_NINE)
    (parts.flows_dir() / "numbers.yaml").write_text('numbers: {"2000": {flow: main, language: zh}}\n')
    assert [line.split()[0] for line in lines(parts, "status")][1] == "1000"
    assert [line.split()[0] for line in lines(parts, "status", "--draft")][1] == "2000"


def test_a_closing_from_before_an_edition_still_counts(parts: Parts) -> None:
    parts.database.run_now(switch, [Switched("1002", True, None, "8001", "by *28", MONDAY_NINE)])
    assert "closed by 8001" in lines(parts, "status")[2]


def test_a_week_shows_what_answers_from_when_until_when(parts: Parts) -> None:
    told = lines(parts, "week", "1002")
    assert told[0] == "Mon 2026-11-23"
    assert told[1] == "00:00-08:00 closed closed (zh): else"
    assert told[2] == "08:00-12:00 open main (zh): hours clinic"
    assert lines(parts, "week", "1002", "--from", "8001")[1] == "00:00-24:00 open operator (zh): callers staff"
    assert it(parts, "week", "1002", "--day", "soon").exit_code == 1
