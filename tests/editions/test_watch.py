"""An engine notices what is published, and serves on whatever happens to it, on both databases."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from twisted.internet.defer import Deferred

from background.threads import at_once
from db.database import Database, ImmediateTransactions, Transactions
from db.errors import DatabaseAway
from editions import engines, store
from editions.engines import EngineRecord
from editions.first import NoEditionUsable, begin, log_start
from editions.live import Live, LiveEdition
from editions.status import disk_against
from editions.store import StoredEdition
from editions.watch import EditionWatch
from prompts.errors import StudioError
from tests.editions.conftest import BROKEN, Opens, Publisher, bundle, other
from tests.faults import Faults


class MayBeAway:
    """A database that can be switched off."""

    def __init__(self, database: Database) -> None:
        self._inner = ImmediateTransactions(database)
        self.away = False

    async def run(self, work: Any, *args: Any, **kwargs: Any) -> Any:
        if self.away:
            raise DatabaseAway("the server is gone")
        return await self._inner.run(work, *args, **kwargs)


class Engine:
    """One engine that started on what was published."""

    def __init__(
        self,
        publisher: Publisher,
        name: str = "engine-a",
        opens: Opens | None = None,
        aside: Callable[[Callable[[], LiveEdition]], Awaitable[Any]] = at_once,
        transactions: Transactions | None = None,
    ) -> None:
        self.publisher = publisher
        begun = begin(publisher.database, bundle, lambda _: None, publisher.opens, "root", publisher.now())
        log_start(begun, disk_against(publisher.database, begun.live.head, bundle))
        self.live = Live(begun.live)
        self.watch = EditionWatch(
            transactions or ImmediateTransactions(publisher.database),
            self.live,
            opens or publisher.opens,
            aside,
            name,
            publisher.now,
            begun.refused,
        )
        self.name = name

    def looks(self) -> int:
        """A second went by; the number of what is served now."""
        self.watch.tick()
        return self.serves

    @property
    def serves(self) -> int:
        assert self.live.now.head.number == self.live.air().edition.version
        return self.live.now.head.number

    def said(self) -> EngineRecord:
        [found] = [one for one in self.publisher.database.run_now(engines.engines) if one.name == self.name]
        return found


@pytest.fixture
def engine(publisher: Publisher) -> Engine:
    return Engine(publisher)


# The start


def test_the_first_start_publishes_the_files_on_disk(engine: Engine) -> None:
    assert engine.serves == 1
    [first] = engine.publisher.database.run_now(store.history)
    assert (first.who, first.why) == ("root", "first start")
    assert Engine(engine.publisher).serves == 1  # later starts don't
    assert len(engine.publisher.database.run_now(store.history)) == 1


def test_a_start_takes_the_newest_that_passes_and_says_so(publisher: Publisher, faults: Faults) -> None:
    publisher.publishes(bundle())
    publisher.publishes(other("two"))
    publisher.publishes(BROKEN)  # as after an upgrade of the program
    engine = Engine(publisher)
    assert engine.serves == 2
    assert engine.looks() == 2
    assert publisher.opened == [3, 2]  # and it's not read again each second
    told = engine.said()
    assert (told.edition, told.refused) == (2, 3)
    assert "E204" in told.refusal


def test_when_no_edition_passes_it_refuses_with_all_the_mistakes(publisher: Publisher) -> None:
    publisher.publishes(BROKEN)
    with pytest.raises(NoEditionUsable, match=r"(?s)the newest is edition 1:\n.*E204.*flows publish"):
        Engine(publisher)


# What is published while it runs


def test_what_is_published_is_live_within_a_second(engine: Engine) -> None:
    before = engine.live.air()
    engine.publisher.publishes(other("two"))
    assert engine.looks() == 2
    assert engine.live.air().edition.flows.flows["main"].title == "two"
    assert before.edition.flows.flows["main"].title == "Main"  # what a call in progress holds
    assert engine.said().serves(engine.publisher.database.run_now(store.history)[0])


def test_engines_on_one_database_each_notice_for_themselves(publisher: Publisher) -> None:
    one, two = Engine(publisher, "engine-a"), Engine(publisher, "engine-b")
    publisher.publishes(other("two"))
    assert (one.looks(), two.serves) == (2, 1)
    assert two.looks() == 2
    assert [one.said().edition, two.said().edition] == [2, 2]


def test_a_broken_edition_is_refused_once_and_the_next_right_one_is_taken(engine: Engine) -> None:
    engine.publisher.publishes(BROKEN)
    for _ in range(5):
        assert engine.looks() == 1
    assert engine.publisher.opened == [1, 2]
    assert engine.said().refused == 2
    engine.publisher.publishes(other("three"))
    assert engine.looks() == 3
    assert engine.said().refused is None


def test_a_row_changed_by_hand_is_refused(engine: Engine) -> None:
    engine.publisher.publishes(other("two"))
    engine.publisher.database.run_now(lambda session: session.execute(text("UPDATE editions SET files = '{}'")))
    assert engine.looks() == 1
    assert "changed by hand" in engine.said().refusal


def test_editions_deleted_by_hand_leave_the_line_as_it_is(engine: Engine) -> None:
    engine.publisher.publishes(other("two"))
    assert engine.looks() == 2
    engine.publisher.database.run_now(lambda session: session.execute(text("DELETE FROM editions WHERE number = 2")))
    assert engine.looks() == 1  # what is the newest now
    engine.publisher.publishes(other("another two"))
    assert engine.looks() == 2  # a number used again is not taken for the old one
    assert engine.live.air().edition.flows.flows["main"].title == "another two"
    engine.publisher.database.run_now(lambda session: session.execute(text("DELETE FROM editions")))
    assert engine.looks() == 2


def test_the_check_goes_on_aside_and_is_not_begun_twice(publisher: Publisher) -> None:
    waiting: list[Deferred[None]] = []

    async def slow(work: Callable[[], LiveEdition]) -> LiveEdition:
        waiting.append(Deferred())
        await waiting[-1]
        return work()

    engine = Engine(publisher, aside=slow)
    publisher.publishes(other("two"))
    for _ in range(3):
        assert engine.looks() == 1
    [work] = waiting
    publisher.publishes(other("three"))  # while two is checked
    work.callback(None)
    assert engine.serves == 2
    engine.looks()
    waiting[-1].callback(None)
    assert engine.serves == 3


def test_recordings_that_cannot_be_read_are_tried_again_later(publisher: Publisher) -> None:
    gone = [True]

    def opens(stored: StoredEdition) -> LiveEdition:
        if gone[0]:
            publisher.opened.append(0)
            raise StudioError("recordings_dir /r: there is no such folder")
        return publisher.opens(stored)

    engine = Engine(publisher, opens=opens)
    publisher.publishes(other("two"))
    assert [engine.looks(), engine.looks()] == [1, 1]
    assert publisher.opened == [1, 0]
    gone[0] = False
    publisher.hours += 1
    assert engine.looks() == 2


def test_a_fault_of_the_check_itself_is_logged_and_the_line_goes_on(publisher: Publisher, faults: Faults) -> None:
    def opens(stored: StoredEdition) -> LiveEdition:
        raise KeyError("ours")

    engine = Engine(publisher, opens=opens)
    publisher.publishes(other("two"))
    assert [engine.looks(), engine.looks()] == [1, 1]
    assert len(faults.expected()) == 1
    assert engine.said().refusal == "the check failed unexpectedly: KeyError"


def test_the_watch_outlives_the_database(publisher: Publisher) -> None:
    transactions = MayBeAway(publisher.database)
    engine = Engine(publisher, transactions=transactions)
    publisher.publishes(other("two"))
    transactions.away = True
    assert [engine.looks(), engine.looks()] == [1, 1]
    transactions.away = False
    assert engine.looks() == 2


def test_an_engine_gives_a_sign_of_life_and_says_when_it_leaves(engine: Engine) -> None:
    engine.looks()
    first = engine.said().seen_at
    engine.looks()
    assert engine.said().seen_at == first  # not each second
    engine.publisher.hours += 1
    engine.looks()
    assert engine.said().seen_at == first + timedelta(hours=1)
    Deferred.fromCoroutine(engine.watch.leave())
    assert engine.publisher.database.run_now(engines.engines) == []
