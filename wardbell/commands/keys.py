"""`wardbell keys`: keys with which other systems use the API."""

from __future__ import annotations

from datetime import timedelta

import click

from accounts import keys as rules
from accounts.audit import Hand
from accounts.rights import Right
from wardbell.commands.clerk import ClerkDesk, table
from wardbell.commands.who import os_user

why_option = click.option("--why", default="", help="A note for the audit.")


@click.group()
def keys() -> None:
    """Make, list and revoke keys of the API. A key is shown once, when it is made."""


@keys.command()
@click.argument("name")
@click.option(
    "--right", "rights", type=click.Choice(sorted(rules.FOR_KEYS)), multiple=True, required=True, help="Repeatable."
)
@click.option("--days", type=click.IntRange(1, 3660), default=365, show_default=True, help="Days until it expires.")
@click.option("--for-ever", is_flag=True, help="It never expires.")
@why_option
@click.pass_obj
def add(desk: ClerkDesk, name: str, rights: tuple[str, ...], days: int, for_ever: bool, why: str) -> None:
    """Make a key and print it. NAME says whose it is."""
    now = desk.wallclock()
    until = None if for_ever else now + timedelta(days=days)
    hand = Hand(os_user(), now, "command", reason=why)
    made = desk.database.run_now(rules.make, name, [Right(one) for one in rights], until, hand)
    click.echo(f"key {name}, which is shown only now:\n{made.secret}")


@keys.command("list")
@click.pass_obj
def list_(desk: ClerkDesk) -> None:
    """List all keys, also those that open nothing any more."""
    now = desk.wallclock()
    found = desk.database.run_now(rules.every)
    rows = [
        (
            one.name,
            f"{one.start}...",
            " ".join(sorted(one.rights)),
            f"{one.expires_at.astimezone(desk.zone):%Y-%m-%d}" if one.expires_at else "never",
            f"{one.used_at.astimezone(desk.zone):%Y-%m-%d %H:%M} {one.used_from}" if one.used_at else "never",
            "" if one.holds(now) else "revoked" if one.revoked_at else "expired",
        )
        for one in found
    ]
    click.echo(table(("key", "begins", "rights", "expires", "last used", ""), rows) if rows else "no keys yet")


@keys.command()
@click.argument("name")
@why_option
@click.pass_obj
def revoke(desk: ClerkDesk, name: str, why: str) -> None:
    """From now on the key opens nothing."""
    desk.database.run_now(rules.revoke, name, Hand(os_user(), desk.wallclock(), "command", reason=why))
    click.echo(f"key {name} is revoked")
