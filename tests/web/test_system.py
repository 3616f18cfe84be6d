"""IT sees how the machine is, and no secret."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi import FastAPI

from ivr.in_progress.line_now import LineNow, TrunkNow, WorkerNow
from tests.web.browser import Browser, signed_in
from wardbell.metrics.metrics import Metrics
from wardbell.metrics.standing import EngineStanding, Standing
from wardbell.settings import Settings, Web
from wardbell.web_machine import HIDDEN, ThisMachine, shown
from web.machine import FakeMachine, Finding, InForce
from web.pages.system.readings import Readings, Spread
from web.site import Site

SignIn = Callable[..., Browser]


def test_the_doctor_tells_the_worst_first(console: FastAPI, site: Site) -> None:
    found = [Finding("ok", "ffmpeg is there"), Finding("error", "the disk is <full>", "make room")]
    console.state.site = replace(site, machine=FakeMachine(found))
    page = signed_in(console, site, "it").get("/system/doctor").text
    assert page.index("the disk is &lt;full&gt;") < page.index("make room") < page.index("ffmpeg is there")
    assert "1 error, 0 warnings" in page


def test_a_part_of_the_page_is_the_findings_alone(sign_in: SignIn) -> None:
    part = sign_in("it").get("/system/doctor", headers={"HX-Request": "true"}).text
    assert "all is well" in part
    assert "<html" not in part


def test_settings_in_force_are_shown_and_those_that_were_set_are_marked(console: FastAPI, site: Site) -> None:
    there = [InForce("sip.port", "5080", False, "Port of SIP"), InForce("engine", "wardbell", True, "Its name")]
    console.state.site = replace(site, machine=FakeMachine(in_force=there))
    page = signed_in(console, site, "it").get("/system").text
    assert page.count('class="badge busy"') == 1
    assert "5080" in page


def test_every_setting_is_there_with_its_value(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, web=Web(port=9000))
    found = {one.name: one for one in ThisMachine(settings).settings()}
    assert (found["web.port"].value, found["web.port"].usual) == ("9000", False)
    assert (found["sip.port"].value, found["sip.port"].usual) == ("5060", True)
    assert found["web.port"].meaning


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("database", "postgresql+psycopg://line:pa55@db/line", "postgresql+psycopg://line:***@db/line"),
        ("database", "::::", HIDDEN),
        ("webhooks.secret", "whsec_x", HIDDEN),
        ("voices.fill_silence", True, "true"),
        ("hl7.peers", ("10.0.0.1", "10.0.0.2"), "10.0.0.1, 10.0.0.2"),
        ("web.certificate", None, ""),
    ],
)
def test_no_secret_is_shown(name: str, value: object, told: str) -> None:
    assert shown(name, value) == told


def test_a_nurse_sees_nothing_of_it(sign_in: SignIn) -> None:
    nurse = sign_in("nurse")
    for address in ("/system", "/system/figures", "/system/doctor"):
        assert nurse.get(address).status_code == 403


def test_key_figures_are_told_in_words(console: FastAPI, site: Site) -> None:
    metrics = Metrics()
    now = EngineStanding(LineNow(8, 3, (WorkerNow("w1", "dead", 4, 3),), TrunkNow()), {"in": 2, "out": 1}, 5, 7)
    metrics.add(Standing(site.database, lambda: now, site.wallclock))
    for taken in (0.015, 0.015, 0.15):
        metrics.prompt.observe(taken)
    metrics.hl7.labels("AR").inc(2)
    metrics.transaction(True, 0.0004, None)
    metrics.web.labels("console", "5xx").observe(9)
    metrics.voice_failures.labels("espeak").inc()
    console.state.site = replace(site, measured=metrics.text)
    page = " ".join(signed_in(console, site, "auditor").get("/system/figures").text.split())
    for told in (
        '<span class="figure">3 / 8</span> lines in use',
        '<dt>Workers that died</dt><dd><span class="badge warn">1</span>',
        "half within 20 ms, 95 of 100 within 200 ms <small>(3 measured)",
        '<dt>of a kind that is not taken (AR)</dt><dd><span class="badge warn">2</span>',
        "95 of 100 within 0.5 ms",
        "most took longer than 5 s",
        "failed 1 time",
        "nothing measured yet",
    ):
        assert told in page, told


@pytest.mark.parametrize("language", ["zh", "ru", "pl"])
def test_key_figures_are_told_in_every_language(language: str, console: FastAPI, site: Site) -> None:
    metrics = Metrics()
    for taken in (0.015, 0.15):
        metrics.prompt.observe(taken)
        metrics.setup.labels("in").observe(0.01)
        metrics.setup.labels("out").observe(taken * 100)
        metrics.voice.labels("espeak").observe(taken * 1000)
    console.state.site = replace(site, measured=metrics.text)
    it = signed_in(console, site, "it")
    it.headers["Accept-Language"] = language
    answer = it.get("/system/figures")
    assert answer.status_code == 200
    assert "within" not in answer.text


def test_what_does_not_answer_is_told_beside_the_figures_that_there_are(console: FastAPI, site: Site) -> None:
    def silent() -> EngineStanding:
        raise TimeoutError

    metrics = Metrics()
    metrics.add(Standing(site.database, silent, site.wallclock))
    console.state.site = replace(site, measured=metrics.text)
    page = signed_in(console, site, "it").get("/system/figures").text
    assert "The engine does not answer" in page
    assert "The database does not answer" not in page


def test_figures_of_a_share_lie_in_the_bucket_that_holds_it() -> None:
    metrics = Metrics()
    for taken in [0.004] * 94 + [0.4] * 6:
        metrics.prompt.observe(taken)
    assert Readings(metrics.text()).spread("key_to_prompt_seconds") == Spread(100, 0.005, 0.5, 5.0)
    assert Readings(metrics.text()).spread("voice_seconds", voice="none") == Spread()
