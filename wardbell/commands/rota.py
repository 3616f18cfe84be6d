"""`wardbell rota`: who is on duty, and the departments' general clinics."""

from __future__ import annotations

from datetime import date, timedelta

import click
from sqlalchemy.orm import Session

from db.reading import reading
from hospital.clinic import by_hand, departments, rota_csv
from hospital.clinic import rota as duties
from hospital.clinic.calendar import HospitalCalendar
from hospital.clinic.departments import DepartmentRecord
from hospital.clinic.rota import NewDuty
from hospital.errors import Unknown
from hospital.money import parse_money, show_money
from hospital.names import MORE
from wardbell.commands import files
from wardbell.commands.clerk import ClerkDesk, table
from wardbell.commands.files import DayType
from wardbell.commands.who import hand

HALF = click.Choice(["am", "pm"])


class MoneyType(click.ParamType):
    """An amount such as 20.50, as minor units."""

    name = "amount"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if isinstance(value, int):
            return value
        try:
            return parse_money(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


@click.group()
def rota() -> None:
    """See and edit the experts on duty, and the departments.

    The rota has to be kept up every day: callers hear who is on duty, by code and name.
    """


@rota.command("show")
@click.option("--from", "first", type=DayType(), default="today", show_default=True, help="First day.")
@click.option("--days", type=click.IntRange(1, 366), default=7, show_default=True, help="How many days.")
@click.option("--department", help="One department only, by its code.")
@click.pass_obj
def show(desk: ClerkDesk, first: int | date, days: int, department: str | None) -> None:
    """Show who is on duty."""
    begin = files.day(first, _today(desk))
    found = desk.database.run_now(duties.between, begin, begin + timedelta(days - 1), department)
    if found:
        rows = [
            (one.date, one.half, one.department, one.expert, one.expert_name["zh"], one.expert_name["en"],
             f"{one.taken}/{one.capacity}", show_money(one.fee))
            for one in found
        ]  # fmt: skip
        columns = ("date", "half", "department", "expert", "name (zh)", "name (en)", "taken", "fee")
        click.echo(table(columns, rows))
    else:
        click.echo("nobody is on duty")
    for day in desk.database.run_now(duties.missing, HospitalCalendar(desk.zone), desk.wallclock()):
        click.echo(f"warning: nobody is on duty on {day}", err=True)


@rota.command("import")
@click.argument("file")
@click.option("--yes", is_flag=True, help="Do not ask about past or far days, or 01 beside 1.")
@click.pass_obj
def import_(desk: ClerkDesk, file: str, yes: bool) -> None:
    """Read duties from a CSV FILE (`-`: standard input), as `export` writes it.

    \b
    date,half,department,expert,name_zh,name_en,places,fee
    2026-03-05,am,neike,1,李明,Dr Li,20,20.00

    It may also have the columns name_ru and name_pl; callers in those languages hear the English name without them.
    Existing duties are changed, new ones added; none is removed. When any line is wrong, nothing is stored.
    """
    name, content = files.read(file)
    found = rota_csv.parse(name, content)
    files.ask(desk.database.run_now(rota_csv.doubts, name, found, _today(desk)), yes)
    files.bring(desk, rota_csv.KIND, name, rota_csv.staged(found), "duties")


@rota.command("export")
@click.option("--from", "first", type=DayType(), default="today", show_default=True, help="First day.")
@click.option("--days", type=click.IntRange(1, 366), default=7, show_default=True, help="How many days.")
@click.option("--out", default="-", help="File to write; standard output without it.")
@click.pass_obj
def export(desk: ClerkDesk, first: int | date, days: int, out: str) -> None:
    """Write duties as CSV: edit it and import it again."""
    begin = files.day(first, _today(desk))
    found = desk.database.run_now(duties.between, begin, begin + timedelta(days - 1))
    files.write(out, rota_csv.dump(found))


@rota.command("set")
@click.argument("day", type=DayType())
@click.argument("half", type=HALF)
@click.argument("department")
@click.argument("expert")
@click.option("--name-zh", help="Name in Chinese.")
@click.option("--name-en", help="Name in English.")
@click.option("--name-ru", help="Name in Russian; callers hear the English one without it.")
@click.option("--name-pl", help="Name in Polish; callers hear the English one without it.")
@click.option("--places", type=click.IntRange(0, 10_000), help="How many patients.")
@click.option("--fee", type=MoneyType(), help="What one place costs, e.g. 20.00.")
@click.option("--yes", is_flag=True, help="Do not ask about a past or far day, or 01 beside 1.")
@click.pass_obj
def set_(
    desk: ClerkDesk,
    day: int | date,
    half: str,
    department: str,
    expert: str,
    name_zh: str | None,
    name_en: str | None,
    name_ru: str | None,
    name_pl: str | None,
    places: int | None,
    fee: int | None,
    yes: bool,
) -> None:
    """Put EXPERT (a code) of DEPARTMENT on duty on DAY (today, tomorrow, a date), am or pm.

    What is not given stays, or is taken from the expert's latest duty.
    """
    when = files.day(day, _today(desk))

    def planned(session: Session) -> NewDuty:
        old = duties.latest(session, department, expert, when, half)
        zh = name_zh if old is None or name_zh is not None else old.expert_name["zh"]
        en = name_en if old is None or name_en is not None else old.expert_name["en"]
        capacity = places if old is None or places is not None else old.capacity
        cost = fee if old is None or fee is not None else old.fee
        if zh is None or en is None or capacity is None or cost is None:
            raise Unknown(f'no duty of expert "{expert}" yet: give --name-zh, --name-en, --places and --fee')
        more = {} if old is None else {k: v for k, v in old.expert_name.items() if k in MORE}
        more |= {k: v for k, v in {"ru": name_ru, "pl": name_pl}.items() if v is not None}
        return NewDuty(when, half, department, expert, zh, en, capacity, cost, more)

    @reading
    def doubts(session: Session) -> list[tuple[int, str]]:
        return duties.doubts(session, [planned(session)], _today(desk))

    files.ask([sentence for _, sentence in desk.database.run_now(doubts)], yes)
    desk.database.run_now(lambda session: by_hand.store_duties(session, [planned(session)], hand(desk)))
    click.echo(f"{department} expert {expert} is on duty on {when} {half}")


@rota.command("remove")
@click.argument("day", type=DayType())
@click.argument("half", type=HALF)
@click.argument("department")
@click.argument("expert")
@click.pass_obj
def remove(desk: ClerkDesk, day: int | date, half: str, department: str, expert: str) -> None:
    """Take a duty off the rota. It is refused while somebody is booked for it."""
    when = files.day(day, _today(desk))
    desk.database.run_now(by_hand.remove_duty, when, half, department, expert, hand(desk))
    click.echo(f"{department} expert {expert} is off duty on {when} {half}")


@rota.command("departments")
@click.pass_obj
def departments_(desk: ClerkDesk) -> None:
    """List the departments and their general clinics."""
    rows = [
        (one.position, one.code, one.name["zh"], one.name["en"], one.general_capacity, show_money(one.general_fee),
         one.general_weekdays, one.general_until)
        for one in desk.database.run_now(departments.every)
    ]  # fmt: skip
    columns = ("place", "code", "name (zh)", "name (en)", "places a day", "fee", "weekdays", "until")
    click.echo(table(columns, rows))


@rota.command("department")
@click.argument("code")
@click.option("--name-zh", help="Name in Chinese, as callers hear it.")
@click.option("--name-en", help="Name in English.")
@click.option("--name-ru", help="Name in Russian; callers hear the English one without it.")
@click.option("--name-pl", help="Name in Polish; callers hear the English one without it.")
@click.option("--place", type=int, help="Its place in the list that callers hear; 1 is first.")
@click.option("--places", type=click.IntRange(0, 10_000), help="General clinic: places a day; 0 closes it.")
@click.option("--fee", type=MoneyType(), help="General clinic: what one place costs.")
@click.option("--weekdays", help="General clinic: days it is open, 1 is Monday, e.g. 12345.")
@click.option("--until", help="General clinic: no place for today after this time, e.g. 17:00; 24:00 for none.")
@click.pass_obj
def department(
    desk: ClerkDesk,
    code: str,
    name_zh: str | None,
    name_en: str | None,
    name_ru: str | None,
    name_pl: str | None,
    place: int | None,
    places: int | None,
    fee: int | None,
    weekdays: str | None,
    until: str | None,
) -> None:
    """Add a department or change it; what is not given stays. Days with bookings keep their places."""

    def work(session: Session) -> None:
        there = {one.code: one for one in departments.every(session)}
        if code not in there and (name_zh is None or name_en is None):
            raise Unknown(f'no department "{code}" yet: give --name-zh and --name-en to add it')
        old = there.get(code) or DepartmentRecord(code, {}, len(there) + 1, 0, 0, "1234567", "24:00")
        given = {"zh": name_zh, "en": name_en, "ru": name_ru, "pl": name_pl}
        name = old.name | {k: v for k, v in given.items() if v is not None}
        new = DepartmentRecord(
            code,
            name,
            old.position if place is None else place,
            old.general_capacity if places is None else places,
            old.general_fee if fee is None else fee,
            old.general_weekdays if weekdays is None else weekdays,
            old.general_until if until is None else until,
        )
        by_hand.store_department(session, new, hand(desk))

    desk.database.run_now(work)
    click.echo(f"department {code} stored")


def _today(desk: ClerkDesk) -> date:
    return HospitalCalendar(desk.zone).today(desk.wallclock())
