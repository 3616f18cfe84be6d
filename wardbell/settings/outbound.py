"""Calling out."""

from __future__ import annotations

from pydantic import Field

from wardbell.settings.section import Section


class Outbound(Section):
    """How many lines calling out may use."""

    reserve: int = Field(default=1, ge=0)
    """Lines that outgoing calls leave free for callers; alerts may use all but these."""
    alerts: int = Field(default=1, ge=0)
    """Lines that every other outgoing call leaves free for alerts."""
