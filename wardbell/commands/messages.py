"""`wardbell messages`: HL7 messages that were refused, as they came, those that call nobody, and all on request."""

from __future__ import annotations

from datetime import datetime

import click

from notify.notices.listing import list_messages, show_message
from wardbell.commands.clerk import ClerkDesk, table


@click.group()
def messages() -> None:
    """See received HL7 messages; broken ones are kept whole, to be looked at."""


@messages.command("list")
@click.option("--all", "every", is_flag=True, help="Also the good ones (of which only the header is kept).")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 100_000), help="How many, newest first.")
@click.pass_obj
def list_(desk: ClerkDesk, every: bool, limit: int) -> None:
    """List broken messages and those that call nobody (too old, or told already), newest first."""
    found = desk.database.run_now(list_messages, every, limit)
    if not found:
        click.echo("no messages yet" if every else "no broken messages, and none that called nobody")
        return
    columns = ("message", "received", "times", "from", "sender", "control id", "type", "answer", "reason")
    rows = [
        (
            one.id,
            _local(desk, one.repeated_at or one.received_at),
            one.times,
            one.peer,
            one.sender,
            one.control_id,
            one.type,
            one.answer,
            one.reason,
        )
        for one in found
    ]
    click.echo(table(columns, rows))


@messages.command("show")
@click.argument("message", type=int)
@click.pass_obj
def show(desk: ClerkDesk, message: int) -> None:
    """Show one message. What is printed may hold a patient's name: mind who looks on."""
    found = desk.database.run_now(show_message, message)
    if found is None:
        raise click.ClickException(f"no message {message}")
    click.echo(f"message {found.id}  {found.state}  {found.answer}  {found.reason}".rstrip())
    click.echo(f"from {found.peer}, first {_local(desk, found.received_at)}, {found.times} times")
    click.echo(f"sender {found.sender}  control id {found.control_id}  type {found.type}  {found.encoding}")
    if found.odd:
        click.echo(f"unusual: {found.odd}")
    if found.raw is not None:
        text = found.raw.decode(found.encoding, "backslashreplace").replace("\r", "\n")
        click.echo("".join(one if one.isprintable() or one == "\n" else f"\\x{ord(one):02x}" for one in text))


def _local(desk: ClerkDesk, at: datetime) -> str:
    return at.astimezone(desk.zone).strftime("%Y-%m-%d %H:%M:%S")
