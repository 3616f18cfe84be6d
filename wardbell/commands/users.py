"""`wardbell users`: who may use the console, in which role. Each change is noted in the audit."""

from __future__ import annotations

import secrets

import click
from sqlalchemy.orm import Session

from accounts import login, visits
from accounts import users as rules
from accounts.audit import Hand
from accounts.passwords import SENTENCES, PepperedPasswords, weakness
from accounts.rights import Role
from accounts.users import UserRecord
from hospital.errors import Unknown as UnknownWard
from hospital.wards.wards import contacts
from wardbell.commands.clerk import ClerkDesk, table
from wardbell.commands.who import os_user

role_option = click.option("--role", type=click.Choice([role.value for role in Role]), required=True)
ward_option = click.option("--ward", "wards", multiple=True, help="A ward that a nurse sees, by its code; repeatable.")
why_option = click.option("--why", default="", help="A note for the audit.")
generate_option = click.option(
    "--generate", is_flag=True, help="Make a random password and print it, instead of asking for one."
)


@click.group()
def users() -> None:
    """See and edit the users of the console. A password is never shown: it can only be set anew."""


@users.command("list")
@click.pass_obj
def list_(desk: ClerkDesk) -> None:
    """List all users."""
    found = desk.database.run_now(rules.every)
    if not found:
        click.echo("no users yet: wardbell users add NAME --role admin")
        return
    rows = [
        (one.name, one.shown, one.role.value, " ".join(one.wards) or "-", "yes" if one.second_factor else "-",
         f"{one.seen_at.astimezone(desk.zone):%Y-%m-%d %H:%M}" if one.seen_at else "never", _remarks(one))
        for one in found
    ]  # fmt: skip
    click.echo(table(("user", "shown as", "role", "wards", "second factor", "last seen", ""), rows))


@users.command()
@click.argument("name")
@role_option
@click.option("--shown", default="", help="The name for people (default: NAME).")
@ward_option
@click.option("--language", type=click.Choice(rules.LANGUAGES), help="Of the pages (default: as the browser asks).")
@generate_option
@why_option
@click.pass_obj
def add(
    desk: ClerkDesk,
    name: str,
    role: str,
    shown: str,
    wards: tuple[str, ...],
    language: str | None,
    generate: bool,
    why: str,
) -> None:
    """Add a user, with a password. NAME: what is typed to log in."""
    codes = _codes(desk, wards)
    hashed = _new_hash(desk, name, generate)
    added = desk.database.run_now(
        rules.add, name, shown, Role(role), hashed, _hand(desk, why), wards=codes, language=language or ""
    )
    click.echo(f"user {added.name} added: {role}")


@users.command()
@click.argument("name")
@click.argument("role", type=click.Choice([role.value for role in Role]))
@ward_option
@why_option
@click.pass_obj
def role(desk: ClerkDesk, name: str, role: str, wards: tuple[str, ...], why: str) -> None:
    """Give a user another ROLE; he is logged out. A nurse needs --ward."""
    desk.database.run_now(rules.change_role, name, Role(role), _hand(desk, why), _codes(desk, wards))
    click.echo(f"user {rules.folded(name)} is {role} now")


@users.command()
@click.argument("name")
@click.argument("codes", nargs=-1, required=True)
@why_option
@click.pass_obj
def wards(desk: ClerkDesk, name: str, codes: tuple[str, ...], why: str) -> None:
    """Give a nurse these wards, in place of those before."""
    changed = desk.database.run_now(rules.change_wards, name, _codes(desk, codes), _hand(desk, why))
    click.echo(f"user {changed.name} sees {' '.join(changed.wards)}")


@users.command()
@click.argument("name")
@generate_option
@why_option
@click.pass_obj
def password(desk: ClerkDesk, name: str, generate: bool, why: str) -> None:
    """Set a user's password; he is logged out, his wrong entries are forgiven."""
    user = desk.database.run_now(rules.find, name)  # before a password is asked for
    hashed = _new_hash(desk, user.name, generate)

    def work(session: Session) -> None:
        rules.set_password(session, user.name, hashed, _hand(desk, why))
        login.forgive(session, user.name)

    desk.database.run_now(work)
    click.echo(f"user {user.name} has a new password")


@users.command()
@click.argument("name")
@why_option
@click.pass_obj
def lock(desk: ClerkDesk, name: str, why: str) -> None:
    """Log a user out and let him in no more. Users are never removed: the audit names them."""
    click.echo(f"user {desk.database.run_now(rules.lock, name, _hand(desk, why)).name} is locked")


@users.command()
@click.argument("name")
@why_option
@click.pass_obj
def unlock(desk: ClerkDesk, name: str, why: str) -> None:
    """Let a user in again; his wrong entries are forgiven."""

    def work(session: Session) -> UserRecord:
        login.forgive(session, name)
        return rules.unlock(session, name, _hand(desk, why))

    click.echo(f"user {desk.database.run_now(work).name} may log in")


@users.command("remove-second-factor")
@click.argument("name")
@why_option
@click.pass_obj
def remove_second_factor(desk: ClerkDesk, name: str, why: str) -> None:
    """For somebody who lost his telephone and his codes on paper; he is logged out."""
    click.echo(f"user {desk.database.run_now(rules.remove_second_factor, name, _hand(desk, why)).name} has none now")


@users.command()
@click.argument("name", required=False)
@click.option("--end", is_flag=True, help="Log NAME out everywhere.")
@why_option
@click.pass_obj
def sessions(desk: ClerkDesk, name: str | None, end: bool, why: str) -> None:
    """Show who is logged in where; of NAME, or of all."""
    if end:
        if not name:
            raise click.UsageError("--end wants a NAME")
        ended = desk.database.run_now(rules.end_sessions, name, _hand(desk, why))
        click.echo(f"user {rules.folded(name)} is logged out ({ended} sessions)")
        return
    user = desk.database.run_now(rules.find, name).name if name else ""
    found = desk.database.run_now(visits.every, desk.wallclock(), user)
    rows = [
        (one.user, f"{one.begun_at.astimezone(desk.zone):%Y-%m-%d %H:%M}",
         f"{one.used_at.astimezone(desk.zone):%H:%M}", one.address, one.agent[:60])
        for one in found
    ]  # fmt: skip
    click.echo(table(("user", "since", "last used", "from", "browser"), rows) if rows else "nobody is logged in")


def _remarks(user: UserRecord) -> str:
    words = (("locked", user.locked), ("demo password", user.demo), ("no password", not user.has_password))
    return ", ".join(word for word, so in words if so)


def _hand(desk: ClerkDesk, why: str) -> Hand:
    return Hand(os_user(), desk.wallclock(), "command", reason=why)


def _codes(desk: ClerkDesk, wards: tuple[str, ...]) -> list[str]:
    """The wards' codes as the hospital writes them."""
    found = [(code, desk.database.run_now(contacts, code)) for code in wards]
    if unknown := [code for code, ward in found if ward is None]:
        raise UnknownWard(f"there is no ward {', '.join(unknown)}")
    return [ward.code for _, ward in found if ward is not None]


def _new_hash(desk: ClerkDesk, name: str, generate: bool) -> str:
    """A password from the keyboard, or made and printed."""
    passwords = PepperedPasswords(desk.pepper)
    if generate:
        made = secrets.token_urlsafe(12)
        click.echo(f"password {made}")
        return passwords.hash(made)
    entered: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    if weak := weakness(entered, rules.folded(name)):
        raise click.ClickException(SENTENCES[weak])
    return passwords.hash(entered)
