"""Recordings of callers."""

from __future__ import annotations

from pydantic import Field

from wardbell.settings.section import Section


class Recordings(Section):
    """What callers say into the line."""

    keep_days: int = Field(default=30, ge=1, le=36_500)
    """Days that a recording is kept; older ones are deleted by night."""
