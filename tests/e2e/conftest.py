"""The hospital line for end-to-end tests, and the telephones around it."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import resources
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from prompts.render import Known
from tests.e2e.line import Line
from tests.e2e.melodies import MelodyStudio, said, sing_ahead, studio
from tests.e2e.small_hospital import BEDS, BILLED, DESK, SmallHospital, morning_zone
from tests.e2e.story import Caller, Said
from tests.phone.phone import Phone

TELEPHONES = count(1)
"""Patients' numbers: wrong entries are counted by telephone, too."""


@dataclass(frozen=True)
class Template:
    """A data folder with an open hospital and sung prompts, to be copied; and flows that do not wait long."""

    data: Path
    flows: Path
    zone: str
    singer: MelodyStudio


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    """Made once a session."""
    directory = tmp_path_factory.mktemp("template")
    zone = morning_zone(datetime.now(UTC))
    line = Line(directory, 9, zone=zone)
    line.command("db", "upgrade")
    hospital = SmallHospital(line.data, zone)
    hospital.open()
    singer = studio(hospital.parts.catalog, hospital.parts.settings.store_dir)
    said_in_calls = [
        *(Known("name", bed) for bed in BEDS),
        Known("digits", DESK),
        *(Known("money", amount) for amount in BILLED),
        Known("date", hospital.today.isoformat()),
    ]
    sing_ahead(singer, hospital.parts.catalog, [*hospital.parts.known_values(), *said_in_calls])
    hospital.parts.close()
    flows = directory / "flows"
    shutil.copytree(str(resources.files("flows")), flows, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    hurry(flows / "notices.yaml")
    for file in (Path(__file__).parent / "flows").iterdir():
        shutil.copy(file, flows)
    with (flows / "numbers.yaml").open("a", encoding="utf-8") as numbers:
        tests = ("keys", "counter", "message", "complaint", "checkup_due")
        for number, flow in enumerate(tests, 7001):
            numbers.write(f'  "{number}": {{flow: {flow}, language: zh}}\n')
    return Template(line.data, flows, zone, singer)


def hurry(notices: Path) -> None:
    """The rules with the shortest times that there may be: what a test can wait for."""
    text = re.sub(r"\b\d+s\b", "5s", notices.read_text(encoding="utf-8"))
    notices.write_text(text.replace("[5s", "[1s") + MESSAGE_LEFT, encoding="utf-8")


MESSAGE_LEFT = """
  message_left:
    event: message_left
    flow: message_left
    language: zh
    priority: care
    confirm: heard
    expires_after: 1h
    steps: [{call: "8400"}]
  checkup_due:
    event: checkup_due
    to: {patient: card}
    flow: checkup
    language: en
    priority: care
    confirm: heard
    expires_after: 1h
    steps: [{call: patient}]
events: [message_left, checkup_due]
"""
"""Rules for events that flows tell."""


@dataclass
class House:
    """A running line with its hospital, and the exchange on which it calls out."""

    line: Line
    hospital: SmallHospital
    exchange: Phone
    patient: Phone
    said: Said

    def caller(self, number: str = "1000", language: str = "zh", caller: str = "") -> Caller:
        """A patient dials, each from a telephone of his own; the call is answered.

        Busy is believed after a second: the line of a call that is just over is free a moment later.
        """
        until = time.monotonic() + 1
        caller = caller or f"138{next(TELEPHONES):08}"
        while True:
            call = self.patient.dial(self.line.uri(number), caller=caller)
            self.patient.wait(lambda: call.answered_at or call.over, 5, "an answer")  # noqa: B023 - looked at right here
            if call.over is None or call.over.code != 486 or time.monotonic() > until:
                return Caller(call.wait_answered(), self.said, language)
            time.sleep(0.1)

    def close(self) -> None:
        """Everything ends."""
        self.line.close()
        self.patient.close()
        self.exchange.close()
        self.hospital.parts.close()


def build(template: Template, directory: Path, *, sung: bool = True, **settings: Any) -> House:
    """A house of its own: a copy of the template, telephones, ports. `sung`: with its melodies.

    With a `database` of its own, that one is furnished."""
    exchange = Phone(directory, "exchange")
    patient = Phone(directory, "patient")
    own = {"zone": template.zone, "flows_dir": template.flows, "sip__drain": 30, "outbound__reserve": 0}
    own |= {"sip__lines_per_worker": 4, "sip__media_timeout": 2}
    line = Line(directory / "line", exchange.port, **{**own, **settings})
    shutil.copytree(template.data, line.data, ignore=shutil.ignore_patterns("prompts", "*.lock"))
    if sung:
        (line.data / "prompts").symlink_to(template.data / "prompts")
    database = str(settings.get("database", ""))
    hospital = SmallHospital(line.data, template.zone, database)
    if database:
        line.command("db", "upgrade")
        hospital.open()
    line.start()
    return House(line, hospital, exchange, patient, said(template.singer))


@pytest.fixture(scope="session")
def house(template: Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One line for all the tests that leave it as they found it."""
    made = build(template, tmp_path_factory.mktemp("house"))
    try:
        yield made
    finally:
        made.close()


@pytest.fixture
def own_house(template: Template, tmp_path: Path) -> Iterator[House]:
    """A line for one test that kills it."""
    made = build(template, tmp_path)
    try:
        yield made
    finally:
        made.close()


@pytest.fixture(autouse=True)
def _quiet_exchange(request: pytest.FixtureRequest) -> Iterator[None]:
    """What a test told the exchange is forgotten after it."""
    yield
    if "house" in request.fixturenames:
        request.getfixturevalue("house").exchange.forget()
