"""Where an edition that is to be published is read and tested: here, or in a process beside, so that nobody who shares
this one waits for it. Reading takes a second of the interpreter, the tests of a hospital two and more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar
from zoneinfo import ZoneInfo

from editions.bundle import Bundle
from editions.declared import ACTIONS
from editions.edition import Checked, read_edition
from editions.flow_tests import run_flow_tests, run_tests_of
from editions.workshop.workshop import Workshop
from forms.errors import FilesBroken
from forms.mistake import Mistake
from ivr.rehearsal.suite import SuiteResult
from prompts.catalog import Catalog

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Read:
    """What publishing needs of an edition without mistakes."""

    texts: Catalog
    warnings: Sequence[Mistake]


class Examiner(Protocol):
    """Reads and tests."""

    def read(self, bundle: Bundle, zone: ZoneInfo) -> Read:
        """All of it as the engines read it. Raises `FilesBroken`, `WorkshopError`."""

    def test(self, bundle: Bundle, zone: ZoneInfo) -> SuiteResult:
        """Run the flow tests. Raises `FilesBroken` with every mistake in them, `WorkshopError`."""


class Here:
    """In this thread: for the command line, and for tests. What was read last is not read again to be tested."""

    def __init__(self) -> None:
        self._last: tuple[str, Checked] | None = None

    def read(self, bundle: Bundle, zone: ZoneInfo) -> Read:
        """As `Examiner.read`."""
        checked = read_edition(bundle, ACTIONS, zone=zone)
        self._last = bundle.digest, checked
        return Read(checked.edition.texts, checked.warnings)

    def test(self, bundle: Bundle, zone: ZoneInfo) -> SuiteResult:
        """As `Examiner.test`."""
        last = self._last
        if last is None or last[0] != bundle.digest:
            return run_flow_tests(bundle, zone)
        return run_tests_of(last[1], zone)


class Aside:
    """In a workshop."""

    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop

    def read(self, bundle: Bundle, zone: ZoneInfo) -> Read:
        """As `Examiner.read`."""
        return _right(self._workshop.ask("publishing", _read, bundle, zone))

    def test(self, bundle: Bundle, zone: ZoneInfo) -> SuiteResult:
        """As `Examiner.test`."""
        return _right(self._workshop.ask("publishing", _test, bundle, zone))


def _right(answer: T | FilesBroken) -> T:
    if isinstance(answer, FilesBroken):
        raise answer
    return answer


_HERE = Here()
"""Of the workshop's process."""


def _read(bundle: Bundle, zone: ZoneInfo) -> Read | FilesBroken:
    try:
        return _HERE.read(bundle, zone)
    except FilesBroken as wrong:
        return wrong


def _test(bundle: Bundle, zone: ZoneInfo) -> SuiteResult | FilesBroken:
    try:
        return _HERE.test(bundle, zone)
    except FilesBroken as wrong:
        return wrong
