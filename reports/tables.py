"""Answers as plain tables: what a command prints, a page shows beside its chart and a file holds is the same.

Headings are English; a page says them in its language. Cells are numbers, words and days, None where there is nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from ivr.numbers.hours import WEEKDAYS
from reports.alerts import AlertFigures, AlertsReport
from reports.asked import By, Seen
from reports.calls import CallFigures, CallsReport, FlowsReport, HeatMap
from reports.keys import KeysReport

Cell: TypeAlias = str | int | float | date | None

CALLS = ("calls", "answered", "unanswered", "waited", "left while waiting", "talked with somebody")
TIMES = ("half within, s", "90 % within, s", "99 % within, s")
MINUTES = ("minutes on the line", "minutes of talk", "mean wait, s")
ALERTS = ("alerts", "confirmed", "not confirmed", "cancelled", "open", "within a minute, %")
KEYS = tuple("1234567890*#")


@dataclass(frozen=True, slots=True)
class Table:
    """`name` is that of a file."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def calls_table(report: CallsReport) -> Table:
    """A line for each hour, day, ... and the sum at the end."""
    rows: list[tuple[Cell, ...]] = []
    for line, figures in report.lines.items():
        times = report.waits.get(line, (None,) * len(TIMES))
        rows.append((shown(report.by, line), *_calls(figures), *_minutes(figures), *times))
    rows.append(("total", *_calls(report.total), *_minutes(report.total), *(None,) * len(TIMES)))
    return Table("calls", (report.by.value, *CALLS, *MINUTES, *TIMES), tuple(rows))


def flows_table(report: FlowsReport) -> Table:
    """A line for each flow and outcome."""
    rows = (
        (one.direction, one.flow, one.outcome, *_calls(one.figures), *_minutes(one.figures)) for one in report.lines
    )
    return Table("flows", ("direction", "flow", "outcome", *CALLS, *MINUTES), tuple(rows))


def keys_table(report: KeysReport) -> Table:
    """A line for each step at which callers were asked for keys."""
    rows: list[tuple[Cell, ...]] = []
    for one in report.steps:
        pressed = (one.pressed.get(key, 0) for key in KEYS)
        rows.append((one.flow, one.step, one.asked, *pressed, one.several, one.nothing, one.hung_up))
    columns = ("flow", "step", "asked", *KEYS, "several keys", "no key", "hung up")
    return Table("keys", columns, tuple(rows))


def alerts_table(report: AlertsReport, by: By) -> Table:
    """A line for each hour, day, ..."""
    rows = ((shown(by, line), *_alerts(figures)) for line, figures in report.by_line.items())
    return Table("alerts", (by.value, *ALERTS, *TIMES), (*rows, ("total", *_alerts(report.total))))


def wards_table(report: AlertsReport) -> Table:
    """A line for each ward."""
    rows = ((ward or None, *_alerts(figures)) for ward, figures in report.by_ward.items())
    return Table("alerts-by-ward", ("ward", *ALERTS, *TIMES), tuple(rows))


def kinds_table(report: AlertsReport) -> Table:
    """A line for each rule: what the alerts were about."""
    rows = ((kind, *_alerts(figures)) for kind, figures in report.by_kind.items())
    return Table("alerts-by-rule", ("rule", *ALERTS, *TIMES), tuple(rows))


def dials_table(report: AlertsReport) -> Table:
    """A line for each way in which dials ended, by whom they rang."""
    rows: list[tuple[Cell, ...]] = [(one.role, one.cause or None, one.dials, one.confirmed) for one in report.dials]
    return Table("dials", ("rung", "ended", "dials", "confirmed"), tuple(rows))


def heat_table(report: HeatMap) -> Table:
    """A line for each weekday, a column for each hour: calls on the average."""
    rows: list[tuple[Cell, ...]] = []
    for day, name in enumerate(WEEKDAYS):
        rows.append((name, *(round(report.mean(day, hour), 1) for hour in range(24))))
    return Table("calls-by-weekday-and-hour", ("weekday", *(clock(hour) for hour in range(24))), tuple(rows))


def shown(by: By, line: date | int) -> str:
    """A line's name, the same in all languages: 08:00, mon, 2026-11, 2026-11-28 (of a week its Monday)."""
    if isinstance(line, date):
        return f"{line:%Y-%m}" if by is By.MONTH else line.isoformat()
    return clock(line) if by is By.HOUR else WEEKDAYS[line]


def clock(hour: int) -> str:
    """An hour as the clock shows it."""
    return f"{hour:02}:00"


def told(seen: Seen) -> list[str]:
    """What somebody must know who reads these figures."""
    sentences = []
    if seen.live:
        sentences.append(f"counted now, and not over: {_days(seen.live)}")
    if seen.missing:
        sentences.append(f"NOT counted: {_days(seen.missing)}; `wardbell reports heal` adds them up")
    if seen.thinned:
        sentences.append(f"calls deleted since, figures as they were: {_days(seen.thinned)}")
    return sentences


def _days(days: Sequence[date]) -> str:
    shown_days = ", ".join(day.isoformat() for day in days[:5])
    return shown_days + (f" and {len(days) - 5} more" if len(days) > 5 else "")


def _calls(figures: CallFigures) -> Iterable[Cell]:
    return (
        *(figures.calls, figures.answered, figures.unanswered),
        *(figures.waited, figures.gave_up, figures.talked),
    )


def _minutes(figures: CallFigures) -> Iterable[Cell]:
    mean = None if figures.mean_wait is None else round(figures.mean_wait, 1)
    return round(figures.line_ms / 60_000, 1), round(figures.talked_ms / 60_000, 1), mean


def _alerts(figures: AlertFigures) -> Iterable[Cell]:
    soon = round(100 * figures.soon / figures.alerts, 1) if figures.alerts else None
    return (
        *(figures.alerts, figures.confirmed, figures.failed, figures.cancelled, figures.open, soon),
        *figures.times,
    )
