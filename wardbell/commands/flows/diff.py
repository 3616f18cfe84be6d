"""`wardbell flows diff`: what changed between two editions, or between what is live and what is on disk."""

from __future__ import annotations

import click

from editions.difference import unified
from forms.errors import FilesBroken
from wardbell.commands.flows.stored import bundle_of, live_record
from wardbell.parts import Parts


@click.command()
@click.argument("old", type=click.IntRange(1), required=False)
@click.argument("new", type=click.IntRange(1), required=False)
@click.pass_obj
def diff(parts: Parts, old: int | None, new: int | None) -> None:
    """Show what differs: from the live edition to the files on disk, from edition OLD to the files
    on disk, or from OLD to NEW."""
    before = old or live_record(parts).number
    if new is not None:
        after, name = bundle_of(parts, new), f"edition-{new}"
    else:
        try:
            after, name = parts.on_disk(), "on-disk"
        except FilesBroken as wrong:
            raise click.ClickException(str(wrong)) from wrong
    lines = list(unified(bundle_of(parts, before), after, f"edition-{before}", name))
    for line in lines:
        click.echo(_coloured(line))
    if not lines:
        click.echo("no difference", err=True)


def _coloured(line: str) -> str:
    if line.startswith(("---", "+++")):
        return click.style(line, bold=True)
    colour = {"+": "green", "-": "red", "@": "cyan"}.get(line[:1])
    return click.style(line, fg=colour) if colour else line
