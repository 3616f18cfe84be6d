"""The actions that this package offers to flows: names, what they need, what they can come to.

Shapes of the values that travel (money in minor units of `currency`, dates ISO 8601):

- `department`: `{code, name: {zh, en}}`
- `day`: `{date, offset, name: {zh, en}}`; offset 0 is today in the hospital's time zone
- `expert`: `{code, name: {zh, en, ...}, half: "am" | "pm", half_name: {zh, en, ...}, fee, rota_id}`
- `patient`: the card holder's name as registered
- `slip`: the digits of the slip that the patient prints at the hospital
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from actions.action import Declared, Value

NOTHING: frozenset[str] = frozenset()
CHOOSE: Mapping[str, frozenset[str]] = MappingProxyType({"chosen": NOTHING, "none": NOTHING})
"""The outcomes of every list: the `choose` step sets its own variable."""

LOGIN = frozenset({"card", "patient", "pace"})
SHORT = frozenset({"balance", "fee", "currency"})
BOOKED = frozenset({"slip", "fee", "currency"})

DEPARTMENT: Mapping[str, Value] = MappingProxyType({"code": "neike", "name": {"zh": "内科", "en": "Internal medicine"}})
DAY: Mapping[str, Value] = MappingProxyType(
    {"date": "2026-11-23", "offset": 0, "name": {"zh": "当日", "en": "today"}}
)
EXPERT: Mapping[str, Value] = MappingProxyType(
    {
        "code": "101",
        "name": {"zh": "王医生", "en": "Doctor Wang"},
        "half": "am",
        "half_name": {"zh": "上午", "en": "morning"},
        "fee": 2000,
        "rota_id": 7,
    }
)
MONEY: Mapping[str, Value] = MappingProxyType({"balance": 100_00, "fee": 20_00, "currency": "CNY"})
"""Examples of what the actions set and list."""

DECLARED: tuple[Declared, ...] = (
    # Features rows 2, 22, 23. An unknown card and a wrong PIN are both `wrong`. `wait`: too many wrong entries of late.
    # `pace` is `slow` for patients whose card says so, else `usual`.
    Declared(
        name="card.check_pin",
        needs=frozenset({"card_number", "pin"}),
        outcomes={"right": LOGIN, "wrong": NOTHING, "wait": frozenset({"seconds"})},
        secret=frozenset({"card_number", "pin"}),  # a PIN is often keyed in where the card number is asked for
        identifies=frozenset({"right"}),
        private=frozenset({"patient"}),
        examples={"card": "100001", "patient": "王小芳", "pace": "usual", "seconds": 120},
    ),
    # Row 24. Enough for the cheapest clinic; `fee` is what that one takes.
    Declared(
        name="registration.check_funds",
        needs=frozenset({"card"}),
        outcomes={"enough": frozenset({"balance", "currency"}), "short": SHORT},
        private=frozenset({"balance"}),
        examples=MONEY,
    ),
    # Row 25.
    Declared(name="registration.departments", outcomes=CHOOSE, lists=True, item=DEPARTMENT),
    # Booking the same department again for the same day gives the slip that stands, and takes no second fee.
    Declared(
        name="registration.book_general",
        needs=frozenset({"card", "department"}),
        outcomes={"booked": BOOKED, "full": NOTHING, "short": SHORT},
        private=frozenset({"balance", "slip"}),  # with the slip its holder checks in
    ),
    # Row 27.
    Declared(name="registration.days", outcomes=CHOOSE, lists=True, item=DAY),
    # Row 28.
    Declared(
        name="registration.experts_on",
        needs=frozenset({"department", "day"}),
        outcomes={"none": NOTHING, "one": frozenset({"expert"}), "several": frozenset({"experts"})},
        examples={"expert": dict(EXPERT), "experts": [dict(EXPERT)]},
    ),
    Declared(
        name="registration.experts",
        needs=frozenset({"department", "day"}),
        outcomes=CHOOSE,
        lists=True,
        item=EXPERT,
    ),
    Declared(
        name="registration.book_expert",
        needs=frozenset({"card", "expert"}),
        outcomes={"booked": BOOKED, "full": NOTHING, "short": SHORT, "taken_by_you": frozenset({"slip"})},
        private=frozenset({"balance", "slip"}),  # with the slip its holder checks in
    ),
)
