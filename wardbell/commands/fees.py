"""`wardbell fees`: what stays cost, the hospital's charges, and what could not be taken."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import click

from accounts.audit import Hand
from hospital.errors import HospitalError, Mistakes
from hospital.fees import charges_csv, set_aside, statement, stays
from hospital.fees.catalogue_form import written
from hospital.fees.intake import Terms
from hospital.fees.scheme import Insurance
from hospital.fees.share import Share
from hospital.fees.statement import Statement
from hospital.money import show_money
from wardbell.commands import files
from wardbell.commands.clerk import ClerkDesk, table
from wardbell.commands.who import hand, os_user


class FeesDesk(ClerkDesk, Protocol):
    """What these commands get as `obj`."""

    def insurance(self) -> Insurance:
        """What insurance pays, as it is live."""


@click.group()
def fees() -> None:
    """What stays cost and who pays, charges from files, what was set aside."""


@fees.command("list")
@click.option("--ward", default="", help="Only this ward's patients.")
@click.pass_obj
def list_(desk: FeesDesk, ward: str) -> None:
    """List the patients who are in the hospital."""
    found = desk.database.run_now(stays.in_house, ward)
    rows = [
        (
            one.number,
            one.card or "-",
            one.ward,
            one.bed,
            one.admitted_at.astimezone(desk.zone).date(),
            one.scheme or "-",
        )
        for one in found
    ]
    click.echo(
        table(("stay", "card", "ward", "bed", "since", "insurance"), rows) if rows else "nobody is in the hospital"
    )


@fees.command()
@click.argument("card_or_stay")
@click.option("--lines", is_flag=True, help="Each charge, too.")
@click.pass_obj
def show(desk: FeesDesk, card_or_stay: str, lines: bool) -> None:
    """Show what a stay comes to up to now: by its number, or by the card."""
    now = desk.wallclock()
    try:
        number = _stay(desk, card_or_stay)
        bill = desk.database.run_now(statement.of_stay, number, desk.insurance(), desk.zone, now)
    except HospitalError as wrong:
        raise click.ClickException(str(wrong)) from wrong
    _show(desk, bill, lines)


def _stay(desk: FeesDesk, written: str) -> str:
    """The stay of that number, or the one that the card's holder asks about."""
    try:
        return desk.database.run_now(stays.find, written).number
    except HospitalError:
        found = desk.database.run_now(statement.current_of, written, desk.wallclock())
        if found is None:
            raise click.ClickException(f"card {written} has no stay of late") from None
        return found.number


def _show(desk: FeesDesk, bill: Statement, lines: bool) -> None:
    stay = bill.stay
    until = "" if stay.discharged_at is None else f" to {stay.discharged_at.astimezone(desk.zone):%Y-%m-%d}"
    insured = ", ".join(names["en"] for _, names in bill.schemes) or "no insurance"
    click.echo(f"stay {stay.number}, card {stay.card or '-'}, ward {stay.ward or '-'}, bed {stay.bed or '-'}")
    click.echo(f"since {stay.admitted_at.astimezone(desk.zone):%Y-%m-%d}{until}; {insured}\n")
    columns = ("", "total", "insurance", "patient", "outside", "deductible", "own share", "above ceiling")
    rows = [_row(f"{one}", share) for one, share in bill.by_class.items()]
    click.echo(table(columns, [*rows, _row("today", bill.today), _row("in all", bill.share)]))
    click.echo(f"\npaid in advance {show_money(bill.paid)}, left {show_money(bill.left)}")
    if lines:
        each = [
            (
                one.day,
                one.code,
                one.names["zh"],
                one.scope,
                *_row("", one.share)[1:4],
                "corrected" if one.corrected else "",
            )
            for one in bill.lines
        ]
        click.echo("\n" + table(("day", "code", "name", "scope", "total", "insurance", "patient", ""), each))


def _row(name: str, share: Share) -> tuple[str, ...]:
    parts = (share.total, share.insurance, share.patient, share.outside, share.deductible, share.copay, share.above)
    return (name, *map(show_money, parts))


@fees.command("import")
@click.argument("file")
@click.option(
    "--sender", default="csv", show_default=True, help="Whose numbers these are: with them a charge is known again."
)
@click.option("--dry-run", is_flag=True, help="Only say what is wrong, by line.")
@click.option("--aside", is_flag=True, help="Take the lines that are sound, and set the others aside.")
@click.pass_obj
def import_(desk: FeesDesk, file: str, sender: str, dry_run: bool, aside: bool) -> None:
    """Read charges from a CSV FILE (`-`: standard input).

    \b
    id,stay,day,code,quantity,amount
    C1001,Z100001,2026-03-02,YP1001,2,120.00

    More columns: kind (charge, reversal, deposit, admission, discharge), of (the charge that is corrected or
    taken back), card, scheme, scheme_from, ward, bed, mother, name, class, note. When any line is wrong, nothing is
    stored, unless --aside is given. The same file again changes nothing.
    """
    name, content = files.read(file)
    terms, now = Terms(desk.insurance(), desk.zone), desk.wallclock()
    if aside and not dry_run:
        _take_or_keep(desk, name, content, sender, terms)
        return
    found = charges_csv.parse(name, content, sender, terms, now)
    lines = charges_csv.staged(found)
    if dry_run:
        refused = desk.database.run_now(charges_csv.KIND.check, lines)
        if refused:
            raise Mistakes([f"{name}:{line}: {why}" for line, why in sorted(refused)])
        click.echo(f"{len(lines)} lines are sound; nothing was stored")
        return
    files.bring(desk, charges_csv.KIND, name, lines, "lines")


def _take_or_keep(desk: FeesDesk, name: str, content: bytes, sender: str, terms: Terms) -> None:
    """Line by line, each of them a transaction."""
    noted = hand(desk)
    desk.database.run_now(lambda session: noted.note(session, "import", charges_csv.KIND.name, name, aside=True))
    kept = taken = 0
    for line in charges_csv.rows(name, content):
        raw = ",".join(line.values.values())
        source = f"{name}:{line.number}"
        why = desk.database.run_now(set_aside.receive, line.values, sender, source, raw, terms, desk.wallclock())
        taken += not why
        kept += bool(why)
        if why:
            click.echo(f"{source}: {why}", err=True)
    click.echo(f"{taken} lines taken, {kept} set aside")


@fees.command()
@click.argument("csv")
@click.option("--out", default="flows/catalogue.yaml", show_default=True, help="The file to write.")
def catalogue(csv: str, out: str) -> None:
    """Make the catalogue of drugs and services from a spreadsheet's CSV file.

    Then `wardbell flows check` tells what is wrong with it, and `wardbell flows publish` puts it live.
    """
    _, content = files.read(csv)
    try:
        Path(out).write_text(written(content.decode("utf-8-sig")), encoding="utf-8")
    except (UnicodeDecodeError, OSError) as wrong:
        raise click.ClickException(f"{csv}: {wrong}") from wrong
    click.echo(f"{out} is written: `wardbell flows check`")


@fees.group("aside", invoke_without_command=True)
@click.option("--all", "every", is_flag=True, help="Also what was taken or dropped.")
@click.pass_context
def aside_(context: click.Context, every: bool) -> None:
    """What the hospital's system sent and could not be taken."""
    if context.invoked_subcommand is not None:
        return
    desk: FeesDesk = context.obj
    found = desk.database.run_now(set_aside.waiting, every)
    rows = [
        (one.id, one.state, f"{one.at.astimezone(desk.zone):%m-%d %H:%M}", one.sender, one.source, one.reason)
        for one in found
    ]
    click.echo(table(("no.", "state", "when", "from", "in", "why"), rows) if rows else "nothing is set aside")


@aside_.command("show")
@click.argument("number", type=int)
@click.pass_obj
def show_aside(desk: FeesDesk, number: int) -> None:
    """Show one entry as it came."""
    one = _asked(desk, number)
    click.echo(f"{one.reason}\nfrom {one.sender} in {one.source}, {one.times} times\n")
    click.echo(table(("column", "value"), sorted(one.values.items())))
    click.echo(f"\n{one.raw}")


@aside_.command()
@click.argument("numbers", type=int, nargs=-1)
@click.option("--set", "mended", multiple=True, metavar="COLUMN=VALUE", help="Mend a value first.")
@click.option("--everything", is_flag=True, help="All that wait.")
@click.pass_obj
def take(desk: FeesDesk, numbers: tuple[int, ...], mended: tuple[str, ...], everything: bool) -> None:
    """Take entries now: `wardbell fees aside take 7 --set code=YP1001`. What is still wrong goes on waiting."""
    terms = Terms(desk.insurance(), desk.zone)
    values = dict(one.partition("=")[::2] for one in mended)
    each = [one.id for one in desk.database.run_now(set_aside.waiting)] if everything else list(numbers)
    failed = 0
    for number in each:
        try:
            desk.database.run_now(set_aside.take, number, values, terms, Hand(os_user(), desk.wallclock(), "command"))
            click.echo(f"{number} is taken")
        except HospitalError as wrong:
            failed += 1
            click.echo(f"{number}: {wrong}", err=True)
    if failed:
        raise click.exceptions.Exit(1)


@aside_.command()
@click.argument("numbers", type=int, nargs=-1, required=True)
@click.pass_obj
def drop(desk: FeesDesk, numbers: tuple[int, ...]) -> None:
    """Entries that will not be taken."""
    for number in numbers:
        try:
            desk.database.run_now(set_aside.drop, number, Hand(os_user(), desk.wallclock(), "command"))
        except HospitalError as wrong:
            raise click.ClickException(str(wrong)) from wrong
        click.echo(f"{number} is dropped")


def _asked(desk: FeesDesk, number: int) -> set_aside.Aside:
    try:
        return desk.database.run_now(set_aside.find, number)
    except HospitalError as wrong:
        raise click.ClickException(str(wrong)) from wrong
