"""Questions about calls: how many by hour and day, answered, waited, left; by flow and outcome; how long was waited."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass
from datetime import date, datetime, tzinfo

from sqlalchemy.orm import Session

from db.reading import reading
from db.tables.reports import ReportCallRow, ReportWaitRow
from reports.asked import By, Period, Seen, Sums
from reports.counting import GAVE_UP, TALKED
from reports.spans import quantile

SHARES = (0.5, 0.9, 0.99)
"""The quantiles that answers have."""


@dataclass(frozen=True, slots=True)
class CallFigures:
    """What some calls came to."""

    calls: int = 0
    answered: int = 0
    waited: int = 0
    """Whose caller waited for somebody."""
    gave_up: int = 0
    """Those of them that hung up without having talked with anybody."""
    talked: int = 0
    line_ms: int = 0
    waited_ms: int = 0
    talked_ms: int = 0

    def __add__(self, other: CallFigures) -> CallFigures:
        return CallFigures(*map(operator.add, astuple(self), astuple(other)))

    @property
    def unanswered(self) -> int:
        """Calls that nothing and nobody took: turned away, or gone before."""
        return self.calls - self.answered

    @property
    def mean_wait(self) -> float | None:
        """Seconds, of those who waited."""
        return self.waited_ms / 1000 / self.waited if self.waited else None


@dataclass(frozen=True, slots=True)
class CallsReport:
    """Calls of a period, line by line."""

    by: By
    lines: Mapping[date | int, CallFigures]
    total: CallFigures
    outcomes: Mapping[tuple[date | int, str], int]
    """Calls by line and outcome."""
    waits: Mapping[date | int, tuple[int | None, ...]]
    """Seconds within which the shares of `SHARES` of those who waited had somebody, or left."""
    seen: Seen


@dataclass(frozen=True, slots=True)
class FlowLine:
    """Calls of one flow that ended with one outcome."""

    direction: str
    flow: str
    outcome: str
    figures: CallFigures


@dataclass(frozen=True, slots=True)
class FlowsReport:
    """Calls of a period by flow and outcome, the most frequent flow first."""

    lines: tuple[FlowLine, ...]
    seen: Seen


@dataclass(frozen=True, slots=True)
class HeatMap:
    """Calls by weekday and hour, as a mean of the days that the period has of each."""

    calls: Mapping[tuple[int, int], int]
    days: Mapping[int, int]
    """How many Mondays (0), Tuesdays ... were counted."""
    seen: Seen

    def mean(self, weekday: int, hour: int) -> float:
        """Calls in such an hour, on the average."""
        return self.calls.get((weekday, hour), 0) / max(1, self.days.get(weekday, 0))


@reading
def calls_report(
    session: Session, period: Period, by: By, zone: tzinfo, now: datetime, direction: str = "in", flow: str = ""
) -> CallsReport:
    """Calls by `by`: those that came in, unless it is said otherwise."""
    sums = Sums(session, period, zone, now)
    where = {"direction": direction} | ({"flow": flow} if flow else {})
    lines = dict.fromkeys(period.lines(by), CallFigures())
    outcomes: dict[tuple[date | int, str], int] = {}
    columns = ("hour", "outcome") if by is By.HOUR else ("day", "outcome")
    for (at, outcome), values in sums.by(ReportCallRow, columns, where).items():
        line = by.of(at, 0) if isinstance(at, date) else at
        figures = CallFigures(*values)
        lines[line] += figures
        outcomes[line, outcome] = outcomes.get((line, outcome), 0) + figures.calls
    total = sum(lines.values(), CallFigures())
    waits = _waits(sums, by, columns[0], lines) if direction == "in" and not flow else {}
    return CallsReport(by, lines, total, outcomes, waits, sums.seen)


def _waits(sums: Sums, by: By, column: str, lines: Iterable[date | int]) -> dict[date | int, tuple[int | None, ...]]:
    counts: dict[date | int, dict[int, int]] = {line: {} for line in lines}
    for (at, seconds), (calls,) in sums.by(ReportWaitRow, (column, "seconds"), {"fate": [TALKED, GAVE_UP]}).items():
        of_line = counts[by.of(at, 0) if isinstance(at, date) else at]
        of_line[seconds] = of_line.get(seconds, 0) + calls
    return {line: tuple(quantile(some, share) for share in SHARES) for line, some in counts.items()}


@reading
def flows_report(session: Session, period: Period, zone: tzinfo, now: datetime) -> FlowsReport:
    """Calls by way, flow and outcome."""
    sums = Sums(session, period, zone, now)
    found = sums.by(ReportCallRow, ("direction", "flow", "outcome"))
    lines = [FlowLine(way, flow, outcome, CallFigures(*of)) for (way, flow, outcome), of in found.items()]
    weight: dict[tuple[str, str], int] = {}
    for line in lines:
        weight[line.direction, line.flow] = weight.get((line.direction, line.flow), 0) + line.figures.calls
    lines.sort(
        key=lambda one: (-weight[one.direction, one.flow], one.direction, one.flow, -one.figures.calls, one.outcome)
    )
    return FlowsReport(tuple(lines), sums.seen)


@reading
def heat_map(session: Session, period: Period, zone: tzinfo, now: datetime) -> HeatMap:
    """Calls that came in, by weekday and hour."""
    sums = Sums(session, period, zone, now)
    calls: dict[tuple[int, int], int] = {}
    for (day, hour), values in sums.by(ReportCallRow, ("day", "hour"), {"direction": "in"}).items():
        place = day.weekday(), hour
        calls[place] = calls.get(place, 0) + values[0]
    return HeatMap(calls, sums.weekdays(), sums.seen)
