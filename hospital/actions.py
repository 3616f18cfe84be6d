"""Everything that flows may ask of the hospital, from each of its rooms: declared, and carried out on one database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from actions.action import Action, Declared
from db.database import Transactions
from hospital.cards import actions as of_cards
from hospital.cards.pin_check import PinCheck
from hospital.clinic import actions as of_clinic
from hospital.clinic.calendar import HospitalCalendar
from hospital.exams import actions as of_exams
from hospital.fees import actions as of_fees
from hospital.fees.scheme import Insurance

DECLARED: tuple[Declared, ...] = (
    *of_cards.DECLARED,
    *of_clinic.DECLARED,
    *of_exams.DECLARED,
    *of_fees.DECLARED,
)


def hospital_actions(
    transactions: Transactions,
    pins: PinCheck,
    calendar: HospitalCalendar,
    wallclock: Callable[[], datetime],
    insurance: Callable[[], Insurance] = Insurance,
) -> dict[str, Action]:
    """What conversations take, by name. `insurance` gives what is live."""
    return {
        **of_cards.CardActions(pins).actions(),
        **of_clinic.ClinicActions(transactions, calendar, wallclock).actions(),
        **of_exams.ExamActions(transactions, calendar, wallclock).actions(),
        **of_fees.FeesActions(transactions, insurance, calendar.zone, wallclock).actions(),
    }
