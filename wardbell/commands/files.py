"""Files that clerks hand in and take out; `-` is standard input or output."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import click

from hospital.import_kind import Kind, Staged
from hospital.imports import KINDS
from hospital.staging import Staging
from wardbell.commands.clerk import ClerkDesk
from wardbell.commands.who import hand

LONG = 1_000
"""From this many lines on a bar is shown."""
SHOWN = 20
"""Doubts that are listed one by one."""


class DayType(click.ParamType):
    """`today`, `tomorrow` or 2026-03-05; an offset in days or a date, made a date by `day`."""

    name = "day"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int | date:
        if isinstance(value, int | date):
            return value
        words = {"today": 0, "tomorrow": 1}
        if str(value) in words:
            return words[str(value)]
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            self.fail(f'"{value}" is not today, tomorrow or a date such as 2026-03-05', param, ctx)


def day(given: int | date, today: date) -> date:
    """The date that a `DayType` means."""
    return given if isinstance(given, date) else today + timedelta(given)


def read(path: str) -> tuple[str, bytes]:
    """The name for reporting mistakes, and the content."""
    if path == "-":
        return "standard input", sys.stdin.buffer.read()
    try:
        return Path(path).name, Path(path).read_bytes()
    except OSError as error:
        raise click.ClickException(f"cannot read {path}: {error.strerror}") from error


def bring(desk: ClerkDesk, kind: Kind, name: str, staged: Sequence[Staged], what: str) -> None:
    """Store a file's lines while everything else goes on, and say so; a bar for a long one."""
    staging = Staging(desk.database, desk.wallclock, shown=len(staged) > LONG)
    staging.go_on(KINDS)
    came = staging.bring(kind, name, staged, hand(desk))
    click.echo(f"{came.stored} {what} stored")
    if came.late:
        raise click.ClickException("these had become impossible in the meantime:\n" + "\n".join(came.late))


def ask(doubts: Sequence[str], yes: bool) -> None:
    """Ask about what looks like a slip, and go on only when it is intended."""
    for sentence in doubts[:SHOWN]:
        click.echo(f"warning: {sentence}", err=True)
    if len(doubts) > SHOWN:
        click.echo(f"warning: and {len(doubts) - SHOWN} more like this", err=True)
    if doubts and not yes:
        click.confirm("is that intended?", abort=True, err=True)


def write(path: str, content: str) -> None:
    """UTF-8 with a byte order mark into a file, for spreadsheets; without one to standard output."""
    if path == "-":
        click.echo(content, nl=False)
        return
    try:
        Path(path).write_text(content, encoding="utf-8-sig", newline="")
    except OSError as error:
        raise click.ClickException(f"cannot write {path}: {error.strerror}") from error
