"""Money as clerks write it and as the program counts it: `20.50` and 2050 minor units. Nothing rounds."""

from __future__ import annotations

import re

_WRITTEN = re.compile(r"(?P<sign>-?)(?P<whole>\d{1,12})(?:\.(?P<part>\d{1,2}))?", re.ASCII)


def parse_money(written: str) -> int:
    """Minor units (hundredths) of `20`, `20.5` or `20.50`. Raises ValueError for anything else."""
    match = _WRITTEN.fullmatch(written.strip())
    if match is None:
        raise ValueError(f'"{written}" is not an amount such as 20.50')
    minor = int(match["whole"]) * 100 + int((match["part"] or "0").ljust(2, "0"))
    return -minor if match["sign"] else minor


def show_money(minor: int) -> str:
    """`2050` as `20.50`."""
    sign = "-" if minor < 0 else ""
    return f"{sign}{abs(minor) // 100}.{abs(minor) % 100:02d}"
