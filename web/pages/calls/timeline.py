"""A call drawn on a time line: a row for each leg, on it when it was offered, rang, was there, and what it did with
whom. Only where everything lies: how it looks is the style sheet's, what it says the template's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ivr.record.call_records import CallRecord

WIDTH, LEFT, ROW, TOP = 900, 170, 34, 8
"""Of the paper: its width, room for names, the height of a row, room above."""
BAR = 18
ROOM_FOR_WORDS = 64
STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400)
"""Seconds between two marks of the scale."""
MARKS = 8


@dataclass(frozen=True, slots=True)
class Bar:
    """A stretch of time on a row."""

    kind: str
    """`offered`, `there`, or that of a segment."""
    row: int
    x: float
    y: float
    width: float
    leg: int
    other: int
    seconds: float | None
    began_at: datetime

    @property
    def has_room(self) -> bool:
        """Whether words fit into it."""
        return self.width >= ROOM_FOR_WORDS


@dataclass(frozen=True, slots=True)
class Mark:
    """One of the scale."""

    x: float
    seconds: int


@dataclass(frozen=True, slots=True)
class Timeline:
    """All that is drawn."""

    width: int
    height: int
    left: int
    bars: tuple[Bar, ...]
    marks: tuple[Mark, ...]
    names: tuple[tuple[int, float], ...]
    """Number of a leg, and the height at which its name stands."""


def timeline(call: CallRecord, now: datetime) -> Timeline:
    """The picture of a call; of one that goes on, up to now."""
    ends = [leg.ended_at or now for leg in call.legs] + [one.ended_at or now for one in call.segments]
    last = max([call.ended_at or now, *ends])
    length = max(0.5, (last - call.began_at).total_seconds())
    scale = (WIDTH - LEFT - 10) / length

    def x(at: datetime) -> float:
        return round(LEFT + max(0.0, min(length, (at - call.began_at).total_seconds())) * scale, 1)

    rows = {leg.number: place for place, leg in enumerate(call.legs)}
    bars: list[Bar] = []

    def put(kind: str, leg: int, other: int, began: datetime, ended: datetime | None, seconds: float | None) -> None:
        if leg in rows:
            left, y = x(began), TOP + rows[leg] * ROW + (ROW - BAR) / 2
            width = round(max(2.0, x(ended or now) - left), 1)
            bars.append(Bar(kind, rows[leg], left, y, width, leg, other, seconds, began))

    for leg in call.legs:
        there, ended = leg.answered_at, leg.ended_at or now
        for kind, began, until in (("offered", leg.offered_at, there or ended), ("there", there, ended)):
            if began is not None:
                put(kind, leg.number, 0, began, until, (until - began).total_seconds())
    for one in call.segments:
        put(one.kind, one.leg, one.other, one.began_at, one.ended_at, one.seconds)
        if one.kind == "talk":
            put(one.kind, one.other, one.leg, one.began_at, one.ended_at, one.seconds)
    step = next((one for one in STEPS if length / one <= MARKS), STEPS[-1])
    marks = tuple(Mark(round(LEFT + second * scale, 1), second) for second in range(0, int(length) + 1, step))
    names = tuple((number, TOP + place * ROW + ROW / 2 + 4) for number, place in rows.items())
    return Timeline(WIDTH, TOP + len(rows) * ROW + 26, LEFT, tuple(bars), marks, names)
