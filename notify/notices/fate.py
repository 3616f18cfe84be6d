"""What became of an event: whether it called anybody, and why it did not."""

from __future__ import annotations

import enum


class Fate(enum.StrEnum):
    """The string is what the table stores."""

    PLANNED = "planned"  # notices follow
    NOBODY = "nobody"  # no rule takes it: nobody is called, and that is reported
    SILENT = "silent"  # no rule takes it, and the file says that it is meant so
    STALE = "stale"  # too old when it came: reported, and nobody is called
    SAME_VISIT = "same_visit"  # another system, or another message, reported the same shortly before
    TAKEN_BACK = "taken_back"  # notices followed, or would have; a later event took it back
    REVISED = "revised"  # it took back or corrected earlier ones
    EARLY = "early"  # what it takes back has not come yet
    UNMATCHED = "unmatched"  # what it takes back cannot be told: told itself
