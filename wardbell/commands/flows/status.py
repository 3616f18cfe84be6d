"""`wardbell flows status`: what is live, what differs on disk, which engine serves what."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import click

from editions.engines import EngineRecord
from editions.status import Differs, Status, Unreadable
from editions.status import status as status_of
from editions.store import EditionRecord
from wardbell.commands.flows.stored import nothing_published, told
from wardbell.parts import Parts


@click.command()
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.pass_obj
def status(parts: Parts, as_json: bool) -> None:
    """Say what is live, what differs on disk and which engine serves what."""
    found = status_of(parts.database, parts.on_disk, parts.flows_dir())
    if found is None:
        raise nothing_published()
    if as_json:
        click.echo(json.dumps(_as_data(parts, found), indent=1))
        return
    click.echo(told(parts, found.live))
    if not any(one.runs(parts.wallclock()) for one in found.engines):
        click.echo("no engine is running: it is used at the next start")
    for one in found.engines:
        for line in _engine(parts, one, found.live):
            click.echo(line)
    for line in _disk(found):
        click.echo(line)


def _as_data(parts: Parts, found: Status) -> dict[str, Any]:
    now = parts.wallclock()
    return {
        "live": found.live.number,
        "digest": found.live.digest,
        "disk_differs": found.disk is not None,
        "edited_from": found.base.number if found.base is not None else None,
        "engines": [
            {
                "name": one.name,
                "serves": one.edition,
                "refuses": one.refused,
                "seen": one.seen_at.isoformat(),
                "runs": one.runs(now),
            }
            for one in found.engines
        ],
    }


def _engine(parts: Parts, one: EngineRecord, live: EditionRecord) -> Iterator[str]:
    now = parts.wallclock()
    if not one.runs(now):
        ago = round((now - one.seen_at).total_seconds())
        yield f"  {one.name}: last heard of {ago} s ago, with edition {one.edition}"
        return
    current = "" if one.serves(live) else click.style("  NOT THE NEWEST", fg="red")
    yield f"  {one.name}: serves edition {one.edition}{current}"
    if one.refused is not None:
        yield click.style(f"    refuses edition {one.refused}:", fg="red")
        yield from (f"      {line}" for line in one.refusal.splitlines())


def _disk(found: Status) -> Iterator[str]:
    match found.disk:
        case None:
            yield "on disk: the same"
            return
        case Differs(changed):
            lines = [str(one) for one in changed] if changed is not None else ["the live files cannot be read"]
        case Unreadable(mistakes):
            lines = str(mistakes).splitlines()
    came_of = f" (edited from edition {found.base.number})" if found.base is not None and found.from_another else ""
    yield f"on disk, not live until it is published{came_of}:"
    yield from (f"  {line}" for line in lines)
