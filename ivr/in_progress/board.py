"""All calls in progress of this engine: a book that lets whoever watches see what is written into another one.

While nobody watches, a call costs a few assignments for each thing that happens in it, and nothing is drawn up. One
watcher is enough: who shows it to many people is for the web. All of it belongs to the reactor's thread.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeAlias

from twisted.logger import Logger

from background.reactor import Time, Timer, call_later
from ivr.call.book import Book, CallBegun, CallNotes
from ivr.call.edition import Edition
from ivr.in_progress.call_now import CallNow
from ivr.in_progress.line_now import TrunkNow, trunk_after
from ivr.in_progress.page import Page
from ivr.in_progress.step_words import StepWords

log = Logger()

Changes: TypeAlias = Mapping[str, CallNow | None]
"""Call id -> how it stands; None: it is over."""

GATHER = 0.2
"""Seconds for which changes gather before whoever watches is told: a call that runs through ten steps is told once."""


class CallsInProgress:
    """Implements `Book`; `calls` is asked at any time, `watch` tells of what changes."""

    def __init__(
        self, book: Book, editions: Callable[[], Edition], clock: Time, wallclock: Callable[[], datetime]
    ) -> None:
        """`editions`: the one that a call which begins now will keep."""
        self._book = book
        self._editions = editions
        self._clock = clock
        self._wallclock = wallclock
        self._words = StepWords()
        self._pages: dict[str, Page] = {}
        self._changed: dict[str, None] = {}
        self._tell: Callable[[Changes], None] | None = None
        self._soon: Timer | None = None
        self.trunk = TrunkNow()
        """How it answered last."""

    def begin(self, facts: CallBegun) -> CallNotes:
        """As `Book.begin`."""
        kept = self._book.begin(facts)
        try:
            page = Page(kept, facts, self._editions, self._wallclock, self._note, self._forget, self._on_trunk)
            self._pages[facts.call_id] = page
            self._note(page)
        except Exception:  # noqa: BLE001 - the call goes on, whether or not it can be watched
            log.failure("call {call} cannot be watched", call=facts.call_id)
            return kept
        return page

    def calls(self) -> tuple[CallNow, ...]:
        """Every call in progress, the oldest first."""
        return tuple(page.shown(self._words) for page in self._pages.values())

    def call(self, call_id: str) -> CallNow | None:
        """One of them; None: it is over, or another engine's."""
        page = self._pages.get(call_id)
        return None if page is None else page.shown(self._words)

    def note(self, call_id: str, kind: str, **detail: Any) -> bool:
        """Write into the page of a call what was done to it from outside; False when it is over."""
        page = self._pages.get(call_id)
        if page is not None:
            page.event(kind, **detail)
        return page is not None

    def watch(self, tell: Callable[[Changes], None]) -> None:
        """Tell of what changes from now on. `tell` must not wait, nor raise."""
        self._tell = tell

    def unwatch(self) -> None:
        """Nobody watches any more."""
        self._tell = None
        self._changed.clear()
        if self._soon is not None and self._soon.active():
            self._soon.cancel()
        self._soon = None

    def _note(self, page: Page) -> None:
        if self._tell is None:
            return
        self._changed[page.call_id] = None
        if self._soon is None:
            self._soon = call_later(self._clock, GATHER, self._say)

    def _forget(self, page: Page) -> None:
        self._pages.pop(page.call_id, None)
        self._note(page)

    def _on_trunk(self, leg: dict[str, Any]) -> None:
        self.trunk = trunk_after(self.trunk, leg, self._wallclock())

    def _say(self) -> None:
        self._soon = None
        changed, self._changed = self._changed, {}
        if self._tell is not None:
            self._tell({call_id: self.call(call_id) for call_id in changed})
