"""`wardbell db`: the tables and their version."""

from __future__ import annotations

import click

from db import migrate, version
from wardbell.commands.who import hand
from wardbell.parts import Parts


@click.group()
def db() -> None:
    """Make and upgrade the database's tables."""


@db.command("upgrade")
@click.pass_obj
def upgrade(parts: Parts) -> None:
    """Bring the tables to this version. Safe to run again; make a backup before it on a live site."""
    parts.data_dir()
    before = version.current(parts.settings.database_url)
    migrate.upgrade(parts.settings.database_url)
    if before != (now := version.head()):
        noted = hand(parts)
        parts.database.run_now(lambda session: noted.note(session, "upgrade", "database", now, before=before or ""))
    click.echo(f"database at {version.head()}")


@db.command("current")
@click.pass_obj
def current(parts: Parts) -> None:
    """Print the version of the tables, and the version that is needed."""
    found = version.current(parts.settings.database_url)
    click.echo(f"database at {found or 'no version yet'}, needed {version.head()}")
    if found != version.head():
        raise click.exceptions.Exit(1)
