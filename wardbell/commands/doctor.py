"""`wardbell doctor`: the round as a table or as JSON."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict

import click

from wardbell.doctor.finding import Finding, Level
from wardbell.doctor.round import findings, worst
from wardbell.parts import Parts

MARKS = {Level.OK: ("ok", "green"), Level.WARNING: ("WARNING", "yellow"), Level.ERROR: ("ERROR", "red")}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="For programs: a list of level, what, advice.")
@click.pass_obj
def doctor(parts: Parts, as_json: bool) -> None:
    """Say what is missing or risky on this machine.

    Changes nothing. Exit code 1 when something keeps the line from working; warnings leave it 0.
    """
    found = list(findings(parts))
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in found], ensure_ascii=False, indent=1))
    else:
        for finding in found:
            click.echo(row(finding))
        count = Counter(finding.level for finding in found)
        click.echo(f"{count[Level.ERROR]} errors, {count[Level.WARNING]} warnings")
    if worst(found) is Level.ERROR:
        raise click.exceptions.Exit(1)


def row(finding: Finding) -> str:
    """One line of the table, the advice under it."""
    word, colour = MARKS[finding.level]
    first = f"{click.style(f'{word:<8}', fg=colour)}{finding.what}"
    return f"{first}\n{'':8}-> {finding.advice}" if finding.advice else first
