"""Questions about alerts: how soon somebody confirmed, by ward, hour and rule; how the dials for them ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from sqlalchemy.orm import Session

from db.reading import reading
from db.tables.reports import ReportAlertRow, ReportDialRow
from notify.notices.states import State
from reports.asked import By, Period, Seen, Sums
from reports.calls import SHARES
from reports.spans import quantile, within

URGENT = [0, 1]
"""Priorities of emergencies and alerts; care and money wait for their hours, and nobody hurries."""
SOON = 60
"""Seconds within which a ward should have confirmed; the share that did is told."""


@dataclass(frozen=True, slots=True)
class AlertFigures:
    """What some alerts came to."""

    alerts: int
    confirmed: int
    failed: int
    """Failed or expired: nobody confirmed."""
    cancelled: int
    open: int
    soon: int
    """Confirmed within `SOON` seconds."""
    times: tuple[int | None, ...]
    """Seconds within which the shares of `SHARES` of what was confirmed had been."""


@dataclass(frozen=True, slots=True)
class Dials:
    """How dials ended, by whom they rang."""

    role: str
    cause: str
    dials: int
    confirmed: int


@dataclass(frozen=True, slots=True)
class AlertsReport:
    """Alerts of a period."""

    total: AlertFigures
    by_ward: Mapping[str, AlertFigures]
    by_kind: Mapping[str, AlertFigures]
    by_line: Mapping[date | int, AlertFigures]
    """By hour of the day, by day ... as asked."""
    dials: tuple[Dials, ...]
    seen: Seen


@reading
def alerts_report(
    session: Session, period: Period, by: By, zone: tzinfo, now: datetime, ward: str = "", *, every: bool = False
) -> AlertsReport:
    """Emergencies and alerts, with `every` also notices of care and money; of one ward, or of all."""
    sums = Sums(session, period, zone, now)
    urgent = {} if every else {"priority": URGENT}
    where = {**urgent, **({"ward": ward} if ward else {})}
    column = "hour" if by is By.HOUR else "day"
    whole, wards, kinds = _Gathered(), dict[str, _Gathered](), dict[str, _Gathered]()
    lines: dict[date | int, _Gathered] = {line: _Gathered() for line in period.lines(by)}
    found = sums.by(ReportAlertRow, (column, "ward", "kind", "state", "seconds"), where)
    for (at, of_ward, kind, state, seconds), (count,) in found.items():
        line = lines[by.of(at, 0) if isinstance(at, date) else at]
        for some in (whole, wards.setdefault(of_ward, _Gathered()), kinds.setdefault(kind, _Gathered()), line):
            some.add(state, seconds, count)
    dials = [
        Dials(role, cause, dialled, confirmed)
        for (role, cause), (dialled, confirmed) in (
            {} if ward else sums.by(ReportDialRow, ("role", "cause"), urgent)
        ).items()
    ]
    return AlertsReport(
        whole.figures,
        {code: wards[code].figures for code in sorted(wards)},
        {kind: kinds[kind].figures for kind in sorted(kinds)},
        {line: some.figures for line, some in lines.items()},
        tuple(sorted(dials, key=lambda one: (one.role, -one.dials, one.cause))),
        sums.seen,
    )


class _Gathered:
    """Alerts by state, and what was confirmed by span."""

    def __init__(self) -> None:
        self._states: dict[str, int] = {}
        self._spans: dict[int, int] = {}

    def add(self, state: str, seconds: int, count: int) -> None:
        self._states[state] = self._states.get(state, 0) + count
        if state == State.CONFIRMED and seconds >= 0:
            self._spans[seconds] = self._spans.get(seconds, 0) + count

    @property
    def figures(self) -> AlertFigures:
        def many(*states: State) -> int:
            return sum(self._states.get(state, 0) for state in states)

        return AlertFigures(
            sum(self._states.values()),
            many(State.CONFIRMED, State.DELIVERED),
            many(State.FAILED, State.EXPIRED),
            many(State.CANCELLED),
            many(State.WAITING, State.IN_AIR),
            within(self._spans, SOON),
            tuple(quantile(self._spans, share) for share in SHARES),
        )
