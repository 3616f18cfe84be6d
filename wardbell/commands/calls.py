"""`wardbell calls`: what happened on the line, call by call and step by step."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any

import click

from ivr.record import period
from ivr.record.call_records import CallRecord, show_call
from ivr.record.leg_records import LegRecord, SegmentRecord
from ivr.record.legs import Kind
from ivr.record.search import Wanted, search, walk
from ivr.record.story import ALONE, CUT, SKIPPED, WHOLE, story
from wardbell.parts import Parts
from web.export import Sheet, csv_lines


@click.group()
def calls() -> None:
    """See calls: who rang, what was said, which keys, how it ended."""


@calls.command("list")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 100_000), help="How many, newest first.")
@click.option("--hours", type=float, help="Only calls of the last HOURS hours.")
@click.option("--since", help="Only from that day (2026-11-21) or time on.")
@click.option("--until", help="Only to the end of that day, or before that time.")
@click.option("--number", default="", help="Only of this caller or called number; its last digits are enough.")
@click.option("--direction", type=click.Choice(["in", "out"]), help="Only calls in, or out.")
@click.option("--flow", default="", help="Only of this flow.")
@click.option("--outcome", default="", help="Only with this outcome.")
@click.option("--cause", default="", help="Only those that ended for this cause.")
@click.option("--longer", type=float, help="Only calls of at least so many seconds.")
@click.option("--shorter", type=float, help="Only calls of at most so many seconds.")
@click.option("--recorded", is_flag=True, help="Only calls whose caller left words.")
@click.option("--csv", "as_csv", is_flag=True, help="As CSV instead of a table; a spreadsheet opens it harmlessly.")
@click.pass_obj
def list_(
    parts: Parts,
    /,
    *,
    limit: int,
    hours: float | None,
    since: str | None,
    until: str | None,
    as_csv: bool,
    longer: float | None,
    shorter: float | None,
    direction: str | None,
    **of: Any,
) -> None:
    """List calls, newest first: all, or those that are looked for."""
    try:
        first = period.since(since, parts.zone) if since else None
        last = period.until(until, parts.zone) if until else None
    except ValueError as wrong:
        raise click.UsageError(str(wrong)) from wrong
    wanted = Wanted(first, last, direction=direction or "", **of, shortest=longer, longest=shorter)
    if hours:
        ago = parts.wallclock() - timedelta(hours=hours)
        wanted = replace(wanted, since=max(ago, wanted.since or ago))
    found = walk(lambda cursor: parts.database.run_now(search, wanted, cursor, min(limit, AT_ONCE)), limit)
    if as_csv:
        rows = ([row[name] for name in IN_CSV] for row in (_row(parts, record) for record in found))
        for line in csv_lines(Sheet("calls", IN_CSV, rows)):
            click.echo(line, nl=False)
        return
    records = [_row(parts, record) for record in found]
    if not records:
        click.echo("no calls yet" if wanted == Wanted() else "no such call")
        return
    names, widths = _fitting(records)
    for row in [{**dict(zip(names, names, strict=True)), "direction": "way"}, *records]:
        cells = (_shortened(row[name], width).ljust(width) for name, width in zip(names, widths, strict=True))
        click.echo("  ".join(cells).rstrip())


AT_ONCE = 1_000
"""Calls of one transaction."""
IN_CSV = (
    "call",
    "began",
    "direction",
    "from",
    "to",
    "flow",
    "seconds",
    "outcome",
    "cause",
    "waited",
    "talked",
    "ended by",
)
IN_TABLE = (
    "call",
    "began",
    "direction",
    "from",
    "to",
    "flow",
    "seconds",
    "waited",
    "talked",
    "outcome",
    "ended by",
    "cause",
)
WITHHELD = "(withheld)"
DID: Mapping[str, str] = {
    Kind.TALK: "talked with",
    Kind.WAIT: "waited for",
    Kind.HOLD: "was held by",
    Kind.MESSAGE: "left a message with",
}
SHRINKING = ("from", "to", "flow", "outcome")
"""Columns that hold a peer's or a flow's words, and may be cut. `show` has them whole."""
WHERE_ROOM = ("waited", "talked", "ended by")
"""Columns that a narrow terminal does without."""
NARROWEST = 9


def _fitting(rows: Sequence[Mapping[str, str]]) -> tuple[list[str], list[int]]:
    """Columns and their widths that fit the terminal, if those that may be cut allow it."""
    room = shutil.get_terminal_size(fallback=(120, 24)).columns
    widths = {name: max(len(name), *(len(row[name]) for row in rows)) for name in IN_TABLE}
    widths["direction"] = len("way")
    least = sum(min(width, NARROWEST) if name in SHRINKING else width for name, width in widths.items())
    if least + 2 * (len(widths) - 1) > room:
        widths = {name: width for name, width in widths.items() if name not in WHERE_ROOM}
    while sum(widths.values()) + 2 * (len(widths) - 1) > room:
        widest = max(SHRINKING, key=lambda name: widths[name])
        if widths[widest] <= NARROWEST:
            break
        widths[widest] -= 1
    return list(widths), list(widths.values())


def _shortened(cell: str, width: int) -> str:
    """The end of a number tells more than its middle."""
    if len(cell) <= width:
        return cell
    end = (width - 1) // 2
    return cell[: width - 1 - end] + "…" + cell[len(cell) - end :]


def _row(parts: Parts, record: CallRecord) -> dict[str, str]:
    talking = "talking" if record.answered_at else "ringing"
    refused = record.outcome == "refused" and record.sip_code
    return {
        "call": record.call_id[:8],
        "began": _local(parts, record.began_at),
        "direction": record.direction,
        "from": record.caller or WITHHELD,
        "to": record.dialled,
        "flow": f"{record.flow}/{record.language}" if record.flow else "-",
        "seconds": _between(record.answered_at, record.ended_at),
        "waited": f"{record.waited:.1f}" if record.waited else "-",
        "talked": f"{record.talked:.1f}" if record.talked else "-",
        "outcome": record.outcome or "-",
        "ended by": record.ended_by or "-",
        "cause": f"{record.cause} {record.sip_code}" if refused else record.cause or talking,
    }


def _between(began: datetime | None, ended: datetime | None) -> str:
    return "-" if began is None or ended is None else f"{(ended - began).total_seconds():.1f}"


def _local(parts: Parts, at: datetime, form: str = "%Y-%m-%d %H:%M:%S") -> str:
    return at.astimezone(parts.zone).strftime(form)


@calls.command("show")
@click.argument("call")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.pass_obj
def show(parts: Parts, call: str, as_json: bool) -> None:
    """Show one call step by step. CALL is its id, or the beginning of it that `list` prints."""
    record = parts.database.run_now(show_call, call)
    if record is None:
        raise click.ClickException(f'no call (or more than one) begins with "{call}"')
    if as_json:
        events = [
            {"number": e.number, "at": e.at.isoformat(), "kind": e.kind, "detail": e.detail} for e in record.events
        ]
        shown = {
            "call": record.call_id,
            "edition": record.edition,
            "ended_by": record.ended_by,
            "waited": record.waited,
            "talked": record.talked,
            "legs": [_plainly(leg) for leg in record.legs],
            "segments": [_plainly(segment) for segment in record.segments],
            "events": events,
        }
        click.echo(json.dumps(shown, ensure_ascii=False, indent=2))
        return
    click.echo(f"call {record.call_id}  {record.direction}  {record.caller or WITHHELD} -> {record.dialled}")
    click.echo(f"flow {record.flow or '-'} in {record.language or '-'}, began {_local(parts, record.began_at)}")
    if record.edition:
        click.echo(f"edition {record.edition}")
    if record.notice:
        click.echo(f"notice {record.notice}")
    for line in _who(parts, record):
        click.echo(f"  {line}")
    for told in story(record, parts.texts_of(record.edition)):
        how = f" ({HOW[told.how]})" if told.how else ""
        words = f'"{told.words}"' if told.kind == "prompt" else told.words
        click.echo(f"  {_local(parts, told.at, '%H:%M:%S.%f')[:-3]}  {told.kind:<9} {words}{how}".rstrip())


HOW: Mapping[str, str] = {
    WHOLE: "to the end",
    CUT: "cut off",
    SKIPPED: "skipped",
    ALONE: "the caller had hung up",
}


def _plainly(record: LegRecord | SegmentRecord) -> dict[str, Any]:
    """For programs: moments as text."""
    return {key: one.isoformat() if isinstance(one, datetime) else one for key, one in asdict(record).items()}


def _who(parts: Parts, record: CallRecord) -> Iterator[str]:
    """The legs of a call, each with what it did with others."""
    names = {leg.number: f"{leg.role} {leg.party or WITHHELD}" for leg in record.legs}
    for leg in record.legs:
        times = [
            ("offered", leg.offered_at),
            ("rang", leg.rang_at),
            ("answered", leg.answered_at),
            ("ended", leg.ended_at),
        ]
        told = [f"brought in by {names[leg.begun_by]}"] if leg.begun_by else []
        told += [f"{what} {_local(parts, at, '%H:%M:%S')}" for what, at in times if at is not None]
        if leg.ended_at is not None:
            by = f" by {names.get(leg.ended_by, 'the line')}" if leg.ended_by is not None else ""
            told.append(f"{leg.cause}{by}")
        where = f"  ({leg.line[:8]}, {leg.worker})" if leg.worker else ""
        yield f"leg {leg.number}  {names[leg.number]}: {', '.join(told)}{where}"
    for one in record.segments:
        seconds = "?" if one.seconds is None else f"{one.seconds:.1f}"
        did = DID.get(one.kind, one.kind)
        yield f"{_local(parts, one.began_at, '%H:%M:%S')}  {names[one.leg]} {did} {names[one.other]} for {seconds} s"
