"""`wardbell flows schema`: what editors complete by, explain and underline while somebody writes the files."""

from __future__ import annotations

import json
from pathlib import Path

import click

from editions.bundle import Bundle
from editions.offered import SCHEMAS, offered
from forms.errors import FilesBroken
from forms.schema import Schema
from wardbell.parts import Parts


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


def _json(schema: Schema) -> str:
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"
