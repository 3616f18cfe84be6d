"""`wardbell exams`: examinations, their rooms and the queue before each."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import click

from accounts.audit import Hand
from hospital.clinic.calendar import HospitalCalendar
from hospital.errors import HospitalError
from hospital.exams import exams_csv, orders, queue, rooms
from hospital.exams.orders import Order
from hospital.exams.queue import ExamRecord, Later, Standing, Waiting
from wardbell.commands import files
from wardbell.commands.clerk import ClerkDesk, table
from wardbell.commands.files import DayType
from wardbell.commands.who import os_user

COLUMNS = ("number", "at", "kind", "state", "patient", "ward", "bed", "missed")


@click.group()
def exams() -> None:
    """See and run the queues before examination rooms.

    A room calls its patients one after the other: `call-next` ends the examination before. Whoever is not there is
    `missed` and comes `back` in line later.
    """


@exams.command("list")
@click.argument("room")
@click.pass_obj
def list_(desk: ClerkDesk, room: str) -> None:
    """List today's examinations of ROOM in their order."""
    found = _run(desk, queue.today, room, _calendar(desk), desk.wallclock())
    rows = [
        (one.number, one.at, one.kind, one.state, one.patient, one.ward, one.bed, one.times_missed or "")
        for one in found
    ]
    click.echo(table(COLUMNS, rows) if rows else "nobody today")


@exams.command()
@click.argument("number")
@click.pass_obj
def show(desk: ClerkDesk, number: str) -> None:
    """Say where NUMBER stands, as the patient would hear it."""
    place = _run(desk, queue.place, number, _calendar(desk), desk.wallclock())
    exam = place.exam
    click.echo(
        f"{exam.number}: {exam.kind_name['en']} in {exam.room_name['en']} ({exam.room}), {exam.date} {exam.at}".rstrip()
    )
    match place:
        case Waiting(_, preparation, ahead, expected):
            begins = expected.begins_at.astimezone(desk.zone).strftime("%H:%M")
            come = expected.come_at.astimezone(desk.zone).strftime("%H:%M")
            click.echo(f"{ahead} before it; its turn comes at about {begins}, the patient is told to come at {come}")
            if preparation:
                click.echo(f"preparation: {preparation}")
        case Later():
            click.echo("not today: the queue of its day is not known yet")
        case Standing(_, how, why):
            click.echo(f"{how}: {why}" if why else how)


@exams.command()
@click.argument("room")
@click.argument("kind")
@click.option("--on", "day", type=DayType(), default="today", show_default=True, help="The day.")
@click.option("--at", default="", help="Appointed time, 09:20; without it by the order of coming.")
@click.option("--number", default="", help="The booking number, if there is one already; drawn without it.")
@click.option("--card", default="", help="The patient's card.")
@click.option("--patient", default="", help="The patient's name, for the room.")
@click.option("--ward", default="", help="The ward, for patients who lie in one.")
@click.option("--bed", default="", help="The bed there.")
@click.pass_obj
def order(desk: ClerkDesk, /, room: str, kind: str, day: int | date, **more: str) -> None:
    """Order an examination of KIND in ROOM; prints its booking number."""
    calendar = _calendar(desk)
    on = files.day(day, calendar.today(desk.wallclock()))
    number, _ = _run(desk, orders.store, Order(room=room, kind=kind, date=on, **more), calendar, _hand(desk))
    click.echo(number)


@exams.command("call-next")
@click.argument("room")
@click.pass_obj
def call_next(desk: ClerkDesk, room: str) -> None:
    """Call the next patient into ROOM; the one before is done."""
    came: ExamRecord | None = _run(desk, queue.call_next, room, _calendar(desk), _hand(desk))
    click.echo("nobody waits" if came is None else _line(came))


@exams.command()
@click.argument("number")
@click.pass_obj
def missed(desk: ClerkDesk, number: str) -> None:
    """NUMBER was called and is not there."""
    click.echo(_line(_run(desk, queue.missed, number, _hand(desk))))


@exams.command()
@click.argument("number")
@click.pass_obj
def back(desk: ClerkDesk, number: str) -> None:
    """NUMBER, missed before, has come: back in line, behind the next two."""
    click.echo(_line(_run(desk, queue.back_in_line, number, _calendar(desk), _hand(desk))))


@exams.command()
@click.argument("number")
@click.pass_obj
def done(desk: ClerkDesk, number: str) -> None:
    """NUMBER was examined."""
    click.echo(_line(_run(desk, queue.done, number, _hand(desk))))


@exams.command()
@click.argument("number")
@click.option("--reason", "-m", default="", help="Why, for the audit.")
@click.pass_obj
def cancel(desk: ClerkDesk, number: str, reason: str) -> None:
    """NUMBER will not be examined."""
    click.echo(_line(_run(desk, queue.cancel, number, _hand(desk, reason))))


@exams.command()
@click.argument("room")
@click.option("--reason", "-m", required=True, help="Why: it stands beside the room until it works again.")
@click.pass_obj
def close(desk: ClerkDesk, room: str, reason: str) -> None:
    """Nobody is examined in ROOM for now: who asks hears so and keeps the place."""
    _run(desk, rooms.close, room, _hand(desk, reason))
    click.echo(f"{room} is closed: {reason}")


@exams.command("open")
@click.argument("room")
@click.pass_obj
def open_(desk: ClerkDesk, room: str) -> None:
    """ROOM works again."""
    _run(desk, rooms.reopen, room, _hand(desk))
    click.echo(f"{room} is open")


@exams.command("kinds")
@click.option("--out", default="-", help="File to write; standard output without it.")
@click.pass_obj
def kinds(desk: ClerkDesk, out: str) -> None:
    """Write the kinds of examinations as CSV: edit it and bring it with `import-kinds`."""
    files.write(out, exams_csv.dump_kinds(desk.database.run_now(rooms.kinds)))


@exams.command("rooms")
@click.option("--out", default="-", help="File to write; standard output without it.")
@click.pass_obj
def rooms_(desk: ClerkDesk, out: str) -> None:
    """Write the examination rooms as CSV: edit it and bring it with `import-rooms`."""
    files.write(out, exams_csv.dump_rooms(desk.database.run_now(rooms.rooms)))


@exams.command("import-kinds")
@click.argument("file")
@click.pass_obj
def import_kinds(desk: ClerkDesk, file: str) -> None:
    """Read kinds of examinations from a CSV FILE (`-`: standard input), as `kinds` writes it.

    \b
    code,name_zh,name_en,minutes,preparation
    b_scan,B超,ultrasound scan,10,fasting

    `minutes`: what one is planned to take. `preparation`: the last word of the text that tells it. When any line is
    wrong, nothing is stored.
    """
    name, content = files.read(file)
    found = exams_csv.staged(exams_csv.parse_kinds(name, content))
    files.bring(desk, exams_csv.KINDS_FILE, name, found, "kinds of examinations")


@exams.command("import-rooms")
@click.argument("file")
@click.pass_obj
def import_rooms(desk: ClerkDesk, file: str) -> None:
    """Read examination rooms from a CSV FILE (`-`: standard input), as `rooms` writes it.

    \b
    code,name_zh,name_en,opens,closes
    us1,超声一室,ultrasound room one,08:00,17:00

    When any line is wrong, nothing is stored.
    """
    name, content = files.read(file)
    files.bring(desk, exams_csv.ROOMS_FILE, name, exams_csv.staged(exams_csv.parse_rooms(name, content)), "rooms")


def _run(desk: ClerkDesk, rule: Callable[..., Any], *given: Any) -> Any:
    try:
        return desk.database.run_now(rule, *given)
    except HospitalError as wrong:
        raise click.ClickException(str(wrong)) from wrong


def _calendar(desk: ClerkDesk) -> HospitalCalendar:
    return HospitalCalendar(desk.zone)


def _hand(desk: ClerkDesk, reason: str = "") -> Hand:
    return Hand(os_user(), desk.wallclock(), "command", reason=reason)


def _line(exam: ExamRecord) -> str:
    where = f", {exam.ward} {exam.bed}".rstrip() if exam.ward else ""
    return f"{exam.number} {exam.patient or 'no name'}{where}: {exam.state}"
