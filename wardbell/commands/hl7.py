"""`wardbell hl7 send`: send a message as the hospital's system would, to try the way from event to call."""

from __future__ import annotations

import re
from pathlib import Path

import click

from notify.mllp.sending import SendFailed, frames_of, send
from wardbell.parts import Parts


@click.group()
def hl7() -> None:
    """Try out the HL7 interface."""


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
