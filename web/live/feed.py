"""A document of named things, and the numbered changes by which it came to be what it is.

Whoever has the document as of a number and gets every change after it has the document of now. The last changes are
kept; whoever is further behind needs the document anew. Belongs to one thread; knows neither browsers nor people.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

KEPT = 1_000
"""Changes: some minutes of a busy line."""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing of the document: plain values for JSON, and the word by which it is decided who may see it."""

    value: Mapping[str, Any]
    topic: str


@dataclass(frozen=True, slots=True)
class Was:
    """How one thing changed. None: it was not there, it is not there any more."""

    before: Item | None
    after: Item | None


@dataclass(frozen=True, slots=True)
class Change:
    """What changed at once."""

    number: int
    of: Mapping[str, Was]


class Feed:
    """The document as of `number`."""

    def __init__(self, kept: int = KEPT) -> None:
        self.number = 0
        self._items: dict[str, Item] = {}
        self._changes: deque[Change] = deque(maxlen=kept)

    @property
    def items(self) -> Mapping[str, Item]:
        """Name -> thing."""
        return self._items

    def put(self, changes: Mapping[str, Item | None]) -> Change | None:
        """Let these things be so, or be gone; None when they were so before."""
        of = {name: Was(before, item) for name, item in changes.items() if (before := self._items.get(name)) != item}
        if not of:
            return None
        for name, was in of.items():
            if was.after is None:
                del self._items[name]
            else:
                self._items[name] = was.after
        self.number += 1
        change = Change(self.number, of)
        self._changes.append(change)
        return change

    def instead(self, beginning: str, items: Mapping[str, Item]) -> Mapping[str, Item | None]:
        """What to `put` so that of all names that begin so there are just these."""
        gone: dict[str, Item | None] = {name: None for name in self._items if name.startswith(beginning)}
        return {**gone, **items}

    def after(self, number: int) -> Sequence[Change] | None:
        """The changes after a number, in order. None: they are not all there any more, or never were."""
        missed = self.number - number
        if missed < 0 or missed > len(self._changes):
            return None
        return tuple(self._last(missed))

    def _last(self, count: int) -> Iterator[Change]:
        for index in range(len(self._changes) - count, len(self._changes)):
            yield self._changes[index]
