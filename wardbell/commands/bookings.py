"""`wardbell bookings`: who is registered for what."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import click

from hospital import csv_file
from hospital.clinic import bookings as rules
from hospital.clinic.bookings import BookingRecord
from hospital.clinic.calendar import HospitalCalendar
from hospital.money import show_money
from wardbell.commands import files
from wardbell.commands.clerk import ClerkDesk, table
from wardbell.commands.files import DayType
from wardbell.commands.who import hand

COLUMNS = (
    "slip",
    "date",
    "half",
    "department",
    "expert",
    "expert_name",
    "card",
    "patient",
    "phone",
    "fee",
    "state",
    "made",
)


@click.group()
def bookings() -> None:
    """See, export and cancel registrations."""


@bookings.command("list")
@click.option("--from", "first", type=DayType(), default="today", show_default=True, help="First day.")
@click.option("--days", type=click.IntRange(1, 366), default=7, show_default=True, help="How many days.")
@click.option("--all", "everything", is_flag=True, help="Include cancelled ones.")
@click.pass_obj
def list_(desk: ClerkDesk, first: int | date, days: int, everything: bool) -> None:
    """List bookings by the day they are for."""
    found = _between(desk, first, days, everything)
    if not found:
        click.echo("no bookings")
        return
    click.echo(table(COLUMNS, [_row(desk, one) for one in found]))


@bookings.command("export")
@click.option("--from", "first", type=DayType(), default="today", show_default=True, help="First day.")
@click.option("--days", type=click.IntRange(1, 366), default=7, show_default=True, help="How many days.")
@click.option("--all", "everything", is_flag=True, help="Include cancelled ones.")
@click.option("--out", default="-", help="File to write; standard output without it.")
@click.pass_obj
def export(desk: ClerkDesk, first: int | date, days: int, everything: bool, out: str) -> None:
    """Write bookings as CSV."""
    files.write(out, csv_file.write(COLUMNS, [_row(desk, one) for one in _between(desk, first, days, everything)]))


@bookings.command("cancel")
@click.argument("slip")
@click.option("--note", default="", help="A note for the card's history.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def cancel(desk: ClerkDesk, slip: str, note: str, yes: bool) -> None:
    """Cancel the booking with SLIP: its place is free again, its fee goes back to the card."""
    found = desk.database.run_now(rules.find, slip)
    if not yes:
        what = f"{found.date} {found.half} {found.department} {found.expert}".replace("  ", " ").strip()
        click.confirm(f"cancel {what} of card {found.card}?", abort=True)
    came = desk.database.run_now(rules.cancel_by_hand, slip, hand(desk, note))
    if came.again:
        click.echo(f"slip {slip} was already cancelled")
    else:
        click.echo(f"slip {slip} cancelled, {show_money(came.refund)} back on card {found.card}")


def _between(desk: ClerkDesk, first: int | date, days: int, everything: bool) -> list[BookingRecord]:
    begin = files.day(first, HospitalCalendar(desk.zone).today(desk.wallclock()))
    return desk.database.run_now(rules.between, begin, begin + timedelta(days - 1), cancelled=everything)


def _row(desk: ClerkDesk, one: BookingRecord) -> Sequence[object]:
    return (
        one.slip, one.date, one.half, one.department, one.expert, one.expert_name.get("zh", ""), one.card, one.patient,
        one.phone, show_money(one.fee), one.state, one.made_at.astimezone(desk.zone).strftime("%Y-%m-%d %H:%M"),
    )  # fmt: skip
