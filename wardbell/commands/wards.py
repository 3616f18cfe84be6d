"""`wardbell wards`: the wards and their telephones."""

from __future__ import annotations

import click

from hospital.wards import wards as rules
from hospital.wards import wards_csv
from wardbell.commands import files
from wardbell.commands.clerk import ClerkDesk, table


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
