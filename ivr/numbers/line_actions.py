"""The actions of a feature code: say the state of numbers, close them, give them back to their timetable.

Which numbers a code switches, and who may use it, is written in `flows/numbers.yaml`; the flow gets the code as the
variable `code`. Rights are checked here again with every action: a flow that leaves out the PIN switches nothing.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from datetime import datetime, tzinfo
from typing import Protocol

from sqlalchemy.orm import Session

from actions.action import Action, ActionOutcome, CallFacts, Declared, Value
from actions.arguments import text
from db.database import Transactions
from hospital.cards.pin_check import Checked, Holder, Right, Wait
from ivr.numbers import Code, Numbers, Plan
from ivr.numbers.closings import Closings, Switched, pin_of, switch

NOTHING: frozenset[str] = frozenset()
UNTIL = frozenset({"day", "time"})
"""A date and a time of day, both ISO 8601, local."""

DECLARED: tuple[Declared, ...] = (
    # docs/features.md, 112. `trusted`: the file vouches for these callers, no PIN is asked. `not_set`: nobody gave the
    # code a PIN. `not_allowed`: this caller is not on the code's list.
    Declared(
        name="line.rights",
        needs=frozenset({"code"}),
        outcomes={"pin": NOTHING, "trusted": NOTHING, "not_set": NOTHING, "not_allowed": NOTHING},
    ),
    Declared(
        name="line.check_pin",
        needs=frozenset({"code", "pin"}),
        outcomes={"right": NOTHING, "wrong": NOTHING, "wait": frozenset({"seconds"})},
        secret=frozenset({"pin"}),
        examples={"seconds": 120},
    ),
    # `mixed`: a code of several numbers, and they differ. `open`: by the timetable.
    Declared(
        name="line.state",
        needs=frozenset({"code"}),
        outcomes={"open": NOTHING, "closed": NOTHING, "closed_until": UNTIL, "mixed": NOTHING},
        examples={"day": "2026-11-23", "time": "08:00"},
    ),
    # `until`: "opening" (the next window of the number's hours) or "opened" (until somebody opens it).
    Declared(
        name="line.close",
        needs=frozenset({"code", "until"}),
        outcomes={"closed": NOTHING, "no_opening": NOTHING, "not_allowed": NOTHING},
    ),
    Declared(
        name="line.open",
        needs=frozenset({"code"}),
        outcomes={"opened": NOTHING, "not_allowed": NOTHING},
    ),
)

REMEMBERED = 1_000
"""Calls whose PIN was right; far more than ever use it at one time."""


class CheckPin(Protocol):
    """Checks a PIN with the delays after wrong ones: `hospital.cards.pin_check.PinCheck.check`."""

    async def check(
        self, number: str, pin: str, caller: str, find: Callable[[Session, str], Holder | None]
    ) -> Checked: ...


class LineActions:
    """The actions over one database. `numbers` gives the numbers that are on the air."""

    def __init__(
        self,
        transactions: Transactions,
        closings: Closings,
        numbers: Callable[[], Numbers],
        pins: CheckPin,
        wallclock: Callable[[], datetime],
        zone: tzinfo,
    ) -> None:
        self._transactions = transactions
        self._closings = closings
        self._numbers = numbers
        self._pins = pins
        self._wallclock = wallclock
        self._zone = zone
        self._proved: OrderedDict[tuple[str, str], None] = OrderedDict()
        """Call and code whose PIN was right."""

    def actions(self) -> dict[str, Action]:
        """Every declared action by name."""
        carried_out = {
            "line.rights": self._rights,
            "line.check_pin": self._check_pin,
            "line.state": self._state,
            "line.close": self._close,
            "line.open": self._open,
        }
        return {declared.name: Action.of(declared, carried_out[declared.name]) for declared in DECLARED}

    async def _rights(self, arguments: Mapping[str, Value], call: CallFacts) -> ActionOutcome:
        code = self._code(arguments, call)
        if code is None:
            return ActionOutcome("not_allowed")
        if not code.pin:
            return ActionOutcome("trusted")
        stored = await self._transactions.run(pin_of, code.code)
        return ActionOutcome("not_set" if stored is None else "pin")

    async def _check_pin(self, arguments: Mapping[str, Value], call: CallFacts) -> ActionOutcome:
        code = self._code(arguments, call)
        subject = pin_subject("" if code is None else code.code)
        match await self._pins.check(subject, text(arguments, "pin"), call.caller, _holder):
            case Right() if code is not None:
                self._proved[call.call_id, code.code] = None
                if len(self._proved) > REMEMBERED:
                    self._proved.popitem(last=False)
                return ActionOutcome("right")
            case Wait() as wait:
                return ActionOutcome("wait", {"seconds": wait.told})
            case _:
                return ActionOutcome("wrong")

    async def _state(self, arguments: Mapping[str, Value], call: CallFacts) -> ActionOutcome:
        await self._closings.read()
        code = self._code(arguments, call)
        now = self._wallclock()
        closed = self._closings()
        states = set()
        for plan in self._plans(code):
            closing = closed.get(plan.number)
            states.add((True, closing.until) if closing is not None and closing.holds(now) else (False, None))
        if len(states) > 1:
            return ActionOutcome("mixed")
        shut, until = states.pop() if states else (False, None)
        if until is None:
            return ActionOutcome("closed" if shut else "open")
        local = until.astimezone(self._zone)
        return ActionOutcome("closed_until", {"day": f"{local:%Y-%m-%d}", "time": f"{local:%H:%M}"})

    async def _close(self, arguments: Mapping[str, Value], call: CallFacts) -> ActionOutcome:
        code = self._may(arguments, call)
        if code is None:
            return ActionOutcome("not_allowed")
        now = self._wallclock()
        openings: dict[str, datetime | None] = {plan.number: None for plan in self._plans(code)}
        if text(arguments, "until") == "opening":
            for plan in self._plans(code):
                openings[plan.number] = plan.next_opening(now.astimezone(self._zone))
            if None in openings.values():
                return ActionOutcome("no_opening")
        await self._switch(code, openings, True, call)
        return ActionOutcome("closed")

    async def _open(self, arguments: Mapping[str, Value], call: CallFacts) -> ActionOutcome:
        code = self._may(arguments, call)
        if code is None:
            return ActionOutcome("not_allowed")
        await self._switch(code, {plan.number: None for plan in self._plans(code)}, False, call)
        return ActionOutcome("opened")

    async def _switch(self, code: Code, until: Mapping[str, datetime | None], closed: bool, call: CallFacts) -> None:
        """Store it, then know it here at once."""
        now = self._wallclock()
        why = f"by {code.code}"
        rows = [Switched(number, closed, end, call.caller, why, now, call.call_id) for number, end in until.items()]
        await self._transactions.run(switch, rows)
        await self._closings.read()

    def _may(self, arguments: Mapping[str, Value], call: CallFacts) -> Code | None:
        """The code, if this call may switch by it."""
        code = self._code(arguments, call)
        if code is None or (code.pin and (call.call_id, code.code) not in self._proved):
            return None
        return code

    def _code(self, arguments: Mapping[str, Value], call: CallFacts) -> Code | None:
        """The code, if its list has the caller."""
        numbers = self._numbers()
        code = numbers.codes.get(text(arguments, "code"))
        who = numbers.dialling.same(call.caller)
        return code if code is not None and any(one.has(who) for one in code.callers) else None

    def _plans(self, code: Code | None) -> list[Plan]:
        """The entries that it switches."""
        plans = self._numbers().plans
        return [plans[number] for number in (code.numbers if code is not None else ()) if number in plans]


def pin_subject(code: str) -> str:
    """The name under which a code's PIN is hashed and its wrong entries are counted: never like a card's number."""
    return f"line:{code}"


def _holder(session: Session, subject: str) -> Holder | None:
    stored = pin_of(session, subject.removeprefix("line:"))
    return None if stored is None else Holder(stored)
