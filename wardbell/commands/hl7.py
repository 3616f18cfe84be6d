"""`wardbell hl7`: what the hospital's systems sent, and a way to send as they would."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

import click

from notify.hl7.shown import shown
from notify.mllp.received import list_messages, show_message
from notify.mllp.sending import SendFailed, frames_of, send
from wardbell.commands.clerk import ClerkDesk, table
from wardbell.parts import Parts


@click.group()
def hl7() -> None:
    """See the HL7 messages that came; send one to try the way from event to call.

    Broken messages are kept whole, to be looked at.
    """


@hl7.command("send")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--host", help="Where Wardbell listens (default: as the settings say).")
@click.option("--port", type=click.IntRange(1, 65535), help="Its HL7 port (default: as the settings say).")
@click.option("--control-id", default="", help="Send with this message control id, so that it counts as new.")
@click.option("--encoding", default="utf-8", show_default=True, help="Encoding to print the answer in.")
@click.pass_obj
def send_(parts: Parts, file: Path, host: str | None, port: int | None, control_id: str, encoding: str) -> None:
    """Send the HL7 messages of FILE over MLLP and print the answers. Samples are in docs/samples.

    What is in FILE is sent as it stands, each message in a frame of its own; a file with frames in it (0x0B, 0x1C) is
    sent as a whole.
    The same message sent twice is acknowledged and calls nobody: that is how a hospital's system
    repeats itself. Give --control-id to make it a new one.
    """
    refused, there = False, parts.settings.hl7
    try:
        for answer in send(host or there.host, port or there.port, frames_of(file.read_bytes(), control_id)):
            text = answer.decode(encoding, "replace").replace("\r", "\n").strip()
            click.echo(text)
            answers = re.findall(r"^MSA.(..)", text, re.MULTILINE)
            refused = refused or not answers or any(one not in ("AA", "CA") for one in answers)
    except SendFailed as failed:
        raise click.ClickException(str(failed)) from failed
    if refused:
        raise click.ClickException("not accepted")


@hl7.command("list")
@click.option("--all", "every", is_flag=True, help="Also the good ones (of which only the header is kept).")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 100_000), help="How many, newest first.")
@click.pass_obj
def list_(desk: ClerkDesk, every: bool, limit: int) -> None:
    """List broken messages and those that call nobody (too old, or already known), newest first."""
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


@hl7.command("show")
@click.argument("message", type=int)
@click.pass_obj
def show(desk: ClerkDesk, message: int) -> None:
    """Show one message. The output may contain a patient's name: mind who is watching."""
    found = desk.database.run_now(show_message, message)
    if found is None:
        raise click.ClickException(f"no message {message}")
    click.echo(f"message {found.id}  {found.state}  {found.answer}  {found.reason}".rstrip())
    click.echo(f"from {found.peer}, first {_local(desk, found.received_at)}, {found.times} times")
    click.echo(f"sender {found.sender}  control id {found.control_id}  type {found.type}  {found.encoding}")
    if found.odd:
        click.echo(f"unusual: {found.odd}")
    if found.raw is not None:
        click.echo(shown(found.raw, found.encoding))


def _local(desk: ClerkDesk, at: datetime) -> str:
    return at.astimezone(desk.zone).strftime("%Y-%m-%d %H:%M:%S")
