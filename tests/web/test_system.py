"""IT sees how the machine is, and no secret."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi import FastAPI

from tests.web.browser import Browser, signed_in
from wardbell.settings import Settings, Web
from wardbell.web_machine import HIDDEN, ThisMachine, shown
from web.machine import FakeMachine, Finding, InForce
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
    assert sign_in("nurse").get("/system").status_code == 403
