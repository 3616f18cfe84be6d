"""One edition of what the hospital edits, read and checked: what a call begins with and keeps to its end.

Where editions come from, and when another becomes the current one, is the application's.
"""

from __future__ import annotations

from dataclasses import dataclass

from ivr.call.voice import Voice
from ivr.flow.language import FlowSet
from ivr.numbers import Numbers
from prompts.catalog import Catalog


@dataclass(frozen=True, slots=True)
class Edition:
    """Flows, numbers and texts that fit each other."""

    version: int
    """Its number in the history; 0 when it was never published."""
    flows: FlowSet
    numbers: Numbers
    texts: Catalog


@dataclass(frozen=True, slots=True)
class OnAir:
    """An edition with the voice that speaks its texts: what is swapped as one when another is published."""

    edition: Edition
    voice: Voice
