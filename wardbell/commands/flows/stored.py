"""Editions out of the database for the commands that show them; what is not there is reported in a sentence."""

from __future__ import annotations

import click

from editions import store
from editions.bundle import Bundle
from editions.store import EditionDamaged, EditionRecord
from wardbell.parts import Parts


def bundle_of(parts: Parts, number: int) -> Bundle:
    """The files of an edition."""
    stored = parts.database.run_now(store.fetch, number)
    if stored is None:
        raise click.ClickException(f"there is no edition {number}: `wardbell flows history` lists them")
    try:
        return stored.bundle()
    except EditionDamaged as damaged:
        raise click.ClickException(str(damaged)) from damaged


def live_record(parts: Parts) -> EditionRecord:
    """The newest edition."""
    found = parts.database.run_now(store.newest)
    if found is None:
        raise nothing_published()
    return found


def nothing_published() -> click.ClickException:
    """There is no edition to show."""
    return click.ClickException(
        "nothing was published yet: the first start of the service publishes the files on disk,"
        " or `wardbell flows publish` now"
    )


def when(parts: Parts, record: EditionRecord) -> str:
    """When it was published, by the hospital's clock."""
    return record.at.astimezone(parts.zone).strftime("%Y-%m-%d %H:%M")


def told(parts: Parts, record: EditionRecord) -> str:
    """An edition in a line."""
    back = f" (files of {record.files_of})" if record.files_of is not None else ""
    return f"edition {record.number}{back}: {when(parts, record)}, {record.who}: {record.why}"
