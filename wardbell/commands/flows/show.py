"""`wardbell flows show` and `wardbell flows fetch`: the files of an edition, on the screen or back on disk."""

from __future__ import annotations

from pathlib import Path

import click

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
    bundle = bundle_of(parts, number)
    try:
        standing = [name for name, data in bundle.files.items() if _differs(folder / name, data)]
        if standing and not force:
            told = f"in {folder} these differ: {', '.join(sorted(standing))}"
            raise click.ClickException(f"{told}\nnothing was written; --force replaces them")
        for name, data in sorted(bundle.files.items()):
            to = folder / name
            to.parent.mkdir(parents=True, exist_ok=True)
            to.write_bytes(data)
    except OSError as wrong:
        raise click.ClickException(f"{wrong.filename}: {wrong.strerror}") from wrong
    click.echo(f"{len(bundle.files)} files of edition {number} are in {folder}")
    if parts.settings.texts_dir is not None and any("texts/" in name for name in bundle.files):
        click.echo(f"its texts are in {folder / 'texts'}; the hospital's stand in {parts.settings.texts_dir}")


def _differs(file: Path, data: bytes) -> bool:
    return file.exists() and file.read_bytes() != data
