"""What is live in this engine: one edition with its voice and its rules of notices, swapped by one assignment.

Calls take what is on the air when they begin and keep it. Which edition it should be is for the
start (`editions.first`) and for the watch (`editions.watch`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from editions.store import EditionHead, StoredEdition
from hospital.fees.scheme import Insurance
from ivr.call.edition import Edition, OnAir
from ivr.numbers import Numbers
from notify.notices.rules import NoticeRules


@dataclass(frozen=True, slots=True)
class LiveEdition:
    """An edition that was read, checked and given a voice."""

    head: EditionHead
    air: OnAir
    rules: NoticeRules
    insurance: Insurance = field(default_factory=Insurance)


Opens: TypeAlias = Callable[[StoredEdition], LiveEdition]
"""Reads and checks an edition: up to seconds of work, so not on the reactor's thread. Raises `FilesError` for one
that cannot be used, `PromptError` when its recordings cannot be read."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A newer edition that this engine could not use."""

    head: EditionHead
    why: str


class Live:
    """The edition in use. `air` and `rules` are asked by those who begin something."""

    def __init__(self, first: LiveEdition) -> None:
        self.now = first
        """Replaced whole, never changed."""

    def air(self) -> OnAir:
        """For a call that begins."""
        return self.now.air

    def edition(self) -> Edition:
        """For whoever tells of a call that begins."""
        return self.now.air.edition

    def numbers(self) -> Numbers:
        """What answers each number now."""
        return self.now.air.edition.numbers

    def insurance(self) -> Insurance:
        """For whoever asks what a stay comes to."""
        return self.now.insurance

    def rules(self) -> NoticeRules:
        """For a transaction on notices, or a message that came in."""
        return self.now.rules
