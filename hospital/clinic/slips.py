"""Slip numbers: eight digits that can be read aloud and typed, the last one a check digit (Luhn, ISO/IEC 7812-1).

No number begins with 0 or has a digit three times in a row. They follow no order: from one's own
nobody learns how many others there are.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from typing import TypeAlias

Draw: TypeAlias = Callable[[int], int]
"""A number below the given one, as `secrets.randbelow`."""

RANDOM: Draw = secrets.randbelow

_TRIPLE = re.compile(r"(\d)\1\1")


def new_slip(draw: Draw = RANDOM) -> str:
    """A slip number; whoever stores it makes sure that it is new."""
    while True:
        body = str(1_000_000 + draw(9_000_000))
        slip = body + check_digit(body)
        if not _TRIPLE.search(slip):
            return slip


def check_digit(body: str) -> str:
    """The Luhn digit for `body`."""
    total = 0
    for place, digit in enumerate(reversed(body)):
        doubled = int(digit) * (2 if place % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return str(-total % 10)
