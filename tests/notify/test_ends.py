"""The ends of many calls come at once: written together, and none waits for another that the database refuses."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from twisted.internet.defer import Deferred

from background.spawn import spawn
from db.errors import DatabaseAway, DatabaseFault
from ivr.call.order import CallResult
from ivr.switch.line import Cause
from notify.notices.ends import TOGETHER, End, Ends
from notify.notices.telephone_locks import Hold
from tests.notify.story import STATION, Story

END = CallResult(Cause.NO_ANSWER)


class Slow:
    """Transactions that are written when the test says so."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self._answers: list[Deferred[None]] = []

    async def run(self, work: Any, rules: Any, phonebook: Any, ends: list[End], now: Any) -> None:
        self.batches.append([end.attempt_id for end in ends])
        answer: Deferred[None] = Deferred()
        self._answers.append(answer)
        await answer

    def answer(self, wrong: Exception | None = None) -> None:
        """To what waits longest."""
        answer = self._answers.pop(0)
        answer.callback(None) if wrong is None else answer.errback(wrong)


def ends_over(story: Story, slow: Slow, count: int) -> list[int]:
    """So many end at once; those that are written, as it goes on."""
    written: list[int] = []
    ends = Ends(replace(story.parts, transactions=slow))

    async def write(number: int) -> None:
        await ends.write(End(number, END, Hold(STATION, "a", number), False))
        written.append(number)

    for number in range(count):
        spawn(write(number), "an end")
    return written


def test_ends_that_come_while_one_is_written_share_the_next_transaction(story: Story) -> None:
    slow = Slow()
    written = ends_over(story, slow, TOGETHER + 6)
    assert slow.batches == [[0]]
    slow.answer()
    assert written == [0]
    assert slow.batches[1:] == [list(range(1, TOGETHER + 1))]
    slow.answer()
    assert slow.batches[2:] == [list(range(TOGETHER + 1, TOGETHER + 6))]
    slow.answer()
    assert written == list(range(TOGETHER + 6))


def test_one_that_the_database_refuses_keeps_none_waiting(story: Story) -> None:
    slow = Slow()
    written = ends_over(story, slow, 4)
    slow.answer()
    slow.answer(DatabaseFault("one of them is odd"))
    assert slow.batches[2:] == [[1], [2], [3]]
    slow.answer(DatabaseFault("this one"))
    slow.answer()
    slow.answer()
    assert written == [0, 2, 3]
    story.clock.advance(1)
    slow.answer()
    assert written == [0, 2, 3, 1]


def test_an_end_waits_for_a_database_that_is_away(story: Story) -> None:
    slow = Slow()
    written = ends_over(story, slow, 1)
    for _ in range(3):
        slow.answer(DatabaseAway("gone"))
        story.clock.advance(1)
    slow.answer()
    assert written == [0]
