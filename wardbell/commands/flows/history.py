"""`wardbell flows history`: every edition, who published it, when and why."""

from __future__ import annotations

import json

import click

from editions import store
from wardbell.commands.clerk import table
from wardbell.commands.flows.stored import when
from wardbell.parts import Parts


@click.command()
@click.option("--limit", default=30, show_default=True, type=click.IntRange(1, 1_000_000), help="How many.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.pass_obj
def history(parts: Parts, limit: int, as_json: bool) -> None:
    """List the published editions, newest first. The first line is live."""
    found = parts.database.run_now(store.history, limit)
    if as_json:
        rows = [
            {
                "number": one.number,
                "at": one.at.isoformat(),
                "who": one.who,
                "why": one.why,
                "digest": one.digest,
                "files_of": one.files_of,
                "tests": one.tests,
            }
            for one in found
        ]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
    elif not found:
        click.echo("nothing was published yet")
    else:
        columns = ("edition", "published", "by", "files of", "tests", "why")
        shown = [(r.number, when(parts, r), r.who, r.files_of or "", r.tests or "-", r.why) for r in found]
        click.echo(table(columns, shown))
