"""The hospital's actions: what flows may ask of it, carried out.

Each is one transaction (the PIN check is two, with the slow part between). They turn the rules' records into the
variables that `hospital.declarations` describes, and decide nothing themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from actions.action import Action, ActionOutcome, Ask, CallFacts, Value
from db.database import Transactions
from hospital.arguments import day, number, text
from hospital.cards import cards
from hospital.cards.pin_check import PinCheck, Right, Wait
from hospital.clinic import departments, registration, rota
from hospital.clinic.calendar import HALVES, HospitalCalendar
from hospital.clinic.registration import Booked, Full, Request, Short, TakenByYou
from hospital.clinic.rota import DutyRecord
from hospital.declarations import DECLARED


class HospitalActions:
    """The actions over one database. `actions()` is what conversations take."""

    def __init__(
        self,
        transactions: Transactions,
        pins: PinCheck,
        calendar: HospitalCalendar,
        wallclock: Callable[[], datetime],
        currency: str = "CNY",
    ) -> None:
        self._transactions = transactions
        self._pins = pins
        self._wallclock = wallclock
        self._calendar = calendar
        self._currency = currency

    def actions(self) -> dict[str, Action]:
        """Every declared action by name."""
        carried_out: dict[str, Ask] = {
            "card.check_pin": self._check_pin,
            "registration.check_funds": self._check_funds,
            "registration.departments": self._departments,
            "registration.book_general": self._book_general,
            "registration.days": self._days,
            "registration.experts_on": self._experts_on,
            "registration.experts": self._experts,
            "registration.book_expert": self._book_expert,
        }
        return {declared.name: Action.of(declared, carried_out[declared.name]) for declared in DECLARED}

    async def _check_pin(self, arguments: Mapping[str, Value], call: CallFacts) -> ActionOutcome:
        checked = await self._pins.check(text(arguments, "card_number"), text(arguments, "pin"), call.caller)
        match checked:
            case Right(card, patient, slow):
                return ActionOutcome("right", {"card": card, "patient": patient, "pace": "slow" if slow else "usual"})
            case Wait() as wait:
                return ActionOutcome("wait", {"seconds": wait.told})
            case _:
                return ActionOutcome("wrong")

    async def _check_funds(self, arguments: Mapping[str, Value], call: CallFacts) -> ActionOutcome:
        card = await self._transactions.run(cards.find, text(arguments, "card"))
        fee = await self._transactions.run(departments.cheapest)
        if card.balance < fee:
            return self._short(Short(card.balance, fee))
        return ActionOutcome("enough", {"balance": card.balance, "currency": self._currency})

    async def _departments(self, arguments: Mapping[str, Value], call: CallFacts) -> ActionOutcome:
        found = await self._transactions.run(departments.offered, self._calendar, self._wallclock())
        return _list([{"code": one.code, "name": {**one.name}} for one in found])

    async def _days(self, arguments: Mapping[str, Value], call: CallFacts) -> ActionOutcome:
        return _list(
            [
                {"date": one.date.isoformat(), "offset": one.offset, "name": {**one.name}}
                for one in self._calendar.days(self._wallclock())
            ]
        )

    async def _experts_on(self, arguments: Mapping[str, Value], call: CallFacts) -> ActionOutcome:
        found = await self._on_duty(arguments)
        if not found:
            return ActionOutcome("none")
        if len(found) == 1:
            return ActionOutcome("one", {"expert": found[0]})
        return ActionOutcome("several", {"experts": [*found]})

    async def _experts(self, arguments: Mapping[str, Value], call: CallFacts) -> ActionOutcome:
        return _list(await self._on_duty(arguments))

    async def _book_general(self, arguments: Mapping[str, Value], call: CallFacts) -> ActionOutcome:
        department = text(arguments, "department", "code")
        request = self._request(arguments, call)
        return self._told(await self._transactions.run(registration.book_general, request, department))

    async def _book_expert(self, arguments: Mapping[str, Value], call: CallFacts) -> ActionOutcome:
        duty = number(arguments, "expert", "rota_id")
        request = self._request(arguments, call)
        return self._told(await self._transactions.run(registration.book_expert, request, duty))

    async def _on_duty(self, arguments: Mapping[str, Value]) -> list[dict[str, Value]]:
        department, date = text(arguments, "department", "code"), day(arguments, "day", "date")
        found = await self._transactions.run(rota.offered, department, date, self._calendar, self._wallclock())
        return [_expert(one) for one in found]

    def _request(self, arguments: Mapping[str, Value], call: CallFacts) -> Request:
        return Request(text(arguments, "card"), call.call_id, self._wallclock(), self._calendar)

    def _told(self, came: Booked | Full | Short | TakenByYou) -> ActionOutcome:
        match came:
            case Booked(slip, fee):
                return ActionOutcome("booked", {"slip": slip, "fee": fee, "currency": self._currency})
            case Full():
                return ActionOutcome("full")
            case Short():
                return self._short(came)
            case TakenByYou(slip):
                return ActionOutcome("taken_by_you", {"slip": slip})

    def _short(self, short: Short) -> ActionOutcome:
        values: dict[str, Value] = {"balance": short.balance, "fee": short.fee, "currency": self._currency}
        return ActionOutcome("short", values)


def _list(items: list[dict[str, Value]]) -> ActionOutcome:
    return ActionOutcome("chosen" if items else "none", items=tuple(items))


def _expert(duty: DutyRecord) -> dict[str, Value]:
    return {
        "code": duty.expert,
        "name": {**duty.expert_name},
        "half": duty.half,
        "half_name": {**HALVES[duty.half]},
        "fee": duty.fee,
        "rota_id": duty.id,
    }
