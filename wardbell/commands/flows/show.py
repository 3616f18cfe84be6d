"""`wardbell flows show` and `wardbell flows fetch`: the files of an edition, on the screen or back on disk."""

from __future__ import annotations

from pathlib import Path

import click

from editions.bundle import TEXTS
from editions.fetch import Standing, write_files
from wardbell.commands.flows.stored import bundle_of, live_record, told
from wardbell.parts import Parts


@click.command()
@click.argument("number", type=click.IntRange(1), required=False)
@click.argument("file", required=False)
@click.pass_obj
def show(parts: Parts, number: int | None, file: str | None) -> None:
    """List the files of an edition (default: the live one), or print one of them."""
    record = live_record(parts)
    number = number or record.number
    bundle = bundle_of(parts, number)
    if file is None:
        if number == record.number:
            click.echo(told(parts, record))
        for name, data in sorted(bundle.files.items()):
            click.echo(f"{len(data):>8}  {name}")
        return
    if file not in bundle.files:
        raise click.ClickException(f'edition {number} has no file "{file}": `wardbell flows show {number}` lists them')
    click.echo(bundle.files[file].decode(), nl=False)


@click.command()
@click.argument("number", type=click.IntRange(1))
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help="Replace files that are there and differ.")
@click.pass_obj
def fetch(parts: Parts, number: int, folder: Path, force: bool) -> None:
    """Write the files of an edition into FOLDER: the flows there, `tests` and `texts` below it.

    Nothing in FOLDER is deleted.
    """
    bundle, own = bundle_of(parts, number), parts.settings.texts_dir
    below = folder / TEXTS
    texts = own if _same(folder, parts.flows_dir()) else below if any(bundle.under(TEXTS)) else None
    try:
        came = write_files(parts.database, number, bundle, folder, texts, replace=force)
    except OSError as wrong:
        raise click.ClickException(f"{wrong.filename}: {wrong.strerror}") from wrong
    if isinstance(came, Standing):
        differ = f"in {folder} these differ: {', '.join(came.files)}"
        raise click.ClickException(f"{differ}\nnothing was written; --force replaces them")
    click.echo(f"{came.files} files of edition {number} are in {folder}")
    if own is not None and any(bundle.under(TEXTS)):
        click.echo(f"its texts are in {below}; the hospital's stand in {own}")
    if not came.remembered:
        click.echo(f"what is there is not exactly edition {number}, so it does not count as edited from it")


def _same(one: Path, other: Path) -> bool:
    return one.resolve() == other.resolve()
