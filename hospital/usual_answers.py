"""What the hospital answers on a good day: for rehearsed calls and flow tests that do not say it themselves."""

from __future__ import annotations

from collections.abc import Mapping

from actions.action import ActionOutcome, Value
from hospital.clinic.calendar import HALVES

_WANG: dict[str, Value] = {
    "code": "101",
    "name": {"zh": "王医生", "en": "Doctor Wang"},
    "half": "am",
    "half_name": {**HALVES["am"]},
    "fee": 2000,
    "rota_id": 7,
}
_LI: dict[str, Value] = {
    "code": "102",
    "name": {"zh": "李医生", "en": "Doctor Li"},
    "half": "pm",
    "half_name": {**HALVES["pm"]},
    "fee": 1550,
    "rota_id": 8,
}
_DEPARTMENTS: tuple[Mapping[str, Value], ...] = (
    {"code": "neike", "name": {"zh": "内科", "en": "Internal medicine"}},
    {"code": "waike", "name": {"zh": "外科", "en": "Surgery"}},
)
_DAYS: tuple[Mapping[str, Value], ...] = (
    {"date": "2026-11-23", "offset": 0, "name": {"zh": "当日", "en": "today"}},
    {"date": "2026-11-24", "offset": 1, "name": {"zh": "明日", "en": "tomorrow"}},
    {"date": "2026-11-25", "offset": 2, "name": {"zh": "后日", "en": "the day after tomorrow"}},
)

USUAL: Mapping[str, ActionOutcome] = {
    "card.check_pin": ActionOutcome("right", {"card": "100001", "patient": "王小芳", "pace": "usual"}),
    "registration.check_funds": ActionOutcome("enough", {"balance": 500_00, "currency": "CNY"}),
    "registration.departments": ActionOutcome("chosen", items=_DEPARTMENTS),
    "registration.book_general": ActionOutcome("booked", {"slip": "30512", "fee": 6_00, "currency": "CNY"}),
    "registration.days": ActionOutcome("chosen", items=_DAYS),
    "registration.experts_on": ActionOutcome("one", {"expert": _WANG}),
    "registration.experts": ActionOutcome("chosen", items=(_WANG, _LI)),
    "registration.book_expert": ActionOutcome("booked", {"slip": "30512", "fee": 20_00, "currency": "CNY"}),
}
"""Action -> what it comes to. One department is chosen, one expert is on duty, there is money and a place."""

USUAL_VARIABLES: Mapping[str, Value] = {
    "card": "100001",
    "notice": "1.1",
    "ward": {"code": "W3", "name": {"zh": "内科三病区", "en": "Medical ward three"}},
    "bed": "12",
    "department": {**_DEPARTMENTS[0]},
    "urgent": False,
}
"""What flows may need to begin with, when somebody tries one by itself."""
