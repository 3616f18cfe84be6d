"""`wardbell`: the command line of the hospital's IT and clerks. Each group of commands is a file of its own."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from wardbell import __version__
from wardbell.commands.lazy_group import LazyGroup

IN = "wardbell.commands"
SUBCOMMANDS = {
    "audit": (f"{IN}.audit:audit", "Show who did what, the newest first."),
    "bookings": (f"{IN}.bookings:bookings", "See, export and cancel registrations."),
    "calls": (f"{IN}.calls:calls", "See calls: who rang, what was said, which keys, how it ended."),
    "cards": (f"{IN}.cards:cards", "See and edit patients' cards, PINs and balances."),
    "db": (f"{IN}.db:db", "Make and upgrade the database's tables."),
    "demo": (
        f"{IN}.demo:demo",
        "Make the demo hospital: departments, experts for the coming days, cards with known PINs, wards.",
    ),
    "doctor": (f"{IN}.doctor:doctor", "Say what is missing or risky on this machine."),
    "exams": (f"{IN}.exams:exams", "See and run the queues before examination rooms."),
    "fees": (f"{IN}.fees:fees", "What stays cost and who pays, charges from files, what was set aside."),
    "flows": (
        f"{IN}.flows:flows",
        "The call flows that the hospital edits: check, try, test, draw, publish, roll back.",
    ),
    "hl7": (f"{IN}.hl7:hl7", "See the HL7 messages that came; send one to try the way from event to call."),
    "keys": (f"{IN}.keys:keys", "Make, list and revoke keys of the API."),
    "messages": (f"{IN}.messages:messages", ""),
    "notices": (
        f"{IN}.notices:notices",
        "See, acknowledge, stop and repeat notices: the calls that Wardbell makes by itself.",
    ),
    "numbers": (
        f"{IN}.numbers:numbers",
        "What answers each telephone number, when and for whom: flows/numbers.yaml and flows/holidays.yaml.",
    ),
    "prompts": (f"{IN}.prompts:prompts", "See, hear, record and render what the line says."),
    "recordings": (
        f"{IN}.recordings:recordings",
        "See, copy out, mark as heard and delete what callers said into the line.",
    ),
    "reports": (f"{IN}.reports:reports", "What happened, in figures."),
    "rota": (f"{IN}.rota:rota", "See and edit the experts on duty, and the departments."),
    "run": (f"{IN}.run:run", "Answer the line and call out, in the foreground."),
    "users": (f"{IN}.users:users", "See and edit the users of the console."),
    "wards": (f"{IN}.wards:wards", "See and edit the wards and whom to call there."),
    "webhooks": (
        f"{IN}.webhooks:webhooks",
        "See what other systems are told, try it, send it again (docs/webhooks.md).",
    ),
}


@click.group(cls=LazyGroup, subcommands=SUBCOMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
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
    from wardbell.parts import Parts
    from wardbell.settings import SettingsError, load

    try:
        context.obj = Parts(load(config), config)
    except SettingsError as wrong:
        raise click.ClickException(str(wrong)) from wrong
    context.call_on_close(context.obj.close)


@wardbell.command()
def version() -> None:
    """Print the version."""
    click.echo(f"wardbell {__version__}")


def main() -> None:
    """The entry point. What is expected to go wrong is reported in a sentence, with exit code 1."""
    try:
        wardbell()
    except Exception as wrong:
        from wardbell.errors import FATAL

        if not isinstance(wrong, FATAL):
            raise
        click.echo(f"wardbell: {wrong}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
