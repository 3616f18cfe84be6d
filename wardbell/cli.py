"""`wardbell`: the command line of the hospital's IT and clerks. Each group of commands is a file of its own."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from wardbell import __version__
from wardbell.bookings_command import bookings
from wardbell.calls_command import calls
from wardbell.cards_command import cards
from wardbell.db_command import db
from wardbell.demo_command import demo
from wardbell.doctor_command import doctor
from wardbell.errors import FATAL
from wardbell.flows_command import flows
from wardbell.hl7_command import hl7
from wardbell.messages_command import messages
from wardbell.notices_command import notices
from wardbell.numbers_command import numbers
from wardbell.office import Office
from wardbell.prompts_command import prompts
from wardbell.recordings_command import recordings
from wardbell.rota_command import rota
from wardbell.run_command import run
from wardbell.settings import SettingsError, load
from wardbell.wards_command import wards


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
        context.obj = Office(load(config))
    except SettingsError as wrong:
        raise click.ClickException(str(wrong)) from wrong
    context.call_on_close(context.obj.close)


@wardbell.command()
def version() -> None:
    """Print the version."""
    click.echo(f"wardbell {__version__}")


COMMANDS = (
    *(run, demo, doctor, db, calls, cards, rota, bookings),
    *(wards, notices, messages, hl7, prompts, flows, numbers, recordings),
)
for command in COMMANDS:
    wardbell.add_command(command)


def main() -> None:
    """The entry point. What is expected to go wrong is told in a sentence, with exit code 1."""
    try:
        wardbell()
    except FATAL as wrong:
        click.echo(f"wardbell: {wrong}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
