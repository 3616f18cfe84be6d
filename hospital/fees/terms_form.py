"""Words that both `insurance.yaml` and `catalogue.yaml` are made of: amounts, percentages, dates.

They are read from how they are written, never through a floating-point number.
"""

from __future__ import annotations

import re
from datetime import date

from hospital.money import parse_money

_PERCENT = re.compile(r"(?P<whole>[0-9]{1,3})(?:\.(?P<part>[0-9]{1,2}))?\s*%?\Z")
_DATE = re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}\Z")
MOST = 100_000_000_00
"""Of any amount in these files."""


def amount_of(text: str) -> int:
    """Minor units of `1300` or `1300.50`. Raises ValueError with a sentence."""
    try:
        amount = parse_money(text)
    except ValueError:
        raise ValueError(f'"{text}" is not an amount: write 1300 or 1300.50') from None
    if not 0 <= amount <= MOST:
        raise ValueError(f'"{text}" must lie between 0 and {MOST // 100}')
    return amount


def rate_of(text: str) -> int:
    """Ten-thousandths of `85`, `87.5` or `85%`. Raises ValueError with a sentence."""
    found = _PERCENT.match(text.strip())
    rate = -1 if found is None else int(found["whole"]) * 100 + int((found["part"] or "0").ljust(2, "0"))
    if not 0 <= rate <= 10_000:
        raise ValueError(f'"{text}" is not a share: percent from 0 to 100, such as 85 or 87.5')
    return rate


def date_of(text: str) -> date:
    """The day that `2026-01-31` writes. Raises ValueError with a sentence."""
    if not _DATE.match(text):
        raise ValueError(f'"{text}" is not a date: write 2026-01-31')
    try:
        return date(*(int(part) for part in text.split("-")))
    except ValueError:
        raise ValueError(f"there is no {text}") from None
