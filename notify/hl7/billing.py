"""Reads HL7 v2 messages on what a stay costs, entry by entry, as texts by column; what they mean is `hospital.fees`'s.

| message | entry | read from |
|---|---|---|
| BAR^P01, P05 | admission | stay PV1-19 or PID-18, card PID-3, ward and bed PV1-3, day PV1-44 or EVN-2, insurance IN1-35 or IN1-2, from IN1-12, mother PID-21 |
| BAR^P06 | discharge | stay, day PV1-45 or EVN-2 |
| DFT^P03 | one a FT1 | number FT1-2, day FT1-4, kind FT1-6, code FT1-7 (text FT1-7.2 or FT1-8), quantity FT1-10, amount FT1-11, else FT1-12 times the quantity |

FT1-6: CG, CD or nothing is a charge, CR takes back the charge of this number, AJ corrects it, PY is a payment. No name is
ever taken from a message.
"""  # noqa: E501

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from notify.hl7.segments import FieldPath, Segments

TRIGGERS = frozenset({("BAR", "P01"), ("BAR", "P05"), ("BAR", "P06"), ("DFT", "P03")})
SEGMENTS = frozenset({"PID", "PV1", "FT1", "IN1"})


@dataclass(frozen=True, slots=True)
class Billed:
    """One entry: its values by column, and the line that it came in."""

    values: Mapping[str, str]
    raw: str


@dataclass(frozen=True, slots=True)
class Billing:
    """What a message tells of a stay. Not `whole`: it holds more than is read of a message."""

    entries: tuple[Billed, ...]
    whole: bool = True
    recorded: str = ""


def read_billing(segments: Segments, code: str, trigger: str, control_id: str, whole: bool) -> Billing:
    """The entries of a message that `TRIGGERS` names."""
    recorded = _first(segments, "EVN-2") or segments.header.sent
    stay = _first(segments, "PV1-19", "PID-18")
    if code == "DFT":
        return Billing(tuple(_charges(segments, stay, recorded, control_id)), whole, recorded)
    kind = "discharge" if trigger == "P06" else "admission"
    values = {
        "kind": kind,
        "stay": stay,
        "day": _first(segments, "PV1-45" if kind == "discharge" else "PV1-44") or recorded,
    }
    if kind == "admission":
        values |= {
            "card": _first(segments, "PID-3"),
            "ward": _first(segments, "PV1-3.1"),
            "bed": _first(segments, "PV1-3.3"),
            "scheme": _first(segments, "IN1-35", "IN1-2"),
            "scheme_from": _first(segments, "IN1-12"),
            "mother": _first(segments, "PID-21"),
        }
    told = {name: value for name, value in values.items() if value}
    return Billing((Billed(told, f"{code}^{trigger}"),), whole, recorded)


_FT1_KINDS = {"": "charge", "CG": "charge", "CD": "charge", "CR": "reversal", "AJ": "charge", "PY": "deposit"}


def _charges(segments: Segments, stay: str, recorded: str, control_id: str) -> Iterator[Billed]:
    for number in range(segments.count("FT1")):
        segments.take("FT1", number)
        type_ = _first(segments, "FT1-6").upper()
        key = _first(segments, "FT1-2")
        quantity = _first(segments, "FT1-10")
        values = {
            "kind": _FT1_KINDS.get(type_, type_),
            "id": key,
            "stay": stay,
            "day": _first(segments, "FT1-4") or recorded,
            "code": _first(segments, "FT1-7"),
            "name": _first(segments, "FT1-7.2", "FT1-8"),
            "quantity": quantity,
            "amount": _first(segments, "FT1-11") or _times(quantity or "1", _first(segments, "FT1-12")),
        }
        if type_ == "AJ":
            values |= {"id": f"{key}/{control_id}"[:80], "of": key}
        if type_ == "CR":
            values = {name: values[name] for name in ("kind", "id", "stay", "day")}
        yield Billed({name: value for name, value in values.items() if value}, segments.line("FT1"))


def _times(quantity: str, unit: str) -> str:
    """Quantity times the price of one, to the cent, a half upwards; nothing when either cannot be read."""
    try:
        amount = Decimal(quantity) * Decimal(unit)
        return str(amount.quantize(Decimal("0.01"), "ROUND_HALF_UP"))
    except InvalidOperation:
        return ""


def _first(segments: Segments, *paths: str) -> str:
    """The first of the places that is filled."""
    found = (segments.first(path) for path in map(FieldPath.parse, paths) if path is not None)
    return next((re.sub(r"\s+", " ", value) for value in found if value), "")
