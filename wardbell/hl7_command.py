"""`wardbell hl7 send`: send a message as the hospital's system would, to try the way from event to call."""

from __future__ import annotations

from pathlib import Path

import click

from notify.send_hl7 import SendFailed, messages_of, send


@click.group()
def hl7() -> None:
    """Try out the HL7 interface."""


@hl7.command("send")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--host", default="127.0.0.1", show_default=True, help="Where Wardbell listens.")
@click.option("--port", default=2575, show_default=True, type=click.IntRange(1, 65535))
@click.option("--control-id", default="", help="Send with this message control id, so that it counts as new.")
@click.option("--encoding", default="utf-8", show_default=True, help="To print the answer in.")
def send_(file: Path, host: str, port: int, control_id: str, encoding: str) -> None:
    """Send the HL7 messages of FILE over MLLP and print the answers. Samples are in docs/samples.

    The same message sent twice is acknowledged and calls nobody: that is how a hospital's system
    repeats itself. Give --control-id to make it a new one.
    """
    refused = False
    try:
        for answer in send(host, port, messages_of(file.read_bytes(), control_id)):
            text = answer.decode(encoding, "replace").replace("\r", "\n").strip()
            click.echo(text)
            refused = refused or "MSA|AA" not in text
    except SendFailed as failed:
        raise click.ClickException(str(failed)) from failed
    if refused:
        raise click.ClickException("not accepted")
