"""`wardbell wards`: the wards and their telephones."""

from __future__ import annotations

import click

from accounts.audit import Hand
from hospital.errors import HospitalError
from hospital.wards import wards as rules
from hospital.wards import wards_csv
from wardbell.commands import files
from wardbell.commands.clerk import ClerkDesk, table
from wardbell.commands.who import os_user


@click.group()
def wards() -> None:
    """See and edit the wards and whom to call there.

    A ward's code is the one that the hospital's messages use (HL7 PV1-3.1).
    """


@wards.command("list")
@click.pass_obj
def list_(desk: ClerkDesk) -> None:
    """List the wards and their telephones."""
    rows = [
        (one.code, one.name["zh"], one.name["en"], one.department, *(" ".join(one.of(role)) for role in rules.ROLES))
        for one in desk.database.run_now(rules.every)
    ]
    columns = ("ward", "name (zh)", "name (en)", "department", "station", "head nurse", "duty manager")
    click.echo(table(columns, rows))


@wards.command()
@click.argument("ward")
@click.option("--station", help="Telephones of the nurses' station, in the order to try, with `;` between.")
@click.option("--head-nurse", help="Those of the head nurse.")
@click.option("--duty-manager", help="Those of the duty manager.")
@click.pass_obj
def telephones(
    desk: ClerkDesk, ward: str, station: str | None, head_nurse: str | None, duty_manager: str | None
) -> None:
    """Change telephones of WARD: `wardbell wards telephones W3 --station "8301;8302"`.

    A role that is not named keeps its own. The next call goes by it, also one of a notice that waits already.
    """
    given = dict(zip(rules.ROLES, (station, head_nurse, duty_manager), strict=True))
    changed = {role: wards_csv.numbers_in(joined) for role, joined in given.items() if joined is not None}
    if not changed:
        raise click.UsageError("name a role: --station, --head-nurse or --duty-manager")
    try:
        hand = Hand(os_user(), desk.wallclock(), "command")
        done = desk.database.run_now(rules.rewire, ward, changed, hand)
    except HospitalError as wrong:
        raise click.ClickException(str(wrong)) from wrong
    if not isinstance(done, rules.Rewired):
        raise click.ClickException(f"no ward {ward}: `wardbell wards list`")
    for role in changed:
        click.echo(f"{done.ward.code} {role}: {' '.join(done.ward.of(role)) or 'nobody'}")


@wards.command("import")
@click.argument("file")
@click.pass_obj
def import_(desk: ClerkDesk, file: str) -> None:
    """Read wards from a CSV FILE (`-`: standard input), as `export` writes it.

    \b
    code,name_zh,name_en,department,station,head_nurse,duty_manager
    W3,内科三病区,Medical ward 3,neike,8301;8302,8310,8000

    It may also have the columns name_ru and name_pl, for calls in those languages.
    An existing ward is replaced. When any line is wrong, nothing is stored.
    """
    name, content = files.read(file)
    files.bring(desk, wards_csv.KIND, name, wards_csv.staged(wards_csv.parse(name, content)), "wards")


@wards.command("export")
@click.option("--out", default="-", help="File to write; standard output without it.")
@click.pass_obj
def export(desk: ClerkDesk, out: str) -> None:
    """Write the wards as CSV: edit it and import it again."""
    files.write(out, wards_csv.dump(desk.database.run_now(rules.every)))
