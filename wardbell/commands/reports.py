"""`wardbell reports`: what happened, in figures: calls, flows, keys, alerts; and the book of days behind them."""

from __future__ import annotations

import os
from collections.abc import Callable, Coroutine
from datetime import date, timedelta
from typing import Any, TypeVar

import click

from db.database import ImmediateTransactions
from reports import tables
from reports.alerts import alerts_report
from reports.asked import BadPeriod, By, Period, Seen
from reports.calls import calls_report, flows_report, heat_map
from reports.days import day_at
from reports.keys import keys_report
from reports.rolling import Rolling
from reports.tables import Table
from wardbell.commands.clerk import ClerkDesk, table
from web.export import Sheet, csv_lines

T = TypeVar("T")
Command = Callable[..., Any]

A_MONTH = timedelta(days=29)


class Day(click.ParamType):
    """A day as 2026-11-28, `today` or `yesterday`; the hospital's own, so it is read when the zone is known."""

    name = "day"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date) or ctx is None:
            return value  # type: ignore[no-any-return]
        today = day_at(ctx.obj.wallclock(), ctx.obj.zone)
        if value in ("today", "yesterday"):
            return today - timedelta(value == "yesterday")
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.fail(f'"{value}" is not a day: write 2026-11-28, today or yesterday', param, ctx)


def _asks(command: Command) -> Command:
    """The options that every question has."""
    for option in (
        click.option("--csv", "as_csv", is_flag=True, help="As CSV, for a spreadsheet."),
        click.option("--to", "last", type=Day(), default="today", show_default=True, help="The last day."),
        click.option("--from", "first", type=Day(), help="The first day (default: 29 days before the last)."),
    ):
        command = option(command)
    return click.pass_obj(command)


by_option = click.option(
    "--by", type=click.Choice([by.value for by in By]), default=By.DAY.value, show_default=True, help="A line for each."
)


@click.group()
def reports() -> None:
    """What happened, in figures. Past days are added up by the running service; today is counted when you ask.

    A day and an hour are those of the hospital's clock. A call belongs to the hour in which it began.
    """


@reports.command()
@by_option
@click.option("--out", "direction", flag_value="out", help="The calls that the line made.")
@click.option("--in", "direction", flag_value="in", default=True, help="The calls that came in (without --out).")
@click.option("--flow", default="", help="Only calls that this flow answered.")
@click.option("--weekdays", is_flag=True, help="A table of weekdays and hours instead: calls on the average.")
@_asks
def calls(
    desk: ClerkDesk, first: date, last: date, as_csv: bool, by: str, direction: str, flow: str, weekdays: bool
) -> None:
    """Calls by hour of the day, day, week, month or weekday: answered, waited, left; and how long they waited."""
    period = _period(first, last)
    if weekdays:
        heat = desk.database.run_now(heat_map, period, desk.zone, desk.wallclock())
        _print(as_csv, heat.seen, tables.heat_table(heat))
        return
    report = desk.database.run_now(calls_report, period, By(by), desk.zone, desk.wallclock(), direction, flow)
    _print(as_csv, report.seen, tables.calls_table(report))


@reports.command()
@_asks
def flows(desk: ClerkDesk, first: date, last: date, as_csv: bool) -> None:
    """Calls by flow and by how they ended."""
    report = desk.database.run_now(flows_report, _period(first, last), desk.zone, desk.wallclock())
    _print(as_csv, report.seen, tables.flows_table(report))


@reports.command()
@click.option("--flow", default="", help="Only the steps of this flow.")
@_asks
def keys(desk: ClerkDesk, first: date, last: date, as_csv: bool, flow: str) -> None:
    """What callers press at each step, how often they press nothing, how often they hang up there.

    Of answers of several keys (card numbers, PINs) only how many there were is known here.
    """
    report = desk.database.run_now(keys_report, _period(first, last), desk.zone, desk.wallclock(), flow)
    _print(as_csv, report.seen, tables.keys_table(report))
    if not as_csv and report.hung_up:
        click.echo("\nhung up elsewhere:")
        for of_flow, step, times in report.hung_up[:20]:
            click.echo(f"{times:>8}  {of_flow}.{step}")


@reports.command()
@by_option
@click.option("--ward", default="", help="Only the alerts of this ward (its code).")
@click.option("--all", "every", is_flag=True, help="Also notices of care and money, which wait for their hours.")
@_asks
def alerts(desk: ClerkDesk, first: date, last: date, as_csv: bool, by: str, ward: str, every: bool) -> None:
    """Alerts: how many were confirmed and how soon, by hour or day, by ward and by rule; how dials for them ended."""
    period, lines = _period(first, last), By(by)
    report = desk.database.run_now(alerts_report, period, lines, desk.zone, desk.wallclock(), ward, every=every)
    if as_csv:
        _print(True, report.seen, tables.alerts_table(report, lines))
        return
    parts = [tables.alerts_table(report, lines), tables.wards_table(report), tables.kinds_table(report)]
    _print(False, report.seen, *parts, tables.dials_table(report))


@reports.command()
@click.option("--from", "since", type=Day(), help="Look at all days from this one on (default: at every day).")
@click.pass_obj
def heal(desk: ClerkDesk, since: date | None) -> None:
    """Add up past days that are missing, and look at all others again. The running service does this by itself.

    It may be run at any time, also beside the service and twice.
    """
    rolling = Rolling(ImmediateTransactions(desk.database), desk.wallclock, desk.zone, f"command:{os.getpid()}")
    healed = _finished(rolling.round(since or date.min))
    click.echo(f"{healed.looked_at} days looked at, {len(healed.made)} added up")
    for day in healed.thinned:
        click.echo(f"{day}: calls were deleted; its figures stay as they were")


def _period(first: date | None, last: date) -> Period:
    try:
        return Period(first or last - A_MONTH, last)
    except BadPeriod as wrong:
        raise click.ClickException(str(wrong)) from wrong


def _print(as_csv: bool, seen: Seen, *parts: Table) -> None:
    """The tables, and what one must know of them."""
    for number, part in enumerate(parts):
        if as_csv:
            click.echo("".join(csv_lines(Sheet(part.name, part.columns, part.rows))), nl=False)
            continue
        if number:
            click.echo()
        rows = [["-" if cell is None or cell == "" else cell for cell in row] for row in part.rows]
        click.echo(table(part.columns, rows) if rows else f"{part.name}: nothing in this time")
    for sentence in tables.told(seen):
        click.echo(sentence, err=as_csv)


def _finished(work: Coroutine[Any, Any, T]) -> T:
    """The result of work that waits for nothing: its transactions run here."""
    try:
        work.send(None)
    except StopIteration as done:
        return done.value  # type: ignore[no-any-return]
    raise AssertionError("it waited")
