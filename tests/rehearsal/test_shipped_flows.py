"""The shipped flows: every test that stands beside them passes, and together they try every step and every way out."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from ivr.bundle import TESTS, Bundle
from ivr.rehearsal.played import play
from ivr.rehearsal.suite import SuiteResult, run_tests
from ivr.rehearsal.written import FlowTest, House, read_tests
from wardbell.rehearsing import house

BUNDLE = Bundle.of_folder(Path(__file__).parents[2] / "flows")


@cache
def shipped() -> House:
    """The shipped flows, read once."""
    return house(BUNDLE, ZoneInfo("Asia/Shanghai"))


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
