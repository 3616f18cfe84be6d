"""What a flow may ask of the clinic: departments, days and experts on duty to choose from, and a booking.

Shapes of the values that travel (money in minor units of `currency`, dates ISO 8601):

- `department`: `{code, name: {zh, en}}`
- `day`: `{date, offset, name: {zh, en}}`; offset 0 is today in the hospital's time zone
- `expert`: `{code, name: {zh, en, ...}, half: "am" | "pm", half_name: {zh, en, ...}, fee, rota_id}`
- `slip`: the digits of the slip that the patient prints at the hospital

The rules are in `registration`, `departments` and `rota`; nothing is decided here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType

from actions.action import Action, ActionOutcome, Ask, CallFacts, Declared, Value
from actions.arguments import day, number, text
from db.database import Transactions
from hospital.cards import cards
from hospital.clinic import departments, registration, rota
from hospital.clinic.calendar import HALVES, HospitalCalendar
from hospital.clinic.registration import Booked, Full, Request, Short, TakenByYou
from hospital.clinic.rota import DutyRecord

NOTHING: frozenset[str] = frozenset()
CHOOSE: Mapping[str, frozenset[str]] = MappingProxyType({"chosen": NOTHING, "none": NOTHING})
"""The outcomes of every list: the `choose` step sets its own variable."""

SHORT = frozenset({"balance", "fee", "currency"})
BOOKED = frozenset({"slip", "fee", "currency"})


DEPARTMENT: Mapping[str, Value] = MappingProxyType({"code": "neike", "name": {"zh": "内科", "en": "Internal medicine"}})
SURGERY: Mapping[str, Value] = MappingProxyType({"code": "waike", "name": {"zh": "外科", "en": "Surgery"}})
DAY: Mapping[str, Value] = MappingProxyType(
    {"date": "2026-11-23", "offset": 0, "name": {"zh": "当日", "en": "today"}}
)
TOMORROW: Mapping[str, Value] = MappingProxyType(
    {"date": "2026-11-24", "offset": 1, "name": {"zh": "明日", "en": "tomorrow"}}
)
THIRD_DAY: Mapping[str, Value] = MappingProxyType(
    {"date": "2026-11-25", "offset": 2, "name": {"zh": "后日", "en": "the day after tomorrow"}}
)
WANG: Mapping[str, Value] = MappingProxyType(
    {
        "code": "101",
        "name": {"zh": "王医生", "en": "Doctor Wang"},
        "half": "am",
        "half_name": {**HALVES["am"]},
        "fee": 2000,
        "rota_id": 7,
    }
)
LI: Mapping[str, Value] = MappingProxyType(
    {
        "code": "102",
        "name": {"zh": "李医生", "en": "Doctor Li"},
        "half": "pm",
        "half_name": {**HALVES["pm"]},
        "fee": 1550,
        "rota_id": 8,
    }
)
MONEY: Mapping[str, Value] = MappingProxyType({"balance": 100_00, "fee": 20_00, "currency": "CNY"})
"""Examples of what the actions set and list, and what they come to on a good day: one department is chosen, one expert
is on duty, there is money and a place."""

DECLARED: tuple[Declared, ...] = (
    # docs/features.md, 24. Enough for the cheapest clinic; `fee` is what that one takes.
    Declared(
        name="registration.check_funds",
        needs=frozenset({"card"}),
        outcomes={"enough": frozenset({"balance", "currency"}), "short": SHORT},
        private=frozenset({"balance"}),
        examples=MONEY,
        usual=ActionOutcome("enough", {"balance": 500_00, "currency": "CNY"}),
    ),
    # docs/features.md, 25.
    Declared(
        name="registration.departments",
        outcomes=CHOOSE,
        lists=True,
        item=DEPARTMENT,
        usual=ActionOutcome("chosen", items=(DEPARTMENT, SURGERY)),
    ),
    # Booking the same department again for the same day gives the same slip again, and takes no second fee.
    Declared(
        name="registration.book_general",
        needs=frozenset({"card", "department"}),
        outcomes={"booked": BOOKED, "full": NOTHING, "short": SHORT},
        private=frozenset({"balance", "slip"}),  # with the slip its holder checks in
        usual=ActionOutcome("booked", {"slip": "30512", "fee": 6_00, "currency": "CNY"}),
    ),
    # docs/features.md, 27.
    Declared(
        name="registration.days",
        outcomes=CHOOSE,
        lists=True,
        item=DAY,
        usual=ActionOutcome("chosen", items=(DAY, TOMORROW, THIRD_DAY)),
    ),
    # docs/features.md, 28.
    Declared(
        name="registration.experts_on",
        needs=frozenset({"department", "day"}),
        outcomes={"none": NOTHING, "one": frozenset({"expert"}), "several": frozenset({"experts"})},
        examples={"expert": dict(WANG), "experts": [dict(WANG)]},
        usual=ActionOutcome("one", {"expert": dict(WANG)}),
    ),
    Declared(
        name="registration.experts",
        needs=frozenset({"department", "day"}),
        outcomes=CHOOSE,
        lists=True,
        item=WANG,
        usual=ActionOutcome("chosen", items=(WANG, LI)),
    ),
    Declared(
        name="registration.book_expert",
        needs=frozenset({"card", "expert"}),
        outcomes={"booked": BOOKED, "full": NOTHING, "short": SHORT, "taken_by_you": frozenset({"slip"})},
        private=frozenset({"balance", "slip"}),  # with the slip its holder checks in
        usual=ActionOutcome("booked", {"slip": "30512", "fee": 20_00, "currency": "CNY"}),
    ),
)


class ClinicActions:
    """Carries them out: each is one transaction, and turns the rules' records into the variables described above."""

    def __init__(
        self,
        transactions: Transactions,
        calendar: HospitalCalendar,
        wallclock: Callable[[], datetime],
        currency: str = "CNY",
    ) -> None:
        self._transactions = transactions
        self._wallclock = wallclock
        self._calendar = calendar
        self._currency = currency

    def actions(self) -> dict[str, Action]:
        """By name, to be laid beside those of other rooms."""
        carried_out: dict[str, Ask] = {
            "registration.check_funds": self._check_funds,
            "registration.departments": self._departments,
            "registration.book_general": self._book_general,
            "registration.days": self._days,
            "registration.experts_on": self._experts_on,
            "registration.experts": self._experts,
            "registration.book_expert": self._book_expert,
        }
        return {declared.name: Action.of(declared, carried_out[declared.name]) for declared in DECLARED}

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
