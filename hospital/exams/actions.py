"""What a flow may ask of the examination queue: where a booking number stands, and when to come.

No card is asked for: the number on the paper says which examination, and nothing is told of the patient
(docs/features.md, 13 and 14). `wait` are seconds, `come_at` and `at` local times, `ahead` how many are before it,
`preparation` the word of a text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType

from actions.action import Action, ActionOutcome, CallFacts, Declared, Value
from actions.arguments import text
from db.database import Transactions
from hospital.clinic.calendar import HospitalCalendar
from hospital.errors import Unknown
from hospital.exams import queue
from hospital.exams.queue import ExamRecord, Later, Standing, Waiting

WHAT = frozenset({"room", "kind"})
READY = WHAT | {"preparation"}
ROOM: Mapping[str, Value] = MappingProxyType(
    {
        "code": "us1",
        "name": {
            "zh": "超声一室",
            "en": "ultrasound room one",
            "ru": "кабинет УЗИ номер 1",
            "pl": "gabinet USG numer 1",
        },
    }
)
KIND: Mapping[str, Value] = MappingProxyType(
    {"code": "b_scan", "name": {"zh": "B超", "en": "ultrasound scan", "ru": "УЗИ", "pl": "USG"}}
)

PLACE = Declared(
    name="exams.place",
    needs=frozenset({"exam_number"}),
    outcomes={
        "waiting": READY | {"ahead", "wait", "come_at"},
        "come_now": READY | {"ahead"},
        "next": READY,
        "appointed": READY | {"day", "at"},
        "another_day": READY | {"day"},
        "called": WHAT,
        "missed": WHAT,
        "done": WHAT,
        "cancelled": WHAT,
        "closed": WHAT,
        "over": WHAT,
        "unknown": frozenset(),
    },
    examples={
        "room": dict(ROOM),
        "kind": dict(KIND),
        "preparation": "fasting",
        "ahead": 3,
        "wait": 1500,
        "come_at": "09:20",
        "day": "2026-11-24",
        "at": "10:30",
    },
    usual=ActionOutcome(
        "waiting",
        {"room": {**ROOM}, "kind": {**KIND}, "preparation": "", "ahead": 3, "wait": 1500, "come_at": "09:20"},
    ),
)

DECLARED: tuple[Declared, ...] = (PLACE,)


class ExamActions:
    """Carries them out: one transaction that only reads."""

    def __init__(
        self, transactions: Transactions, calendar: HospitalCalendar, wallclock: Callable[[], datetime]
    ) -> None:
        self._transactions = transactions
        self._calendar = calendar
        self._wallclock = wallclock

    def actions(self) -> dict[str, Action]:
        """By name, to be laid beside those of other rooms."""
        return {PLACE.name: Action.of(PLACE, self._place)}

    async def _place(self, arguments: Mapping[str, Value], call: CallFacts) -> ActionOutcome:
        number, now = text(arguments, "exam_number"), self._wallclock()
        try:
            found = await self._transactions.run(queue.place, number, self._calendar, now)
        except Unknown:
            return ActionOutcome("unknown")
        what = _what(found.exam)
        match found:
            case Standing(_, how):
                return ActionOutcome(how, what)
            case Later(exam, preparation):
                values: dict[str, Value] = {**what, "preparation": preparation, "day": exam.date.isoformat()}
                if exam.at:
                    return ActionOutcome("appointed", {**values, "at": exam.at})
                return ActionOutcome("another_day", values)
            case Waiting():
                return self._waiting(found, what, now)

    def _waiting(self, found: Waiting, what: dict[str, Value], now: datetime) -> ActionOutcome:
        values: dict[str, Value] = {**what, "preparation": found.preparation}
        if found.expected.come_at > now:
            come_at = self._calendar.clock(found.expected.come_at)
            wait = int(found.expected.wait.total_seconds())
            return ActionOutcome("waiting", {**values, "ahead": found.ahead, "wait": wait, "come_at": come_at})
        if found.ahead:
            return ActionOutcome("come_now", {**values, "ahead": found.ahead})
        return ActionOutcome("next", values)


def _what(exam: ExamRecord) -> dict[str, Value]:
    return {
        "room": {"code": exam.room, "name": {**exam.room_name}},
        "kind": {"code": exam.kind, "name": {**exam.kind_name}},
    }
