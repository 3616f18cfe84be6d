"""The edition that flow tests and tried calls stand on, and the run of the tests that lie beside the flows."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from editions.bundle import Bundle
from editions.declared import ACTIONS
from editions.edition import Checked, read_edition
from editions.kinds import TESTS
from hospital.usual import USUAL
from ivr.call.edition import Edition
from ivr.rehearsal.flow_test import EditionUnderTest
from ivr.rehearsal.suite import SuiteResult, run_all


def under_test(bundle: Bundle, zone: ZoneInfo) -> EditionUnderTest:
    """The flows, numbers and texts of a bundle. Verbs that the line cannot carry out yet may be tried too.

    Raises `FilesBroken` with every mistake.
    """
    return tested(read_edition(bundle, ACTIONS, zone=zone, later=True).edition, zone)


def tested(edition: Edition, zone: ZoneInfo) -> EditionUnderTest:
    """An edition that was read, as tests stand on it."""
    return EditionUnderTest(edition.flows, edition.numbers, edition.texts, ACTIONS, USUAL, zone)


def run_flow_tests(bundle: Bundle, zone: ZoneInfo) -> SuiteResult:
    """Run the flow tests of a bundle. Raises `FilesBroken` with every mistake in flows or tests."""
    return run_tests_of(read_edition(bundle, ACTIONS, zone=zone, later=True), zone)


def run_tests_of(checked: Checked, zone: ZoneInfo) -> SuiteResult:
    """Run those of an edition that was read. Raises `FilesBroken` with every mistake in the tests."""
    return run_all(checked.of(TESTS), tested(checked.edition, zone))
