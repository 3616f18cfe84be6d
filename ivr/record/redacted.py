"""What may be said of a person in a log: numbers that show their last digits and no more.

Logs go to places that tables do not (files, journals, screens). The whole number stands in
the `calls` table, where rights and retention apply.
"""

from __future__ import annotations

from dataclasses import dataclass

SHOWN = 3


@dataclass(frozen=True, slots=True)
class Number:
    """A telephone or card number. `str()` hides all but its last three digits."""

    whole: str

    def __str__(self) -> str:
        if len(self.whole) <= SHOWN:
            return self.whole  # an extension: it names a room, not a person
        return "…" + self.whole[-SHOWN:]

    def __repr__(self) -> str:
        return f"Number({self!s})"
