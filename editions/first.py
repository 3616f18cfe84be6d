"""The edition that an engine starts with: the newest that this version of the program can use.

A database without any gets the files on disk as edition 1. From then on files on disk count only once they are
published.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from twisted.logger import Logger

from db.database import Database
from editions.bundle import Bundle
from editions.live import LiveEdition, Opens, Refused
from editions.store import Draft, Published, as_texts, fetch, history, newest, publish
from forms.errors import FilesError

log = Logger()

FIRST = "first start"


class NoEditionUsable(FilesError):
    """There are editions, and this version of the program can use none of them."""


def begin(
    database: Database,
    on_disk: Callable[[], Bundle],
    check: Callable[[Bundle], object],
    opens: Opens,
    who: str,
    now: datetime,
) -> tuple[LiveEdition, Refused | None]:
    """What to serve, and the newest edition when that is another. Blocks.

    Raises `FilesBroken` with all the mistakes when the first edition would be made of files that do
    not pass `check`, `NoEditionUsable` when no edition passes.
    """
    if database.run_now(newest) is None:
        bundle = on_disk()
        check(bundle)
        came = database.run_now(publish, Draft(as_texts(bundle), bundle.digest, who, FIRST), 0, now)
        if isinstance(came, Published):  # else another engine was quicker
            log.info("edition 1 is published: the files on disk, at the first start")
    refused: Refused | None = None
    tried: set[str] = set()
    for record in database.run_now(history):
        if record.digest in tried:
            continue  # the same files under another number
        tried.add(record.digest)
        stored = database.run_now(fetch, record.number)
        if stored is None:
            continue
        try:
            found = opens(stored)
        except FilesError as wrong:
            log.error("edition {n} cannot be used by this version:", n=record.number)
            for line in str(wrong).splitlines():
                log.error("{line}", line=line)
            refused = refused or Refused(record.head, str(wrong))
            continue
        if refused is not None:
            log.error(
                "EDITION {newest} CANNOT BE USED by this version; edition {n} is served instead:"
                " correct the files and `wardbell flows publish`",
                newest=refused.head.number,
                n=found.head.number,
            )
        return found, refused
    told = f"the newest is edition {refused.head.number}:\n{refused.why}" if refused else "all are gone"
    raise NoEditionUsable(
        f"no published edition can be used by this version; {told}\n"
        "correct the files on disk (`wardbell flows check`), `wardbell flows publish`, then start again"
    )


def tell_difference(live: LiveEdition, on_disk: Callable[[], Bundle]) -> None:
    """A line in the log when the files on disk are not what is served."""
    try:
        same = on_disk().digest == live.head.digest
    except FilesError as wrong:
        log.warn("the files on disk cannot be read, edition {n} is served: {wrong}", n=live.head.number, wrong=wrong)
        return
    if not same:
        log.warn(
            "the files on disk differ from edition {n}, which is served: see `wardbell flows diff`,"
            " and `wardbell flows publish` to put them live",
            n=live.head.number,
        )
