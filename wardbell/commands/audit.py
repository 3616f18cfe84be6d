"""`wardbell audit`: who did what to what, when, from where and why."""

from __future__ import annotations

import itertools
import json
from datetime import date, datetime, time, timedelta

import click

from accounts import audit as rules
from accounts.audit import AuditQuery, AuditRecord
from wardbell.commands import files
from wardbell.commands.clerk import ClerkDesk, table
from web.export import Sheet, csv_lines


@click.command()
@click.option("--who", default="", help="A user, key:NAME, or a user of this machine.")
@click.option("--action", default="", help="Such as publish, listen, lock.")
@click.option("--noun", default="", help="To what: user, edition, recording, card ...")
@click.option("--key", default="", help="Which one of the noun.")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="From this day on.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="Up to and with this day.")
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True)
@click.option("--csv", "file", help="Write all that fit to this file; - is standard output.")
@click.pass_obj
def audit(
    desk: ClerkDesk,
    who: str,
    action: str,
    noun: str,
    key: str,
    since: datetime | None,
    until: datetime | None,
    limit: int,
    file: str | None,
) -> None:
    """Show who did what, the newest first."""

    def begins(day: date) -> datetime:
        return datetime.combine(day, time(), desk.zone)

    wanted = AuditQuery(
        who, action, noun, key,
        begins(since.date()) if since else None,
        begins(until.date() + timedelta(days=1)) if until else None,
    )  # fmt: skip
    found = rules.pages(desk.database.run_now, wanted)
    if file is not None:
        sheet = Sheet("audit", rules.COLUMNS, (rules.cells(one, desk.zone) for one in found))
        files.write(file, "".join(csv_lines(sheet)))
        return
    rows = [_row(one, desk) for one in itertools.islice(found, limit)]
    click.echo(table(("when", "who", "how", "what", "why", "from", ""), rows) if rows else "nothing is noted")


def _row(one: AuditRecord, desk: ClerkDesk) -> tuple[str, ...]:
    details = json.dumps(one.details, ensure_ascii=False) if one.details else ""
    at = f"{one.at.astimezone(desk.zone):%Y-%m-%d %H:%M:%S}"
    return at, one.who, one.how, f"{one.action} {one.noun} {one.key}", one.reason, one.address, details
