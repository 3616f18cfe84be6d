"""Which edition the files in a folder were edited from: a line in `.edition`, beside the flows.

    2026-11-28T08:15:03.123456+00:00 12 5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef

The moment of its first edition names the hospital's line, for a folder may be published to a trial line and then to the
real one; number and digest name the edition. The file goes where the flows go, into a repository and out of it: it
tells of the files that it lies beside. Publishing and fetching write it; nothing else reads it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from db.database import Database
from editions.store import EditionHead, began

FILE = ".edition"
_ABOUT = (
    "# Which published edition these files were edited from. Keep it with them; `wardbell flows publish` reads and\n"
    "# writes it.\n"
)
_LONGEST = 100_000


def base_of(database: Database, folder: Path) -> EditionHead | None:
    """The edition of this line that the files in `folder` were edited from; None: it is not known."""
    first = database.run_now(began)
    if first is None:
        return None
    found = [head for line, head in _lines(folder) if line == first]
    return found[0] if len(set(found)) == 1 else None  # two: a merge that nobody finished


def remember(database: Database, folder: Path, head: EditionHead) -> None:
    """The files in `folder` are those of `head`, and further edits start from it. Raises `OSError`."""
    first = database.run_now(began)
    if first is None:
        return
    here = list(_lines(folder))
    if [known for line, known in here if line == first] == [head]:
        return
    others = [(line, known) for line, known in here if line != first]
    lines = sorted({*others, (first, head)}, key=lambda pair: (pair[0], pair[1].number))
    told = "".join(f"{line.isoformat()} {known.number} {known.digest}\n" for line, known in lines)
    new = folder / f"{FILE}.{os.getpid()}"
    try:  # whoever may edit here may replace a file of somebody else
        new.write_text(_ABOUT + told, encoding="ascii")
        new.replace(folder / FILE)
    finally:
        new.unlink(missing_ok=True)


def _lines(folder: Path) -> Iterator[tuple[datetime, EditionHead]]:
    """What can be read of the file: of each line its first moment and the edition."""
    try:
        with (folder / FILE).open(encoding="ascii", errors="replace") as file:
            text = file.read(_LONGEST)
    except OSError:
        return
    for line in text.splitlines():
        with suppress(ValueError):
            first, number, digest = line.split()
            yield datetime.fromisoformat(first), EditionHead(int(number), digest)
