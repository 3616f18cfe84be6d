"""`wardbell cards`: patients' cards, their PINs and their money."""

from __future__ import annotations

import secrets
import uuid

import click
from sqlalchemy.orm import Session

from hospital.cards import by_hand, cards_csv
from hospital.cards import cards as rules
from hospital.cards.cards import PIN
from hospital.cards.pins import PepperedPins
from hospital.money import show_money
from wardbell.commands import files
from wardbell.commands.clerk import ClerkDesk, table
from wardbell.commands.rota import MoneyType
from wardbell.commands.who import hand


@click.group()
def cards() -> None:
    """See and edit patients' cards, PINs and balances. A PIN is never shown: it can only be reset."""


@cards.command("list")
@click.pass_obj
def list_(desk: ClerkDesk) -> None:
    """List all cards."""
    found = desk.database.run_now(rules.every)
    if not found:
        click.echo("no cards yet")
        return
    rows = [
        (one.number, one.patient, one.phone, show_money(one.balance), "set" if one.has_pin else "-",
         " ".join(word for word, so in (("slow", one.slow), ("blocked", one.blocked)) if so))
        for one in found
    ]  # fmt: skip
    click.echo(table(("card", "patient", "phone", "balance", "PIN", ""), rows))


@cards.command("add")
@click.argument("number")
@click.option("--patient", required=True, help="The patient's name.")
@click.option("--phone", default="", help="The patient's telephone.")
@click.option("--generate", is_flag=True, help="Make a random PIN and print it, instead of asking for one.")
@click.pass_obj
def add(desk: ClerkDesk, number: str, patient: str, phone: str, generate: bool) -> None:
    """Register a card, with its PIN. NUMBER: 4 to 20 digits."""
    pin = _new_pin(generate)
    pin_hash = PepperedPins(desk.pepper).hash(number, pin)

    def work(session: Session) -> None:
        by_hand.add(session, number, patient, phone, hand(desk))
        by_hand.new_pin(session, number, pin_hash, hand(desk))

    desk.database.run_now(work)
    click.echo(f"card {number} registered")


@cards.command("pin")
@click.argument("number")
@click.option("--generate", is_flag=True, help="Make a random PIN and print it, instead of asking for one.")
@click.pass_obj
def pin(desk: ClerkDesk, number: str, generate: bool) -> None:
    """Reset a card's PIN; its wrong entries are forgiven."""
    desk.database.run_now(rules.find, number)  # before a PIN is asked for
    pin_hash = PepperedPins(desk.pepper).hash(number, _new_pin(generate))
    desk.database.run_now(by_hand.new_pin, number, pin_hash, hand(desk))
    click.echo(f"card {number} has a new PIN")


@cards.command("phone")
@click.argument("number")
@click.argument("phone")
@click.pass_obj
def phone(desk: ClerkDesk, number: str, phone: str) -> None:
    """Change the patient's telephone."""
    desk.database.run_now(by_hand.change, number, hand(desk), phone=phone)
    click.echo(f"card {number}: telephone {phone}")


@cards.command("slow")
@click.argument("number")
@click.option("--usual", is_flag=True, help="Back to the usual pace.")
@click.pass_obj
def slow(desk: ClerkDesk, number: str, usual: bool) -> None:
    """Speak slowly to this patient after the login, and wait twice as long for keys."""
    desk.database.run_now(by_hand.change, number, hand(desk), slow=not usual)
    click.echo(f"card {number}: the line speaks {'as usual' if usual else 'slowly'}")


@cards.command("block")
@click.argument("number")
@click.option("--lift", is_flag=True, help="Unblock it.")
@click.pass_obj
def block(desk: ClerkDesk, number: str, lift: bool) -> None:
    """Block a card (lost, stolen): every PIN sounds wrong then."""
    desk.database.run_now(by_hand.change, number, hand(desk), blocked=not lift)
    click.echo(f"card {number} is {'free' if lift else 'blocked'}")


@cards.command("import")
@click.argument("file")
@click.pass_obj
def import_(desk: ClerkDesk, file: str) -> None:
    """Read cards from a CSV FILE (`-`: standard input).

    \b
    number,patient,phone,pin,opening_balance
    100001,李芳,13900000001,1234,100.00

    `pin`, `opening_balance` and `slow` (yes, no: whether the line speaks slowly to this patient) may be left out.
    Existing cards get the name, telephone, PIN and pace of the file; an opening balance is credited once. When any
    line is wrong, nothing is stored.
    """
    name, content = files.read(file)
    found = cards_csv.parse(name, content, PepperedPins(desk.pepper), shown=True)
    files.bring(desk, cards_csv.KIND, name, cards_csv.staged(found), "cards")


@cards.command("export")
@click.option("--out", default="-", help="File to write; standard output without it.")
@click.pass_obj
def export(desk: ClerkDesk, out: str) -> None:
    """Write all cards and balances as CSV, without PINs."""
    files.write(out, cards_csv.dump(desk.database.run_now(rules.every)))


@cards.command("top-up")
@click.argument("number")
@click.argument("amount", type=MoneyType())
@click.option("--receipt", default="", help="Number of the receipt; the same receipt is never credited twice.")
@click.option("--note", default="", help="A note for the history.")
@click.pass_obj
def top_up(desk: ClerkDesk, number: str, amount: int, receipt: str, note: str) -> None:
    """Credit AMOUNT (such as 50.00) to a card."""
    key = f"receipt:{receipt}" if receipt else f"top-up:{uuid.uuid4()}"
    balance = desk.database.run_now(by_hand.top_up, number, amount, key, note or receipt, hand(desk, note))
    click.echo(f"card {number}: balance {show_money(balance)}")


@cards.command("balance")
@click.argument("number")
@click.pass_obj
def balance(desk: ClerkDesk, number: str) -> None:
    """Print a card's balance."""
    click.echo(show_money(desk.database.run_now(rules.find, number).balance))


@cards.command("history")
@click.argument("number")
@click.pass_obj
def history(desk: ClerkDesk, number: str) -> None:
    """Show every movement of a card's money."""
    left = 0
    rows = []
    for one in desk.database.run_now(rules.history, number):
        left += one.amount
        at = one.at.astimezone(desk.zone).strftime("%Y-%m-%d %H:%M")
        rows.append((at, one.kind, show_money(one.amount), show_money(left), one.note))
    click.echo(table(("when", "what", "amount", "balance", "note"), rows))


def _new_pin(generate: bool) -> str:
    if generate:
        made = f"{secrets.randbelow(1_000_000):06}"
        click.echo(f"PIN {made}")
        return made
    entered: str = click.prompt("PIN (4 to 6 digits)", hide_input=True, confirmation_prompt=True)
    if not PIN.fullmatch(entered):
        raise click.ClickException("a PIN is 4 to 6 digits")
    return entered
