"""The files of an edition, written into a folder as the start of further edits. Nothing there is deleted."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from db.database import Database
from editions.base import remember
from editions.bundle import Bundle
from editions.store import EditionHead
from forms.errors import FilesBroken


@dataclass(frozen=True, slots=True)
class Fetched:
    """They are there."""

    files: int
    remembered: bool
    """The folder holds the edition and nothing else: what is edited there from now on is edited from it."""


@dataclass(frozen=True, slots=True)
class Standing:
    """These are there with another content; nothing was written."""

    files: tuple[str, ...]


def write_files(
    database: Database, number: int, bundle: Bundle, folder: Path, texts: Path | None, *, replace: bool = False
) -> Fetched | Standing:
    """The flows into `folder`, `tests` and `texts` below it. Raises `OSError`.

    `texts`: the folder of texts that is published with this one.
    """
    standing = tuple(sorted(name for name, data in bundle.files.items() if _differs(folder / name, data)))
    if standing and not replace:
        return Standing(standing)
    for name, data in sorted(bundle.files.items()):
        to = folder / name
        to.parent.mkdir(parents=True, exist_ok=True)
        to.write_bytes(data)
    whole = _holds(folder, texts, bundle)
    if whole:
        remember(database, folder, EditionHead(number, bundle.digest))
    return Fetched(len(bundle.files), whole)


def _holds(folder: Path, texts: Path | None, bundle: Bundle) -> bool:
    """Whether just this edition lies there: an older file that is left over was not edited from it."""
    try:
        return Bundle.of_folder(folder, texts).digest == bundle.digest
    except FilesBroken:
        return False


def _differs(file: Path, data: bytes) -> bool:
    return file.exists() and file.read_bytes() != data
