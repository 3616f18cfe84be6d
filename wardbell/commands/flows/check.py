"""`wardbell flows check`: everything that is wrong with the hospital's files, at once, before anybody calls.

    flows/registration.yaml:17:9 E204 no step "generl" (did you mean "general"?)
        then: {enough: generl, short: too_little}
                       ^

Needs no database and no voices. Exit code 0: nothing is wrong (there may be warnings), 1: mistakes.

`--json` prints one list, sorted by place, for editors and scripts; keys are only ever added:

    [{"file": "flows/registration.yaml", "line": 17, "col": 9, "code": "E204", "severity": "error",
      "sentence": "no step \"generl\" (did you mean \"general\"?)", "hint": "general"}]

`line` and `col` count from 1, `severity` is error or warning, `hint` is the word that was probably meant or "".
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from unicodedata import east_asian_width

import click

from editions.bundle import Bundle
from editions.check import Found, as_data, check_files
from forms.mistake import Mistake
from wardbell.parts import Parts

_WIDEST = 120
"""Characters of a source line that are shown."""


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), required=False)
@click.option("--json", "as_json", is_flag=True, help="One JSON list: file, line, col, code, severity, sentence, hint.")
@click.option("--later", is_flag=True, help="Allow verbs that the line cannot carry out yet (queue, consult, room).")
@click.pass_obj
def check(parts: Parts, folder: Path | None, as_json: bool, later: bool) -> None:
    """Report every mistake in FOLDER (default: the hospital's flows), with its place and what to do.

    Flows, numbers, holidays, notices, the hospital's own texts and the flow tests are checked together. Exit code
    0: nothing is wrong; warnings don't count. 1: there are mistakes.
    """
    own = folder or parts.flows_dir()
    found = check_files(lambda: Bundle.of_folder(own, parts.settings.texts_dir), parts.zone, later=later)
    if as_json:
        click.echo(json.dumps([as_data(one) for one in found.reported], ensure_ascii=False, indent=1))
    else:
        for line in told(found.reported, found.bundle):
            click.echo(line)
        click.echo(_summary(found))
    if found.checked is None:
        raise click.exceptions.Exit(1)


def told(found: Iterable[Mistake], bundle: Bundle) -> Iterator[str]:
    """Mistakes and warnings as lines, each with its line of the file and a caret under the place."""
    sources = {bundle.name(file): data.decode("utf-8", "replace").splitlines() for file, data in bundle.files.items()}
    for one in found:
        yield str(one)
        lines = sources.get(one.file, [])
        if one.line <= len(lines) and (shown := _excerpt(lines[one.line - 1], one.col)):
            yield from shown


def _excerpt(line: str, col: int) -> list[str]:
    """The line and a caret under the column; Chinese characters are two columns wide."""
    if not line.strip() or len(line) > _WIDEST or not line.isprintable():
        return []
    bare = line.lstrip()
    before = line[: col - 1][len(line) - len(bare) :]
    width = sum(2 if east_asian_width(sign) in "WF" else 1 for sign in before)
    return [f"    {bare}", f"    {' ' * width}^"]


def _summary(found: Found) -> str:
    parts = []
    if found.mistakes:
        parts.append(f"{found.mistakes} mistake{'s' * (found.mistakes != 1)}")
    if found.checked is not None:
        flows = found.checked.edition.flows.flows.values()
        parts.append(f"no mistakes in {len(flows)} flows with {sum(len(flow.steps) for flow in flows)} steps")
    if found.warnings:
        parts.append(f"{found.warnings} warning{'s' * (found.warnings != 1)}")
    return ", ".join(parts)
