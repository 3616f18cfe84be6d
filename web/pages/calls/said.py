"""The texts of an edition, to tell what was said in a call of it. A call of long ago is told by what was said then."""

from __future__ import annotations

from functools import lru_cache

from db.database import Database
from editions.bundle import TEXTS
from editions.store import fetch
from forms.errors import FilesBroken, FilesError
from prompts.catalog import Catalog

KEPT = 4
"""Editions whose texts are kept in memory: to read them takes longer than to make a page."""


@lru_cache(maxsize=KEPT)
def texts_of(database: Database, edition: int | None) -> Catalog:
    """Those of a published edition; the shipped ones where it is unknown or cannot be read any more."""
    stored = database.run_now(fetch, edition) if edition else None
    if stored is not None:
        try:
            return Catalog.read(stored.bundle().under(TEXTS))
        except (FilesError, FilesBroken):
            pass
    return _shipped()


@lru_cache(maxsize=1)
def _shipped() -> Catalog:
    return Catalog.load()
