"""Who makes a rehearsed call, to what, when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from ivr.flow.commands import Value

ANY_DAY = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
"""When a call is made that nobody gave a time: a Monday, nine in the morning in China."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls what, when. `at` is aware."""

    flow: str
    language: str
    variables: Mapping[str, Value] = field(default_factory=dict)
    number: str = "13800000000"
    dialled: str = "1000"
    at: datetime = ANY_DAY
    slow: bool = False
    """At the pace for those who asked for it, from the beginning."""
