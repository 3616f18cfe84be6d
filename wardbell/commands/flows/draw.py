"""`wardbell flows draw`: a picture of each flow and a map of all, to print and to pin to the wall."""

from __future__ import annotations

from pathlib import Path

import click

from editions.declared import ACTIONS
from editions.edition import read_edition
from editions.pictures import pictures
from forms.errors import FilesBroken
from ivr.drawing.map import NAME as MAP
from ivr.drawing.program import CHINESE_FONT, FORMATS, CannotDraw, drawn, shows_chinese
from wardbell.commands.flows.stored import bundle_of
from wardbell.parts import Parts


@click.command()
@click.argument("flows", nargs=-1, metavar="[FLOW]...")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), default=Path("drawings"), show_default=True,
              help="Folder to write to.")  # fmt: skip
@click.option("--language", help="Language of the pictures. Without it the texts are in zh, the labels in English.")
@click.option("--format", "format_", type=click.Choice(FORMATS), default="svg", show_default=True,
              help="svg opens in every browser, pdf prints, dot is Graphviz's own text.")  # fmt: skip
@click.option("--edition", type=click.IntRange(1), help="A published edition instead of the files on disk.")
@click.option("--later", is_flag=True, help="Also flows with verbs that the line cannot carry out yet.")
@click.pass_obj
def draw(
    parts: Parts,
    flows: tuple[str, ...],
    out: Path,
    language: str | None,
    format_: str,
    edition: int | None,
    later: bool,
) -> None:
    """Draw the flows as they stand on disk, or those of an edition.

    Without a FLOW: every flow, and the map of all (`map`): which numbers and notices lead to which flow, and
    which flow calls which. Every picture fits a sheet; its last line says which.
    """
    try:
        bundle = parts.on_disk() if edition is None else bundle_of(parts, edition)
        checked = read_edition(bundle, ACTIONS, edition or 0, parts.zone, later=later)
    except FilesBroken as wrong:
        raise click.ClickException(f"flows with mistakes cannot be drawn:\n{wrong}") from wrong
    labels, language = language or "en", language or "zh"
    languages = checked.edition.texts.languages
    if language not in languages:
        raise click.UsageError(f'no language "{language}" (there are {", ".join(languages)})')
    known = [*sorted(checked.edition.flows.flows), MAP]
    for name in flows:
        if name not in known:
            raise click.UsageError(f'no flow "{name}" (there are {", ".join(known)})')
    try:
        out.mkdir(parents=True, exist_ok=True)
        for one in pictures(checked, flows or tuple(known), language, labels):
            path = out / f"{one.name}.{format_}"
            path.write_bytes(drawn(one, format_, checked.edition.version))
            click.echo(str(path))
        if format_ in ("png", "pdf") and language in ("zh", "yue") and not shows_chinese():
            click.echo(f"no font here has Chinese characters (boxes instead): apt-get install {CHINESE_FONT}", err=True)
    except CannotDraw as wrong:
        raise click.ClickException(str(wrong)) from wrong
    except OSError as wrong:
        raise click.ClickException(f"{wrong.filename or out}: {wrong.strerror}") from wrong
