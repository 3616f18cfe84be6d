"""`wardbell calls`: what happened on the line, call by call and step by step."""

from __future__ import annotations

import csv
import json
import shutil
import sys
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import click

from ivr.record.call_records import CallEvent, CallRecord, list_calls, show_call
from prompts.catalog import Catalog
from prompts.errors import PromptError
from prompts.speech import speak
from wardbell.parts import Parts


@click.group()
def calls() -> None:
    """See calls: who rang, what was said, which keys, how it ended."""


@calls.command("list")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 100_000), help="How many, newest first.")
@click.option("--hours", type=float, help="Only calls of the last HOURS hours.")
@click.option("--csv", "as_csv", is_flag=True, help="As CSV instead of a table.")
@click.pass_obj
def list_(parts: Parts, limit: int, hours: float | None, as_csv: bool) -> None:
    """List calls, newest first."""
    since = parts.wallclock() - timedelta(hours=hours) if hours else None
    records = parts.database.run_now(list_calls, since=since, limit=limit)
    columns = ("call", "began", "direction", "from", "to", "flow", "seconds", "outcome", "cause")
    if as_csv:
        writer = csv.writer(sys.stdout)
        writer.writerow(columns)
        writer.writerows(_row(parts, record) for record in records)
        return
    columns = ("call", "began", "way", *columns[3:])
    if not records:
        click.echo("no calls yet")
        return
    rows = [columns, *(_row(parts, record) for record in records)]
    widths = _fitting([max(len(row[i]) for row in rows) for i in range(len(columns))])
    for row in rows:
        cells = (_shortened(cell, width).ljust(width) for cell, width in zip(row, widths, strict=True))
        click.echo("  ".join(cells).rstrip())


SHRINKING = (3, 4, 5, 7)
"""Columns that hold a peer's or a flow's words, and may be cut: from, to, flow, outcome. `show` has them whole."""
NARROWEST = 9


def _fitting(widths: list[int]) -> list[int]:
    """Widths that fit the terminal, if the columns that may be cut allow it."""
    room = shutil.get_terminal_size(fallback=(120, 24)).columns
    while sum(widths) + 2 * (len(widths) - 1) > room:
        widest = max(SHRINKING, key=lambda column: widths[column])
        if widths[widest] <= NARROWEST:
            break
        widths[widest] -= 1
    return widths


def _shortened(cell: str, width: int) -> str:
    """The end of a number tells more than its middle."""
    if len(cell) <= width:
        return cell
    end = (width - 1) // 2
    return cell[: width - 1 - end] + "…" + cell[len(cell) - end :]


def _row(parts: Parts, record: CallRecord) -> tuple[str, ...]:
    caller, dialled = record.caller or "(withheld)", record.dialled
    return (
        record.call_id[:8],
        _local(parts, record.began_at),
        record.direction,
        caller,
        dialled,
        f"{record.flow}/{record.language}" if record.flow else "-",
        _seconds(record),
        record.outcome or "-",
        (f"{record.cause} {record.sip_code}" if record.outcome == "refused" and record.sip_code else record.cause)
        or ("talking" if record.answered_at else "ringing"),
    )


def _seconds(record: CallRecord) -> str:
    if record.answered_at is None or record.ended_at is None:
        return "-"
    return f"{(record.ended_at - record.answered_at).total_seconds():.1f}"


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
        shown = {"call": record.call_id, "edition": record.edition, "events": events}
        click.echo(json.dumps(shown, ensure_ascii=False, indent=2))
        return
    click.echo(f"call {record.call_id}  {record.direction}  {record.caller or '(withheld)'} -> {record.dialled}")
    click.echo(f"flow {record.flow or '-'} in {record.language or '-'}, began {_local(parts, record.began_at)}")
    if record.edition:
        click.echo(f"edition {record.edition}")
    if record.notice:
        click.echo(f"notice {record.notice}")
    texts, language = parts.texts_of(record.edition), record.language
    for event in record.events:
        language = event.detail.get("language", language) if event.kind == "speak" else language
        told = _told(texts, language, event)
        click.echo(f"  {_local(parts, event.at, '%H:%M:%S.%f')[:-3]}  {event.kind:<9} {told}".rstrip())


def _told(texts: Catalog, language: str, event: CallEvent) -> str:
    """An event in a line; of a prompt the words that were said."""
    detail = dict(event.detail)
    match event.kind:
        case "prompt":
            words = " ".join(_words(texts, language, prompt) for prompt in detail["prompts"])
            how = "skipped" if detail.get("skipped") else "to the end" if detail["heard"] else "cut off"
            return f'"{words}" ({how})'
        case "step":
            return f"{detail['flow']}.{detail['step']}"
        case "action":
            asked = ", ".join(f"{key} {_brief(value)}" for key, value in detail["arguments"].items())
            alone = "  (the caller had hung up)" if detail.get("alone") else ""
            return f"{detail['action']}({asked}): {detail['outcome']}{alone}"
        case _:
            return "  ".join(f"{key}={_plain(value)}" for key, value in detail.items())


def _words(texts: Catalog, language: str, prompt: Mapping[str, Any]) -> str:
    try:
        return " ".join(speak(texts, language, prompt["id"], prompt.get("values", {})))
    except PromptError:  # of a call from before there were editions, and the text was changed since
        return f"<{prompt['id']}>"


def _brief(value: object) -> str:
    """A record by its code."""
    if isinstance(value, dict):
        return str(value.get("code") or value.get("date") or _plain(value))
    return _plain(value)


def _plain(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
