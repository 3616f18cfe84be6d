"""What `wardbell flows try` and `wardbell flows test` stand on: an edition to try, and a hospital that is made for it.

The hospital is the demo one (`hospital.demo`), in a database in memory: whatever a tried call books or pays, the
hospital's own data is never touched, nor even read.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from actions.action import Action, Declared
from background.threads import at_once
from db.database import Database, ImmediateTransactions
from editions.bundle import TESTS, Bundle
from editions.edition import read_edition
from hospital import demo
from hospital.cards.pin_check import PinCheck
from hospital.cards.pins import PlainPins
from hospital.clinic.calendar import HospitalCalendar
from hospital.hospital_actions import HospitalActions
from hospital.usual_answers import USUAL
from ivr.rehearsal.suite import SuiteResult, run_tests
from ivr.rehearsal.test_file import EditionUnderTest
from wardbell.doctor.content import ACTIONS


def house(bundle: Bundle, zone: ZoneInfo) -> EditionUnderTest:
    """The flows, numbers and texts of a bundle. Verbs that the line cannot carry out yet may be tried too.

    Raises `FlowErrors` with every mistake.
    """
    edition = read_edition(bundle, ACTIONS, zone=zone, later=True).edition
    declared = {name: one for name, one in ACTIONS.items() if isinstance(one, Declared)}
    return EditionUnderTest(edition.flows, edition.numbers, edition.texts, declared, USUAL, zone)


def run_flow_tests(bundle: Bundle, zone: ZoneInfo) -> SuiteResult:
    """Run the flow tests of a bundle. Raises `FlowErrors` with every mistake in flows or tests."""
    return run_tests(bundle.under(TESTS), house(bundle, zone))


class DemoHospital:
    """The demo hospital as it is on the day of a tried call. `close` at the end."""

    def __init__(self, zone: ZoneInfo, wallclock: Callable[[], datetime]) -> None:
        self._database = Database("sqlite://")
        self._database.create_all()
        pins, calendar = PlainPins(), HospitalCalendar(zone)
        demo.make(self._database, pins, calendar, wallclock)
        transactions = ImmediateTransactions(self._database)
        check = PinCheck(transactions, pins, at_once, wallclock)
        self._actions = HospitalActions(transactions, check, calendar, wallclock)

    def actions(self) -> dict[str, Action]:
        """The hospital's own actions; those of notices are answered as told."""
        return self._actions.actions()

    def close(self) -> None:
        """The hospital is gone."""
        self._database.close()
