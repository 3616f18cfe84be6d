"""`wardbell flows status`: what is live, what differs on disk, which engine serves what."""

from __future__ import annotations

import json
from typing import Any

import click

from editions import store
from editions.difference import changes
from ivr.flow.mistakes import FlowErrors
from wardbell.commands.flows.stored import bundle_of, live_record, told
from wardbell.parts import Parts


@click.command()
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.pass_obj
def status(parts: Parts, as_json: bool) -> None:
    """Say what is live, what differs on disk and which engine serves what."""
    live, now = live_record(parts), parts.wallclock()
    engines = parts.database.run_now(store.engines)
    if as_json:
        shown: dict[str, Any] = {
            "live": live.number,
            "digest": live.digest,
            "disk_differs": _on_disk(parts, live.number, live.digest) != [],
            "engines": [
                {
                    "name": one.name,
                    "serves": one.edition,
                    "refuses": one.refused,
                    "seen": one.seen_at.isoformat(),
                    "runs": one.runs(now),
                }
                for one in engines
            ],
        }
        click.echo(json.dumps(shown, indent=1))
        return
    click.echo(told(parts, live))
    if not any(one.runs(now) for one in engines):
        click.echo("no engine is running: it is used at the next start")
    for one in engines:
        ago = round((now - one.seen_at).total_seconds())
        if not one.runs(now):
            click.echo(f"  {one.name}: was last heard of {ago} s ago, with edition {one.edition}")
            continue
        current = "" if one.serves(live) else click.style("  NOT THE NEWEST", fg="red")
        click.echo(f"  {one.name}: serves edition {one.edition}{current}")
        if one.refused is not None:
            click.echo(click.style(f"    refuses edition {one.refused}:", fg="red"))
            for line in one.refusal.splitlines():
                click.echo(f"      {line}")
    differing = _on_disk(parts, live.number, live.digest)
    click.echo("on disk: the same" if not differing else "on disk, not live until it is published:")
    for line in differing:
        click.echo(f"  {line}")


def _on_disk(parts: Parts, number: int, digest: str) -> list[str]:
    """What differs on disk, a line each."""
    try:
        disk = parts.on_disk()
    except FlowErrors as wrong:
        return str(wrong).splitlines()
    if disk.digest == digest:
        return []
    return [str(changed) for changed in changes(bundle_of(parts, number), disk)]
