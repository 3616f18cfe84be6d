"""The shipped flows: every test beside them passes, and together they try every step and every way out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from editions.bundle import TESTS, Bundle
from editions.flow_tests import under_test
from ivr.record.call_records import CallEvent, CallRecord
from ivr.rehearsal.answers import declared_beyond
from ivr.rehearsal.caller import ANY_DAY
from ivr.rehearsal.export import as_test
from ivr.rehearsal.flow_test import EditionUnderTest, FlowTest
from ivr.rehearsal.suite import SuiteResult, run_tests
from ivr.rehearsal.test_file import read_tests
from ivr.rehearsal.test_run import follow, play, rehearse
from ivr.rehearsal.traced import of_record

BUNDLE = Bundle.of_folder(Path(__file__).parents[2] / "flows")


@cache
def shipped() -> EditionUnderTest:
    """The shipped flows, read once."""
    return under_test(BUNDLE, ZoneInfo("Asia/Shanghai"))


@cache
def result() -> SuiteResult:
    """What came of all tests."""
    return run_tests(BUNDLE.under(TESTS), shipped())


def _named(test: FlowTest) -> str:
    return f"{Path(test.mark.file).stem}: {test.name}"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One pytest test for each flow test; the flows are read when they are needed, not on import."""
    if "flow_test" in metafunc.fixturenames:
        metafunc.parametrize("flow_test", read_tests(BUNDLE.under(TESTS), shipped()), ids=_named)


def test_it_goes_as_it_is_written(flow_test: FlowTest) -> None:
    failure = play(flow_test, shipped()).failure
    assert failure is None, f"{failure}\n" + "\n".join(failure.transcript)


def test_every_step_and_every_way_out_is_tried() -> None:
    left = {name: [*one.steps_left, *one.ways_left] for name, one in result().coverage.items()}
    assert {name: untried for name, untried in left.items() if untried} == {}


def _again(text: str) -> None:
    (test,) = read_tests({"exported.yaml": text.encode()}, shipped())
    failure = play(test, shipped()).failure
    assert failure is None, f"{text}\n{failure}\n" + "\n".join(failure.transcript)


def test_its_call_written_down_passes_as_a_test(flow_test: FlowTest) -> None:
    call = rehearse(flow_test, shipped())
    follow(call, flow_test)
    _again(as_test("again", call.caller, call.moments, shipped()))


def test_its_trace_written_down_passes_as_a_test(flow_test: FlowTest) -> None:
    """As of a live call: from the trace alone."""
    call = rehearse(flow_test, shipped())
    follow(call, flow_test)
    events = [_as_live(number, *one) for number, one in enumerate(call.trace)]
    record = CallRecord(
        call_id="ab" * 16,
        direction="in",
        dialled="1000",
        caller=call.caller.number,
        flow=call.caller.flow,
        language=call.caller.language,
        notice="",
        began_at=ANY_DAY,
        answered_at=ANY_DAY,
        ended_at=None,
        cause="normal",
        sip_code=200,
        outcome=call.outcome,
        events=tuple(events),
    )
    text = as_test("again", *of_record(record, shipped()), shipped())
    _again(text)


def _as_live(number: int, at: float, kind: str, detail: Mapping[str, Any]) -> CallEvent:
    """A live call notes a put-through as `dial`, not as an action."""
    if kind == "action" and detail["action"] in declared_beyond():
        kind, detail = detail["action"], {"outcome": detail["outcome"]}
    return CallEvent(number, ANY_DAY + timedelta(seconds=at), kind, detail)
