"""How long something took, coarse enough to be counted by and fine enough to tell: exact to the second up to a minute,
to 5 seconds up to ten, to half a minute up to an hour, to 5 minutes up to a day, to an hour beyond.

Counts by span can be added up over days; a middle or a tenth of many days can be told from them, of stored middles it
could not.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

MINUTE, HOUR, DAY = 60, 3_600, 86_400
NEVER = -1
"""The span of what did not happen."""
LONGEST = 400 * DAY
_WIDTHS = ((MINUTE, 1), (10 * MINUTE, 5), (HOUR, 30), (DAY, 300), (LONGEST, HOUR))


def span(seconds: float) -> int:
    """The beginning of the span that `seconds` lies in, in seconds. What is negative (a clock was set) counts as 0."""
    whole = int(min(max(seconds, 0), LONGEST - 1))
    width = _width(whole)
    return whole // width * width


def end(begin: int) -> int:
    """The end of the span that begins at `begin`: whatever lies in it took less."""
    return begin + _width(begin)


def quantile(counts: Mapping[int, int], share: float) -> int | None:
    """Seconds within which `share` (0 to 1) of what is counted by span was done; None when there is nothing.

    Rounded up to the end of a span: it never sounds better than it was."""
    total = sum(counts.values())
    wanted = max(1, math.ceil(share * total))
    seen = 0
    for begin in sorted(counts):
        seen += counts[begin]
        if total and seen >= wanted:
            return end(begin)
    return None


def within(counts: Mapping[int, int], seconds: int) -> int:
    """How many took less than `seconds`, which is the beginning of a span."""
    return sum(count for begin, count in counts.items() if begin < seconds)


def _width(whole: int) -> int:
    return next(width for limit, width in _WIDTHS if whole < limit)
