"""What the pictures of reports show, from their figures."""

from __future__ import annotations

from collections import Counter
from datetime import date

from markupsafe import Markup

from reports.calls import CallsReport, FlowsReport
from web.charts import Series, bars
from web.pages.reports.words import cell
from web.visit import Visit

PARTS = 5
"""Outcomes that a bar shows one by one; all others are one part."""
BARS = 14
"""Flows, steps or wards that a chart shows."""


def _most(counted: Counter[str]) -> list[str]:
    return [name for name, _count in counted.most_common(PARTS)]


def by_outcome(visit: Visit, report: CallsReport) -> list[Series]:
    """Calls line by line: the most frequent outcomes, and all others as one."""
    counted: Counter[str] = Counter()
    for (_at, outcome), number in report.outcomes.items():
        counted[outcome] += number
    most = _most(counted)
    series = [
        Series(_outcome(visit, outcome), [report.outcomes.get((at, outcome), 0) for at in report.lines])
        for outcome in most
    ]
    if len(counted) > len(most):
        others: Counter[date | int] = Counter()
        for (at, outcome), number in report.outcomes.items():
            others[at] += 0 if outcome in most else number
        series.append(Series(visit._("others"), [others[at] for at in report.lines]))
    return series


def flows_picture(visit: Visit, title: str, report: FlowsReport) -> Markup:
    """Calls that came in, flow by flow."""
    came_in = [one for one in report.lines if one.direction == "in"]
    by_flow = list(dict.fromkeys(one.flow for one in came_in))[:BARS]
    counted: Counter[str] = Counter()
    found: Counter[tuple[str, str]] = Counter()
    for one in came_in:
        counted[one.outcome] += one.figures.calls
        found[one.flow, one.outcome] += one.figures.calls
    most = _most(counted)
    series = [Series(_outcome(visit, outcome), [found[flow, outcome] for flow in by_flow]) for outcome in most]
    if len(counted) > len(most):
        rest = [sum(found[flow, other] for other in counted if other not in most) for flow in by_flow]
        series.append(Series(visit._("others"), rest))
    return bars("flows", title, title, [flow or "–" for flow in by_flow], series)


def _outcome(visit: Visit, outcome: str) -> str:
    return str(cell("outcome", outcome, visit._))
