"""`wardbell flows schema`: what editors complete by, explain and underline while somebody writes the files."""

from __future__ import annotations

import json
from pathlib import Path

import click

from editions.bundle import Bundle
from editions.declared import ACTIONS
from editions.kind import Reading
from editions.kinds import FLOWS, KINDS, NOTICES, TEXTS
from forms.errors import FilesBroken
from forms.schema import Schema
from ivr.flow.verbs.schema import Known
from wardbell.parts import Parts

SCHEMAS = {kind.name: kind.schema for kind in KINDS if kind.schema is not None}
"""Kind of file -> its schema."""


@click.command()
@click.option("--for", "kind", type=click.Choice(list(SCHEMAS)), default="flow", show_default=True,
              help="Which kind of file.")  # fmt: skip
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Write all of them into this folder.")
@click.pass_obj
def schema(parts: Parts, kind: str, out: Path | None) -> None:
    """Print the JSON Schema of flows, for completion and explanation in an editor.

    It offers the texts, actions, flows and languages that there are now. In a file it is named in the first line:

    \b
    # yaml-language-server: $schema=schema/flow.json
    """
    try:
        known = offered(parts.on_disk())
    except FilesBroken:
        known = offered(Bundle({}))
    if out is None:
        click.echo(_json(SCHEMAS[kind](known)), nl=False)
        return
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, make in SCHEMAS.items():
            path = out / f"{name}.json"
            path.write_text(_json(make(known)), encoding="utf-8")
            click.echo(str(path))
    except OSError as wrong:
        raise click.ClickException(f"{wrong.filename or out}: {wrong.strerror}") from wrong


def offered(bundle: Bundle) -> Known:
    """What there is to choose from. What cannot be read at the moment is not offered: the check says why."""
    reading = Reading(bundle, KINDS, ACTIONS)
    texts, rules, flows = reading.of(TEXTS), reading.of(NOTICES), reading.names(FLOWS)
    return Known(
        texts=texts.ids,
        actions=tuple(name for name, action in ACTIONS.items() if not action.lists),
        lists=tuple(name for name, action in ACTIONS.items() if action.lists),
        flows=tuple(sorted(flows)),
        languages=tuple(texts.languages),
        events=tuple(sorted({rule.event for rule in rules.rules.values()})),
        of_hl7=tuple(sorted(set(rules.reading.events.values()) - rules.told.keys())),
    )


def _json(schema: Schema) -> str:
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"
