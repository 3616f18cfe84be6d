"""What a flow may ask about the fees of a stay: which stay it is, today, since admission, by class.

Amounts are minor units of `currency`, up to this moment: `total`, `insured` (what the insurance pays) and `own` (the
patient's share). `stay` is the number of the stay, which must be one that `card` may ask of. The rules are in
`statement`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from actions.action import Action, ActionOutcome, Ask, CallFacts, Declared, Value
from actions.arguments import text
from db.database import Transactions
from db.reading import reading
from hospital.errors import Unknown
from hospital.fees import statement, stays
from hospital.fees.class_names import CLASS_NAMES
from hospital.fees.scheme import Class, Insurance
from hospital.fees.share import Share
from hospital.fees.statement import Statement

_AMOUNTS = frozenset({"total", "insured", "own", "currency"})
_ALL = _AMOUNTS | {"since", "paid"}
_DRUGS: Mapping[str, Value] = MappingProxyType(
    {"code": "drug", "name": dict(CLASS_NAMES[Class.DRUG]), "total": 860_50, "insured": 600_00, "own": 260_50}
)
_BED: Mapping[str, Value] = MappingProxyType(
    {"code": "bed", "name": dict(CLASS_NAMES[Class.BED]), "total": 400_00, "insured": 255_00, "own": 145_00}
)
_TODAY: Mapping[str, Value] = MappingProxyType({"total": 251_40, "insured": 180_05, "own": 71_35, "currency": "CNY"})
_SINCE: Mapping[str, Value] = MappingProxyType(
    {"total": 3260_50, "insured": 1855_00, "own": 1405_50, "currency": "CNY", "since": "2026-11-18", "paid": 3000_00}
)

DECLARED: tuple[Declared, ...] = (
    # docs/features.md, 17 and 62.
    Declared(
        name="fees.find",
        needs=frozenset({"card"}),
        outcomes={"found": frozenset({"stay"}), "none": frozenset()},
        private=frozenset({"stay"}),
        examples={"stay": "Z100001"},
        usual=ActionOutcome("found", {"stay": "Z100001"}),
    ),
    Declared(
        name="fees.today",
        needs=frozenset({"card", "stay"}),
        outcomes={"charged": _AMOUNTS, "nothing": frozenset()},
        private=_AMOUNTS - {"currency"},
        examples=_TODAY,
        usual=ActionOutcome("charged", _TODAY),
    ),
    # `left` of the deposit after the patient's share; or `owed`, by which the share is more than the deposit.
    Declared(
        name="fees.since_admission",
        needs=frozenset({"card", "stay"}),
        outcomes={"covered": _ALL | {"left"}, "owing": _ALL | {"owed"}},
        private=_ALL - {"currency"} | {"left", "owed"},
        examples={**_SINCE, "left": 1594_50, "owed": 405_50},
        usual=ActionOutcome("covered", {**_SINCE, "left": 1594_50}),
    ),
    Declared(
        name="fees.classes",
        needs=frozenset({"card", "stay"}),
        outcomes={"chosen": frozenset(), "none": frozenset()},
        lists=True,
        item={**_DRUGS, "currency": "CNY"},
        usual=ActionOutcome("chosen", items=({**_DRUGS, "currency": "CNY"}, {**_BED, "currency": "CNY"})),
    ),
)


class FeesActions:
    """Carries them out; `insurance` gives what is live."""

    def __init__(
        self,
        transactions: Transactions,
        insurance: Callable[[], Insurance],
        zone: ZoneInfo,
        wallclock: Callable[[], datetime],
        currency: str = "CNY",
    ) -> None:
        self._transactions = transactions
        self._insurance = insurance
        self._zone = zone
        self._wallclock = wallclock
        self._currency = currency

    def actions(self) -> dict[str, Action]:
        """By name, to be laid beside those of other rooms."""
        carried_out: dict[str, Ask] = {
            "fees.find": self._find,
            "fees.today": self._today,
            "fees.since_admission": self._since,
            "fees.classes": self._classes,
        }
        return {declared.name: Action.of(declared, carried_out[declared.name]) for declared in DECLARED}

    async def _find(self, arguments: Mapping[str, Value], call: CallFacts) -> ActionOutcome:
        found = await self._transactions.run(statement.current_of, text(arguments, "card"), self._wallclock())
        return ActionOutcome("none") if found is None else ActionOutcome("found", {"stay": found.number})

    async def _today(self, arguments: Mapping[str, Value], call: CallFacts) -> ActionOutcome:
        bill = await self._bill(arguments)
        return ActionOutcome("charged", self._amounts(bill.today)) if bill.today.total else ActionOutcome("nothing")

    async def _since(self, arguments: Mapping[str, Value], call: CallFacts) -> ActionOutcome:
        bill = await self._bill(arguments)
        since = bill.stay.admitted_at.astimezone(self._zone).date()
        values = {**self._amounts(bill.share), "since": since.isoformat(), "paid": bill.paid}
        if bill.left < 0:
            return ActionOutcome("owing", {**values, "owed": -bill.left})
        return ActionOutcome("covered", {**values, "left": bill.left})

    async def _classes(self, arguments: Mapping[str, Value], call: CallFacts) -> ActionOutcome:
        bill = await self._bill(arguments)
        items: tuple[Mapping[str, Value], ...] = tuple(
            {"code": str(one), "name": dict(CLASS_NAMES[one]), **self._amounts(share)}
            for one, share in bill.by_class.items()
        )
        return ActionOutcome("chosen" if items else "none", items=items)

    async def _bill(self, arguments: Mapping[str, Value]) -> Statement:
        card, stay = text(arguments, "card"), text(arguments, "stay")
        return await self._transactions.run(_bill_for, card, stay, self._insurance(), self._zone, self._wallclock())

    def _amounts(self, share: Share) -> dict[str, Value]:
        return {
            "total": share.total,
            "insured": share.insurance,
            "own": share.patient,
            "currency": self._currency,
        }


@reading
def _bill_for(session: Session, card: str, stay: str, insurance: Insurance, zone: ZoneInfo, now: datetime) -> Statement:
    """The bill of a stay that the card may ask of. Raises Unknown."""
    if stay not in {one.number for one in stays.of_card(session, card)}:
        raise Unknown(f"no stay {stay} of this card")
    return statement.of_stay(session, stay, insurance, zone, now)
