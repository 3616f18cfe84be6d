"""`wardbell`: the command line of the hospital's IT and clerks. Each group of commands is a file of its own."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from wardbell import __version__
from wardbell.commands.audit import audit
from wardbell.commands.bookings import bookings
from wardbell.commands.calls import calls
from wardbell.commands.cards import cards
from wardbell.commands.db import db
from wardbell.commands.demo import demo
from wardbell.commands.doctor import doctor
from wardbell.commands.flows import flows
from wardbell.commands.hl7 import hl7
from wardbell.commands.keys import keys
from wardbell.commands.messages import messages
from wardbell.commands.notices import notices
from wardbell.commands.numbers import numbers
from wardbell.commands.prompts import prompts
from wardbell.commands.recordings import recordings
from wardbell.commands.reports import reports
from wardbell.commands.rota import rota
from wardbell.commands.run import run
from wardbell.commands.users import users
from wardbell.commands.wards import wards
from wardbell.commands.webhooks import webhooks
from wardbell.errors import FATAL
from wardbell.parts import Parts
from wardbell.settings import SettingsError, load


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--config",
    type=click.Path(dir_okay=False, path_type=Path),
    envvar="WARDBELL_CONFIG",
    help="Settings file (default: wardbell.toml in this folder, when there is one).",
)
@click.pass_context
def wardbell(context: click.Context, config: Path | None) -> None:
    """The telephone line of a hospital.

    Patients dial in and press keys; wards are called by a machine that speaks. Begin with
    `wardbell doctor`, which says what is missing; `wardbell demo` makes a hospital to try;
    `wardbell run` answers the line.
    """
    try:
        context.obj = Parts(load(config), config)
    except SettingsError as wrong:
        raise click.ClickException(str(wrong)) from wrong
    context.call_on_close(context.obj.close)


@wardbell.command()
def version() -> None:
    """Print the version."""
    click.echo(f"wardbell {__version__}")


COMMANDS = (
    *(run, demo, doctor, db, calls, cards, rota, bookings),
    *(wards, notices, messages, hl7, prompts, flows, numbers, recordings, reports),
    *(users, keys, audit, webhooks),
)
for command in COMMANDS:
    wardbell.add_command(command)


def main() -> None:
    """The entry point. What is expected to go wrong is reported in a sentence, with exit code 1."""
    try:
        wardbell()
    except FATAL as wrong:
        click.echo(f"wardbell: {wrong}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
