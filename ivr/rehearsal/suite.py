"""Runs many flow tests and reports what passed, what failed, and what of the flows was not tried."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ivr.rehearsal.coverage import Coverage, FlowCoverage
from ivr.rehearsal.flow_test import EditionUnderTest, FlowTest
from ivr.rehearsal.test_file import read_tests
from ivr.rehearsal.test_run import Played, play


@dataclass(frozen=True, slots=True)
class SuiteResult:
    """What came of the tests, and how far each flow was tried, by name."""

    played: Sequence[Played]
    coverage: Mapping[str, FlowCoverage]

    @property
    def failed(self) -> Sequence[Played]:
        """Those that did not go as they are written."""
        return [one for one in self.played if one.failure is not None]

    def as_data(self) -> dict[str, Any]:
        """For programs: everything, as JSON's values."""
        return {
            "tests": [_test(one) for one in self.played],
            "coverage": {
                name: {
                    "steps": one.steps,
                    "ways": one.ways,
                    "steps_left": list(one.steps_left),
                    "ways_left": list(one.ways_left),
                }
                for name, one in self.coverage.items()
            },
        }


def run_tests(sources: Mapping[str, bytes], house: EditionUnderTest, word: str = "") -> SuiteResult:
    """Run the tests of the files (name -> content) whose file or name has `word` in it.

    Raises `FilesBroken` with every mistake in the files.
    """
    return run_all(read_tests(sources, house), house, word)


def run_all(tests: Sequence[FlowTest], house: EditionUnderTest, word: str = "") -> SuiteResult:
    """As `run_tests`, when they were read."""
    coverage = Coverage(house.flows)
    flows = coverage.watched
    chosen = [test for test in tests if word.casefold() in f"{test.mark.file} {test.name}".casefold()]
    played = [play(test, house, flows) for test in chosen]
    return SuiteResult(played, {name: coverage.of(name) for name in sorted(house.flows.flows)})


def _test(one: Played) -> dict[str, Any]:
    told: dict[str, Any] = {
        "file": one.test.mark.file,
        "line": one.test.mark.line,
        "name": one.test.name,
        "passed": one.failure is None,
        "seconds": round(one.seconds, 1),
    }
    if one.failure is not None:
        told["failure"] = {
            "line": one.failure.mark.line,
            "col": one.failure.mark.col,
            "expected": one.failure.expected,
            "instead": one.failure.instead,
            "transcript": list(one.failure.transcript),
        }
    return told
