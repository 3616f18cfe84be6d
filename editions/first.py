"""The edition that an engine starts with: the newest that this version of the program can use.

A database without any gets the files on disk as edition 1. From then on files on disk count only once they are
published.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from twisted.logger import Logger

from db.database import Database
from editions.bundle import Bundle
from editions.live import LiveEdition, Opens, Refused
from editions.status import Disk, Unreadable
from editions.store import Proof, Published, as_texts, fetch, history, newest, publish
from forms.errors import FilesError

log = Logger()

FIRST = "first start"


class NoEditionUsable(FilesError):
    """There are editions, and this version of the program can use none of them."""

    def __init__(self, unusable: Sequence[Refused]) -> None:
        told = f"the newest is edition {unusable[0].head.number}:\n{unusable[0].why}" if unusable else "all are gone"
        super().__init__(
            f"no published edition can be used by this version; {told}\n"
            "correct the files on disk (`wardbell flows check`), `wardbell flows publish`, then start again"
        )
        self.unusable = unusable


@dataclass(frozen=True, slots=True)
class Begun:
    """What is served from the start."""

    live: LiveEdition
    unusable: Sequence[Refused] = ()
    """The newer ones, newest first: this version cannot use them."""
    made: bool = False
    """It is edition 1, made of the files on disk just now."""

    @property
    def refused(self) -> Refused | None:
        """The newest edition, when that is not served."""
        return self.unusable[0] if self.unusable else None


def begin(
    database: Database,
    on_disk: Callable[[], Bundle],
    check: Callable[[Bundle], object],
    opens: Opens,
    who: str,
    now: datetime,
) -> Begun:
    """What to serve. Blocks.

    Raises `FilesBroken` with all the mistakes when the first edition would be made of files that do
    not pass `check`, `NoEditionUsable` when no edition passes.
    """
    made = False
    if database.run_now(newest) is None:
        bundle = on_disk()
        check(bundle)
        came = database.run_now(publish, Proof(as_texts(bundle), bundle.digest, who, FIRST), 0, now)
        made = isinstance(came, Published)  # else another engine was quicker
    unusable: list[Refused] = []
    tried: set[str] = set()
    for record in database.run_now(history):
        if record.digest in tried:
            continue  # the same files under another number
        tried.add(record.digest)
        stored = database.run_now(fetch, record.number)
        if stored is None:
            continue
        try:
            return Begun(opens(stored), tuple(unusable), made)
        except FilesError as wrong:
            unusable.append(Refused(record.head, str(wrong)))
    raise NoEditionUsable(unusable)


def log_start(begun: Begun, disk: Disk) -> None:
    """Lines in the log: what is served, what cannot be, and how the files on disk stand to it."""
    number = begun.live.head.number
    if begun.made:
        log.info("edition 1 is published: the files on disk, at the first start")
    for one in begun.unusable:
        log.error("edition {n} cannot be used by this version:", n=one.head.number)
        for line in one.why.splitlines():
            log.error("{line}", line=line)
    if begun.refused is not None:
        log.error(
            "EDITION {newest} CANNOT BE USED by this version; edition {n} is served instead:"
            " correct the files and `wardbell flows publish`",
            newest=begun.refused.head.number,
            n=number,
        )
    if isinstance(disk, Unreadable):
        log.warn("the files on disk cannot be read, edition {n} is served: {wrong}", n=number, wrong=disk.mistakes)
    elif disk is not None:
        log.warn(
            "the files on disk differ from edition {n}, which is served: see `wardbell flows diff`,"
            " and `wardbell flows publish` to put them live",
            n=number,
        )
