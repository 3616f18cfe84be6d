"""*Reports*: what happened, drawn and as tables: calls, flows, keys, alerts. What counts as what says
`reports.counting`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from fastapi import HTTPException
from fastapi.responses import Response
from markupsafe import Markup

from accounts.rights import Right
from reports import tables
from reports.alerts import alerts_report
from reports.asked import By, Seen
from reports.calls import calls_report, flows_report, heat_map
from reports.keys import keys_report
from reports.tables import Table
from web.charts import Series, bars, heat, lines
from web.export import Form, Sheet, download
from web.page import N_, Page
from web.pages.reports.asked import Asked, read_asked
from web.pages.reports.series import BARS, by_outcome, flows_picture
from web.pages.reports.words import LINES, cell, first_cell, heading, line, weekday
from web.visit import Visit, Visiting

PAGE = Page("reports", N_("Reports"), "/reports", Right.REPORTS, N_("The line"))
TABS = (
    ("/reports", N_("All calls")),
    ("/reports/flows", N_("Flows")),
    ("/reports/keys", N_("Keys pressed")),
    ("/reports/alerts", N_("Alerts")),
)


@dataclass
class Part:
    """A part of a page: a picture, and the figures in it."""

    title: str
    table: Table
    picture: Markup = field(default_factory=Markup)
    folded: bool = False
    """Whether the table is only shown when it is asked for: the picture has all its figures."""


@PAGE.get("/reports")
def calls(visit: Visiting, first: str = "", last: str = "", by: By = By.DAY) -> Response:
    """Calls by outcome, by weekday and hour, and how long callers waited."""
    asked, _ = read_asked(visit, first, last, by), visit._
    report = visit.site.database.run_now(calls_report, asked.period, by, visit.site.zone, visit.now)
    week = visit.site.database.run_now(heat_map, asked.period, visit.site.zone, visit.now)
    labels = [line(by, at, visit.language) for at in report.lines]
    days = [weekday(number, visit.language) for number in range(7)]
    hours = [str(hour) for hour in range(24)]
    waits = [
        Series(heading(name, _), [report.waits.get(at, (None,) * 3)[place] for at in report.lines])
        for place, name in enumerate(tables.TIMES)
    ]
    about = _("%(calls)s calls came in, %(answered)s were answered, %(left)s left while they waited.") % {
        "calls": report.total.calls,
        "answered": report.total.answered,
        "left": report.total.gave_up,
    }
    shown = [
        Part(
            _("Calls by how they ended"),
            tables.calls_table(report),
            bars("outcomes", _("Calls by how they ended"), about, labels, by_outcome(visit, report)),
        ),
        Part(
            _("Calls by weekday and hour, on the average"),
            tables.heat_table(week),
            heat("week", _("Calls by weekday and hour, on the average"), about, days, hours, week.mean),
            folded=True,
        ),
    ]
    if report.total.waited:
        title = _("Seconds within which callers who waited had somebody, or left")
        shown[0].picture += lines("waits", title, title, labels, waits)
    return _page(visit, "/reports", asked, shown, report.seen, about)


@PAGE.get("/reports/flows")
def flows(visit: Visiting, first: str = "", last: str = "", by: By = By.DAY) -> Response:
    """Calls by flow and outcome."""
    asked, _ = read_asked(visit, first, last, by), visit._
    report = visit.site.database.run_now(flows_report, asked.period, visit.site.zone, visit.now)
    title = _("Calls that came in, by flow and how they ended")
    part = Part(title, tables.flows_table(report), flows_picture(visit, title, report))
    return _page(visit, "/reports/flows", asked, [part], report.seen)


@PAGE.get("/reports/keys")
def keys(visit: Visiting, first: str = "", last: str = "", by: By = By.DAY) -> Response:
    """What callers press at each step."""
    asked, _ = read_asked(visit, first, last, by), visit._
    report = visit.site.database.run_now(keys_report, asked.period, visit.site.zone, visit.now)
    title = _("What callers did where they were asked for a key")
    most = sorted(report.steps, key=lambda one: -one.asked)[:BARS]
    series = [
        Series(_("one key"), [sum(one.pressed.values()) for one in most]),
        Series(heading("several keys", _), [one.several for one in most]),
        Series(heading("no key", _), [one.nothing for one in most]),
        Series(heading("hung up", _), [one.hung_up for one in most]),
    ]
    picture = bars("steps", title, title, [f"{one.flow}.{one.step}" for one in most], series)
    parts = [Part(title, tables.keys_table(report), picture)]
    if report.hung_up:
        elsewhere = Table("hung-up", ("flow", "step", "hung up"), report.hung_up)
        parts.append(Part(_("Where else callers hung up"), elsewhere))
    return _page(visit, "/reports/keys", asked, parts, report.seen)


@PAGE.get("/reports/alerts")
def alerts(visit: Visiting, first: str = "", last: str = "", by: By = By.HOUR, ward: str = "") -> Response:
    """How soon alerts were confirmed, by hour, ward and rule; how dials for them ended."""
    asked, _ = read_asked(visit, first, last, by, ward), visit._
    report = visit.site.database.run_now(alerts_report, asked.period, by, visit.site.zone, visit.now, ward)
    labels = [line(by, at, visit.language) for at in report.by_line]
    times = [
        Series(heading(name, _), [one.times[place] for one in report.by_line.values()])
        for place, name in enumerate(tables.TIMES)
    ]
    total = report.total
    about = _("%(alerts)s alerts, %(confirmed)s confirmed, %(failed)s not; half of them within %(half)s s.") % {
        "alerts": total.alerts,
        "confirmed": total.confirmed,
        "failed": total.failed,
        "half": "–" if total.times[0] is None else total.times[0],
    }
    title = _("Seconds until somebody confirmed")
    parts = [Part(title, tables.alerts_table(report, by), lines("times", title, about, labels, times))]
    most = sorted(report.by_ward.items(), key=lambda one: -one[1].alerts)[:BARS]
    states = [
        Series(heading("confirmed", _), [one.confirmed for _code, one in most]),
        Series(heading("not confirmed", _), [one.failed for _code, one in most]),
        Series(heading("cancelled", _), [one.cancelled for _code, one in most]),
        Series(heading("open", _), [one.open for _code, one in most]),
    ]
    by_ward = _("Alerts by ward")
    picture = bars("wards", by_ward, about, [code or "–" for code, _one in most], states)
    parts += [Part(by_ward, tables.wards_table(report), picture), Part(_("By rule"), tables.kinds_table(report))]
    if not ward:
        parts.append(Part(_("How dials for alerts ended"), tables.dials_table(report)))
    return _page(visit, "/reports/alerts", asked, parts, report.seen, about)


@PAGE.get("/reports/{name}.{form}")
def file(
    visit: Visiting, name: str, form: Form, first: str = "", last: str = "", by: By = By.DAY, ward: str = ""
) -> Response:
    """The figures of one table as a file."""
    asked = read_asked(visit, first, last, by, ward)
    run, period, at = visit.site.database.run_now, asked.period, (visit.site.zone, visit.now)
    match name:
        case "calls":
            table = tables.calls_table(run(calls_report, period, by, *at))
        case "calls-by-weekday-and-hour":
            table = tables.heat_table(run(heat_map, period, *at))
        case "flows":
            table = tables.flows_table(run(flows_report, period, *at))
        case "keys":
            table = tables.keys_table(run(keys_report, period, *at))
        case "hung-up":
            table = Table(name, ("flow", "step", "hung up"), run(keys_report, period, *at).hung_up)
        case "alerts" | "alerts-by-ward" | "alerts-by-rule" | "dials":
            report = run(alerts_report, period, by, *at, ward)
            of = {
                "alerts": lambda: tables.alerts_table(report, by),
                "alerts-by-ward": lambda: tables.wards_table(report),
                "alerts-by-rule": lambda: tables.kinds_table(report),
                "dials": lambda: tables.dials_table(report),
            }
            table = of[name]()
        case _:
            raise HTTPException(404)
    words = _worded(visit, table)
    return download(Sheet(f"{name} {asked.first} {asked.last}", [head for head, _kind in words[0]], words[1]), form)


def _page(visit: Visit, home: str, asked: Asked, parts: Sequence[Part], seen: Seen, about: str = "") -> Response:
    choices = [(by.value, visit._(words)) for by, words in LINES.items()]
    query = {"first": asked.first.isoformat(), "last": asked.last.isoformat(), "by": asked.by.value, "ward": asked.ward}
    shown = [(part, *_worded(visit, part.table)) for part in parts]
    return visit.render(
        "reports/report.html",
        tabs=TABS, home=home, asked=asked, choices=choices, query=query, parts=shown, seen=seen, about=about,
    )  # fmt: skip


def _worded(visit: Visit, table: Table) -> tuple[list[tuple[str, bool]], list[list[tables.Cell]]]:
    """Headings, each with whether its column holds numbers, and rows, in the visitor's language."""
    numbers = [
        at > 0 and not any(isinstance(row[at], str) and row[at] for row in table.rows)
        for at in range(len(table.columns))
    ]
    heads = [(heading(name, visit._), number) for name, number in zip(table.columns, numbers, strict=True)]
    rows: list[list[tables.Cell]] = []
    for row in table.rows:
        told: list[tables.Cell] = [first_cell(table.columns[0], row[0], visit.language, visit._)]  # type: ignore[list-item]
        told += [cell(name, value, visit._) for name, value in zip(table.columns[1:], row[1:], strict=True)]  # type: ignore[misc]
        rows.append(told)
    return heads, rows
