"""`wardbell demo`: a hospital to try the line with."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import click

from accounts import demo as users
from accounts.passwords import PepperedPasswords
from db import migrate
from hospital import demo as hospital
from hospital.cards.pins import PepperedPins
from hospital.clinic.calendar import HospitalCalendar
from hospital.money import show_money
from ivr.record import demo as morning
from notify import demo as yesterday
from prompts.fallbacks import FOLDER
from wardbell.commands.clerk import ClerkDesk, table
from wardbell.commands.who import hand


class DemoDesk(ClerkDesk, Protocol):
    """What this command gets as `obj`."""

    @property
    def engine(self) -> str:
        """The engine that keeps recordings here."""

    @property
    def callers_dir(self) -> Path:
        """The folder of recordings."""


@click.command()
@click.option("--past", is_flag=True, help="Also a yesterday: calls, notices, messages, for pages to show.")
@click.pass_obj
def demo(desk: DemoDesk, past: bool) -> None:
    """Make the demo hospital: departments, experts for the coming days, cards with known PINs, wards.

    Run it again any day: what is missing is filled in, the rest stays. It is refused where there are real cards.
    """
    migrate.upgrade(desk.database.url)
    made = hospital.make(desk.database, PepperedPins(desk.pepper), HospitalCalendar(desk.zone), desk.wallclock)
    desk.database.run_now(lambda session: hand(desk).note(session, "make", "demo hospital", "", past=past))
    click.echo(f"the demo hospital is ready ({made.duties} duties added to the rota). Its cards:\n")
    if past:
        desk.database.run_now(yesterday.make, desk.wallclock())
        said = FOLDER / "zh" / "system.trouble.wav"
        morning.make(desk.database, desk.engine, desk.wallclock(), desk.zone, desk.callers_dir, said)
    rows = [(card.number, card.pin, show_money(balance), card.what_for) for card, balance in made.cards]
    click.echo(table(("card", "PIN", "balance", "for"), rows))
    passwords = PepperedPasswords(desk.pepper)
    names = users.make(desk.database, passwords, [ward[0] for ward in hospital.WARDS[:2]], desk.wallclock())
    click.echo(f"\nThe console's users: {', '.join(names)}; password {users.PASSWORD}")
    click.echo("\nIts wards and their telephones:\n")
    wards = [(code, names["zh"], names["en"], station, nurse) for code, names, _, station, nurse in hospital.WARDS]
    click.echo(table(("ward", "name (zh)", "name (en)", "station", "head nurse"), wards))
