"""kill -9 of the engine, hundreds of times, at every step of an alert. What the wards' telephones saw and what stands
in the rows are held against each other: no accepted alert is lost, nobody who confirmed is rung again.

    .venv/bin/python -m pytest -m slow -s tests/e2e/test_kills.py       # prints what is in docs/reliability.md
"""

from __future__ import annotations

import random
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import Template
from tests.e2e.line import admission, eventually
from tests.e2e.many_wards import ManyWards, Ward, at
from tests.phone.plain import Habit, Happened

KILLS = 34
"""At each step."""
WARDS = 24
"""Each has one alert at a time, so that who is rung says for what."""
STEPS = ("sent", "acknowledged", "invited", "ringing", "answered", "heard", "pressed", "ended", "idle")
"""Where the engine dies: while it reads the message, after its AA, from the INVITE to the end of the call, and with
nothing to do."""
JITTER = 0.25
"""Seconds after the step, at most: a step lasts a while, and each moment of it is one of its own."""
SETTLED = 120.0


class Rig(ManyWards):
    """The line that dies, and the hospital's system that sends until it is acknowledged."""

    def __init__(self, template: Template, directory: Path) -> None:
        super().__init__(template, directory, WARDS, lambda number: Habit(answers=0.1, presses=("1", 0.9), again=2.0))
        self.accepted: dict[str, Ward] = {}
        self.kills: list[float] = []
        self.sent = 0

    # The hospital's system

    def send(self, ward: Ward) -> None:
        """Send an admission, again and again, until it is acknowledged."""
        visit = self.begin(ward)
        while not self.acknowledged(visit):
            time.sleep(0.1)
        self.accepted[f"V{visit}"] = ward

    def begin(self, ward: Ward) -> str:
        """The next admission of a ward."""
        self.sent += 1
        visit = f"R{self.sent:04}"
        ward.visits.append(f"V{visit}")
        self._now = admission(visit, ward.code, bed="12")
        return visit

    def acknowledged(self, visit: str) -> bool:
        """Send it once; whether AA came."""
        try:
            return f"MSA|AA|{visit}" in self.line.send(self._now, timeout=3.0)
        except OSError:
            return False

    def kill(self, step: str, ward: Ward, moment: float) -> None:
        """Send an alert to the ward and kill the engine at this step of it."""
        since = len(self.telephones.told)
        if step == "idle":
            time.sleep(moment)
        elif step == "sent":
            visit = self.begin(ward)
            with socket.create_connection(("127.0.0.1", self.line.hl7_port), 3) as wire:
                wire.sendall(b"\x0b" + self._now.encode() + b"\x1c\r")
                time.sleep(moment / 10)
        else:
            self.send(ward)
            if step != "acknowledged":
                assert self.telephones.wait_for(ward.station, step, 20, since), f"{ward.station} was never {step}"
            time.sleep(moment)
        self.kills.append(time.time())
        self.line.kill()
        self.line.start()
        if step == "sent":  # the system knows of no answer: it sends the same message again
            while not self.acknowledged(visit):
                time.sleep(0.1)
            self.accepted[f"V{visit}"] = ward

    # What came of it

    def free(self) -> list[Ward]:
        """Wards that wait for nothing, and whose telephone nobody uses: what comes is told in a new call."""
        states = {visit: row["state"] for visit, row in self.notices().items()}
        quiet = [ward for ward in self.wards if not self.telephones.in_use(ward.station)]
        return [ward for ward in quiet if all(states.get(visit) == "confirmed" for visit in ward.visits)]


@pytest.fixture(scope="module")
def rig(template: Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    made = Rig(template, tmp_path_factory.mktemp("rig"))
    try:
        made.line.start()
        yield made
    finally:
        made.close()


@pytest.mark.slow
@pytest.mark.parametrize("step", STEPS)
def test_no_alert_is_lost_and_nobody_who_confirmed_is_rung_again(rig: Rig, step: str) -> None:
    dice, known = random.Random(f"20261128 {step}"), set(rig.notices())
    began = time.monotonic()
    for _ in range(KILLS):
        ward = eventually(lambda: rig.free(), SETTLED, "a ward that waits for nothing")[0]
        rig.kill(step, ward, dice.uniform(0, JITTER))
    eventually(lambda: len(rig.free()) == WARDS, SETTLED, "every alert to be confirmed")

    notices = rig.notices()
    assert set(notices) == set(rig.accepted), "every accepted alert has its notice"
    assert {row["state"] for row in notices.values()} <= {"confirmed"}
    late = [one for one in rig.telephones.told if one.what == "invited" and not _due(rig, notices, one)]
    assert late == [], "a telephone rang though all of its alerts were confirmed"
    fresh = {visit: row for visit, row in notices.items() if visit not in known}
    calls = sum(row["attempts"] for row in fresh.values())
    print(
        f"\n{step}: {KILLS} kills in {time.monotonic() - began:.0f} s, {len(fresh)} alerts accepted, all confirmed in"
        f" {calls} calls, none rung after it"
    )
    dear = {visit: row for visit, row in fresh.items() if row["attempts"] > 1 + _killed_over(rig, row)}
    assert dear == {}, "a kill costs an open alert one more call at most"


def _killed_over(rig: Rig, notice: dict[str, Any]) -> int:
    """How often the engine was killed while this alert was open."""
    return sum(at(notice["created_at"]) <= killed <= at(notice["ended_at"]) for killed in rig.kills)


def _due(rig: Rig, notices: dict[str, dict[str, Any]], rang: Happened) -> bool:
    """Whether an alert of this telephone was open when it rang."""
    rows = [notices[visit] for ward in rig.wards if ward.station == rang.number for visit in ward.visits]
    return any(at(row["created_at"]) - 0.05 <= rang.at <= at(row["ended_at"]) for row in rows)
