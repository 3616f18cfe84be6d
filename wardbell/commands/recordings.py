"""`wardbell recordings`: what callers said into the line: listed, copied out, marked as heard, deleted.

Recordings are delicate: only the user that the line runs as can read them, and a copy is its owner's to guard.
How long they are kept is the setting `recordings.keep_days`.
"""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import Protocol

import click

from accounts.audit import Hand
from ivr.recordings import messages
from ivr.recordings.rows import RecordingRecord, find_recordings, list_recordings
from wardbell.commands.clerk import ClerkDesk, table
from wardbell.commands.who import os_user


class RecordingsDesk(ClerkDesk, Protocol):
    """What these commands get as `obj`."""

    @property
    def engine(self) -> str:
        """The engine that keeps them here."""

    @property
    def callers_dir(self) -> Path:
        """The folder of recordings."""


@click.group()
def recordings() -> None:
    """See, copy out, mark as heard and delete what callers said into the line."""


@recordings.command("list")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 100_000), help="How many, newest first.")
@click.pass_obj
def list_(desk: RecordingsDesk, limit: int) -> None:
    """List recordings, newest first."""
    found = desk.database.run_now(list_recordings, limit)
    if not found:
        click.echo("no recordings yet")
        return
    columns = ("recording", "began", "seconds", "from", "step", "call", "ended", "heard by", "note")
    rows = [
        (
            one.id[:8],
            _local(desk, one.began_at, "%Y-%m-%d %H:%M:%S"),
            f"{one.seconds:.1f}",
            one.caller or "(withheld)",
            f"{one.flow}.{one.step}",
            one.call_id[:8],
            one.ended or "running",
            one.heard_by or "-",
            one.note or "-",
        )
        for one in found
    ]
    click.echo(table(columns, rows))


@recordings.command("export")
@click.argument("recording", nargs=-1, required=True)
@click.option(
    "--to",
    "folder",
    type=click.Path(file_okay=False, exists=True, path_type=Path),
    default=Path(),
    help="Folder for the copies (default: this one).",
)
@click.pass_obj
def export(desk: RecordingsDesk, recording: tuple[str, ...], folder: Path) -> None:
    """Copy recordings as WAV; the audit notes it. RECORDING is an id, or the beginning of it that `list` prints."""
    for one in [_found(desk, prefix) for prefix in recording]:
        desk.database.run_now(messages.hear, one.id, _hand(desk))
        to = folder / f"{_local(desk, one.began_at, '%Y-%m-%d-%H%M%S')}-{one.id[:8]}.wav"
        try:
            sound = (desk.callers_dir / one.path).read_bytes()
            with os.fdopen(os.open(to, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
                file.write(sound)
        except OSError as wrong:
            raise click.ClickException(f"{wrong.filename}: {wrong.strerror}") from wrong
        click.echo(to)


@recordings.command("heard")
@click.argument("recording", nargs=-1, required=True)
@click.option("--not", "not_", is_flag=True, help="Not after all.")
@click.option("--note", help="What is noted about it.")
@click.pass_obj
def heard(desk: RecordingsDesk, recording: tuple[str, ...], not_: bool, note: str | None) -> None:
    """Mark recordings as heard. RECORDING is an id, or the beginning of it that `list` prints."""
    for one in [_found(desk, prefix, here=False) for prefix in recording]:
        desk.database.run_now(messages.mark, one.id, not not_, _hand(desk))
        if note is not None:
            desk.database.run_now(messages.write_note, one.id, note, _hand(desk))


@recordings.command("delete")
@click.argument("recording", nargs=-1, required=True)
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("-m", "--reason", default="", help="Why, for the audit.")
@click.pass_obj
def delete(desk: RecordingsDesk, recording: tuple[str, ...], yes: bool, reason: str) -> None:
    """Delete recordings for good. RECORDING is an id, or the beginning of it that `list` prints."""
    found = [_found(desk, prefix) for prefix in recording]
    if not yes:
        click.confirm(f"delete {len(found)} recording{'s' if len(found) > 1 else ''} for good?", abort=True)
    for one in found:
        try:
            desk.database.run_now(messages.delete, one.id, desk.callers_dir, _hand(desk, reason))
        except messages.CannotDelete as wrong:
            raise click.ClickException(str(wrong)) from wrong
        click.echo(f"deleted {one.id}")


def _hand(desk: RecordingsDesk, reason: str = "") -> Hand:
    return Hand(os_user(), desk.wallclock(), "command", reason=reason)


def _found(desk: RecordingsDesk, prefix: str, *, here: bool = True) -> RecordingRecord:
    found = desk.database.run_now(find_recordings, prefix)
    if len(found) != 1:
        raise click.ClickException(f'no recording (or more than one) begins with "{prefix}"')
    one = found[0]
    if not one.ended:
        raise click.ClickException(f'the recording "{prefix}" is still running')
    if here and one.engine != desk.engine and not (desk.callers_dir / one.path).exists():
        raise click.ClickException(f'the recording "{prefix}" is kept by the engine {one.engine}: run this there')
    return one


def _local(desk: RecordingsDesk, at: datetime, form: str) -> str:
    return at.astimezone(desk.zone).strftime(form)
