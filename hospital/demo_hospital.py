"""The demo hospital in memory, for a call that is only tried: whatever it books or pays, the hospital's own data is
never touched, nor even read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from actions.action import Action
from background.threads import at_once
from db.database import Database, ImmediateTransactions
from hospital import demo
from hospital.actions import hospital_actions
from hospital.cards.pin_check import PinCheck
from hospital.cards.pins import PlainPins
from hospital.clinic.calendar import HospitalCalendar
from hospital.fees.insurance import shipped


class DemoHospital:
    """The demo hospital as it is on the day of a tried call. `close` at the end."""

    def __init__(self, zone: ZoneInfo, wallclock: Callable[[], datetime]) -> None:
        self._database = Database("sqlite://")
        self._database.create_all()
        pins, calendar = PlainPins(), HospitalCalendar(zone)
        demo.make(self._database, pins, calendar, wallclock)
        transactions = ImmediateTransactions(self._database)
        check = PinCheck(transactions, pins, at_once, wallclock)
        self._actions = hospital_actions(transactions, check, calendar, wallclock, shipped)

    def actions(self) -> dict[str, Action]:
        """The hospital's own actions; those of notices are answered as the test says."""
        return self._actions

    def close(self) -> None:
        """The hospital is gone."""
        self._database.close()
