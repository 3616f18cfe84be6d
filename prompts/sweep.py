"""Throws away clips that nobody will miss: of values (an amount, a slip number) that were heard long ago, and what
a killed process left half written. Texts that callers may hear any minute stay, whatever the limit.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

PART_AGE = 3600.0
"""Seconds after which nobody is writing a half-written file any more."""


@dataclass(frozen=True, slots=True)
class Swept:
    """What came of a sweep; sizes in bytes."""

    kept: int
    kept_bytes: int
    gone: int
    gone_bytes: int

    def __str__(self) -> str:
        return (
            f"{self.gone} clips ({self.gone_bytes / 1e6:.1f} MB) gone, "
            f"{self.kept} ({self.kept_bytes / 1e6:.1f} MB) stay"
        )


@dataclass(frozen=True, slots=True)
class _Clip:
    path: Path
    bytes: int
    heard: float


def sweep(
    folder: Path, keep: Collection[str], *, now: float, limit: int | None, older: float | None, dry: bool = False
) -> Swept:
    """Remove clips of `folder` that are not named in `keep`: those last heard more than `older` seconds before `now`
    (POSIX time), then the longest unheard ones until what is left fits into `limit` bytes. `dry` only counts."""
    kept: list[_Clip] = []
    free: list[_Clip] = []
    for clip in _clips(folder, now, dry):
        name = clip.path.parent.name + clip.path.stem
        (kept if name in keep else free).append(clip)
    free.sort(key=lambda clip: clip.heard)
    size = sum(clip.bytes for clip in (*kept, *free))
    gone: list[_Clip] = []
    for clip in free:
        old = older is not None and now - clip.heard > older
        if not old and (limit is None or size <= limit):
            break
        gone.append(clip)
        size -= clip.bytes
    if not dry:
        for clip in gone:
            clip.path.unlink(missing_ok=True)
    return Swept(len(kept) + len(free) - len(gone), size, len(gone), sum(clip.bytes for clip in gone))


def _clips(folder: Path, now: float, dry: bool) -> Iterator[_Clip]:
    """Every clip. Files that come and go meanwhile are other processes'."""
    for drawer in sorted(folder.glob("??")):
        for entry in os.scandir(drawer):
            try:
                facts = entry.stat()
                if entry.name.endswith(".part"):
                    if now - facts.st_mtime > PART_AGE and not dry:
                        Path(entry.path).unlink(missing_ok=True)
                elif entry.name.endswith(".wav"):
                    yield _Clip(Path(entry.path), facts.st_size, facts.st_mtime)
            except FileNotFoundError:
                continue
