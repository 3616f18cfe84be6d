"""What it costs a call that its progress can be watched: a bench without telephones.

    python -m bench.watching

A call begins, is answered, goes through some steps of a shipped flow with prompts and keys, and ends; its book keeps
nothing. Once with the book of calls alone, once with what is seen of calls over it, once while somebody watches.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from twisted.internet.task import Clock

from editions.declared import ACTIONS
from ivr.call.book import Book, CallBegun
from ivr.call.edition import Edition
from ivr.flow.load import load_sources
from ivr.in_progress.board import GATHER, CallsInProgress
from ivr.numbers import Numbers
from ivr.record.trace import CallBook
from ivr.switch.line import Cause, Ended, Seat
from prompts.catalog import Catalog
from tests.flow.shipped import flow_files

CALLS = 20_000
TOGETHER = 100
"""Calls that go on at a time."""
STEPS = ("welcome", "services", "login", "registration", "more")


class Nowhere:
    """Transactions that keep nothing."""

    async def run(self, work: Any, *args: Any, **kwargs: Any) -> Any:
        return None


def calls(book: Book, clock: Clock) -> float:
    """Microseconds of a call."""
    began = time.process_time()
    for first in range(0, CALLS, TOGETHER):
        names = [f"{number:032x}" for number in range(first, first + TOGETHER)]
        pages = [
            book.begin(CallBegun(name, "in", "1000", "13800000001", "main", "zh", seat=Seat(name, "", "worker 0")))
            for name in names
        ]
        for page in pages:
            page.event("number", number="1000", place="", why="")
            page.answered()
        for step in STEPS:
            for page in pages:
                page.event("step", flow="main", step=step)
                page.event("prompt", prompts=[{"id": "main.welcome"}], heard=True)
                page.event("keys", keys="1")
            clock.advance(GATHER)
        for page in pages:
            page.finished(Ended(Cause.NORMAL, 200, by_peer=True), "hung_up")
        clock.advance(GATHER)
    return (time.process_time() - began) / CALLS * 1e6


def main() -> None:
    """Measure and print."""
    texts = Catalog.load()
    edition = Edition(1, load_sources(flow_files(), texts, ACTIONS), Numbers({}), texts)
    clock = Clock()

    def now() -> datetime:
        return datetime.now(UTC)

    def kept() -> CallBook:
        return CallBook(Nowhere(), clock, now, "bench")

    def seen() -> CallsInProgress:
        return CallsInProgress(kept(), lambda: edition, clock, now)

    def watched() -> CallsInProgress:
        calls = seen()
        calls.watch(lambda changes: None)
        return calls

    kinds: dict[str, Callable[[], Book]] = {"the book alone": kept, "seen": seen, "watched": watched}
    figures = {name: min(calls(make(), clock) for _ in range(3)) for name, make in kinds.items()}
    alone = figures["the book alone"]
    for name, micros in figures.items():
        print(f"{name:<16} {micros:6.1f} µs a call of {len(STEPS) * 3 + 5} notes   {micros - alone:+6.1f}")


if __name__ == "__main__":
    main()
