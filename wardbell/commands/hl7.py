"""`wardbell hl7`: what the hospital's systems sent, and a way to send as they would."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import click

from notify.hl7.answers import codes_in
from notify.hl7.shown import shown
from notify.mllp.received import Asked, Outcome, followed, list_messages, look_at, note_again, search, show_message
from notify.mllp.sending import SendFailed, framed, frames_of, send
from wardbell.commands.clerk import ClerkDesk, table
from wardbell.commands.who import hand
from wardbell.parts import Parts


@click.group()
def hl7() -> None:
    """See the HL7 messages that came; send one to try the way from event to call.

    They are kept as they came, to be looked at: refused ones for 90 days, others as the settings say.
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
            click.echo(answer.decode(encoding, "replace").replace("\r", "\n").strip())
            refused = refused or not _accepted(answer)
    except SendFailed as failed:
        raise click.ClickException(str(failed)) from failed
    if refused:
        raise click.ClickException("not accepted")


def _accepted(answer: bytes) -> bool:
    codes = codes_in(answer)
    return bool(codes) and all(code in ("AA", "CA") for code in codes)


@hl7.command()
@click.argument("message", type=int)
@click.pass_obj
def again(parts: Parts, message: int) -> None:
    """Send a refused MESSAGE to the running service once more, byte for byte, as if it came anew.

    Of use when what it was refused for has been put right: a rule, a ward's place in the message. Messages that are
    too old by now are stored and call nobody.
    """
    found = parts.database.run_now(show_message, message)
    if found is None:
        raise click.ClickException(f"no message {message}")
    if found.raw is None or not found.refused or not found.whole:
        why = "only its beginning was kept" if found.refused else "it was accepted, and would count as the same"
        raise click.ClickException(f"message {message} cannot be sent again: {why}")
    there = parts.settings.hl7
    try:
        [answer] = send(there.host, there.port, [framed(found.raw)])
    except SendFailed as failed:
        raise click.ClickException(str(failed)) from failed
    parts.database.run_now(note_again, message, hand(parts), next(iter(codes_in(answer)), ""))
    click.echo(answer.decode(found.encoding, "replace").replace("\r", "\n").strip())
    if not _accepted(answer):
        raise click.ClickException("not accepted")


@hl7.command("list")
@click.option("--all", "every", is_flag=True, help="Also the good ones (of which only the header is kept).")
@click.option("--type", "type_", default="", help="Only this type, such as ADT^A01 or A01.")
@click.option("--control-id", default="", help="Only with this message control id.")
@click.option("--outcome", type=click.Choice([str(one) for one in Outcome]), help="Only what this became of.")
@click.option("--days", type=click.IntRange(1, 366), help="Only of the last days; 1 is today.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 100_000), help="How many, newest first.")
@click.pass_obj
def list_(
    desk: ClerkDesk, every: bool, limit: int, type_: str, control_id: str, outcome: str | None, days: int | None
) -> None:
    """List broken messages and those that call nobody (too old, or already known), newest first.

    With --type, --control-id, --outcome or --days: all messages that are so.
    """
    if type_ or control_id or outcome or days:
        today = desk.wallclock().astimezone(desk.zone).replace(hour=0, minute=0, second=0, microsecond=0)
        since = today - timedelta(days=days - 1) if days else None
        asked = Asked(since, None, type_, control_id, Outcome(outcome) if outcome else None)
        found = list(desk.database.run_now(search, asked, None, limit).messages)
    else:
        found = desk.database.run_now(list_messages, every, limit)
    if not found:
        click.echo("no messages" if every else "no broken messages, and none that called nobody")
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
    """Show one message, with its bytes while they are kept; the audit notes it.

    The output may contain a patient's name: mind who is watching.
    """
    looked = desk.database.run_now(look_at, message, hand(desk))
    found = looked or desk.database.run_now(show_message, message)
    if found is None:
        raise click.ClickException(f"no message {message}")
    click.echo(f"message {found.id}  {found.state}  {found.answer}  {found.reason}".rstrip())
    click.echo(f"from {found.peer}, first {_local(desk, found.received_at)}, {found.times} times")
    click.echo(f"sender {found.sender}  control id {found.control_id}  type {found.type}  {found.encoding}")
    if found.odd:
        click.echo(f"unusual: {found.odd}")
    if found.again_at is not None:
        click.echo(
            f"sent again by {found.again_by} at {_local(desk, found.again_at)}: {found.again_answer or 'no answer'}"
        )
    if (came := desk.database.run_now(followed, message)) is not None:
        told = f"notices {', '.join(map(str, came.notices))}" if came.notices else "no notice"
        click.echo(f"event {came.event}: {told}{f', {came.why}' if came.why else ''}")
    if found.raw is not None:
        click.echo(shown(found.raw, found.encoding))


def _local(desk: ClerkDesk, at: datetime) -> str:
    return at.astimezone(desk.zone).strftime("%Y-%m-%d %H:%M:%S")
