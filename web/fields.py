"""Fields of a search as browsers send them: what is left empty is not given."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, tzinfo
from typing import Annotated, Any, TypeAlias
from urllib.parse import urlencode

from pydantic import BeforeValidator, Field

_Empty = BeforeValidator(lambda given: None if given == "" else given)

Day: TypeAlias = Annotated[date | None, _Empty]
"""A day of the hospital's calendar."""
Below: TypeAlias = Annotated[Annotated[int, Field(ge=1, le=2**31 - 1)] | None, _Empty]
"""Where a page of a list begins."""
Words: TypeAlias = Annotated[str, Field(max_length=200)]
"""What somebody typed."""


def begins(day: date | None, zone: tzinfo, days: int = 0) -> datetime | None:
    """When the day begins, `days` later; None for no day."""
    return None if day is None else datetime.combine(day + timedelta(days), time(), zone)


def link(path: str, **given: Any) -> str:
    """`path` with what is given as its query; what is empty is left out."""
    kept = {name: str(value) for name, value in given.items() if value not in (None, "", False)}
    return f"{path}?{urlencode(kept)}" if kept else path
