"""Calls measured as they are noted: a book in front of the one that keeps them."""

from __future__ import annotations

from collections.abc import Callable

from ivr.call.book import Book, CallBegun, CallNotes
from ivr.record.legs import Legs
from ivr.switch.line import Ended
from wardbell.metrics.metrics import Metrics


class MeasuredBook:
    """Implements `Book`. `seconds`: a clock that never goes back."""

    def __init__(self, book: Book, metrics: Metrics, seconds: Callable[[], float]) -> None:
        self._book = book
        self._metrics = metrics
        self._seconds = seconds

    def begin(self, facts: CallBegun) -> CallNotes:
        """As `Book.begin`."""
        return _Page(self._book.begin(facts), facts, self._metrics, self._seconds)


class _Page:
    """Implements `CallNotes`."""

    def __init__(self, page: CallNotes, facts: CallBegun, metrics: Metrics, seconds: Callable[[], float]) -> None:
        self._page = page
        self._facts = facts
        self._metrics = metrics
        self._seconds = seconds
        self._began = seconds()
        self.event = page.event
        """As `Notes.event`: straight to the page, for it is asked most."""

    @property
    def legs(self) -> Legs:
        """As `Notes.legs`."""
        return self._page.legs

    def rang(self) -> None:
        """As `CallNotes.rang`."""
        self._page.rang()

    def answered(self) -> None:
        """As `CallNotes.answered`."""
        self._page.answered()
        self._metrics.setup.labels(self._facts.direction).observe(self._seconds() - self._began)

    def hung_up(self, end: Ended) -> None:
        """As `CallNotes.hung_up`."""
        self._page.hung_up(end)

    def finished(self, end: Ended, outcome: str) -> None:
        """As `CallNotes.finished`."""
        self._page.finished(end, outcome)
        self._metrics.call_over(self._facts.direction, self._facts.flow, outcome)
