"""The engine dies, the database goes away, two engines share one database: nothing is lost, nobody who
confirmed is called again."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from db.database import Database
from db.errors import DatabaseAway
from ivr.call.order import CallResult
from notify.notices.addressee import of_ward
from notify.notices.attempts import finish
from notify.notices.budget import Room
from notify.notices.claim import claim
from notify.notices.plan import plan
from notify.notices.stopping import confirm
from notify.notices.telephone import NoticeOrder
from tests.faults import Faults
from tests.notify.story import BUSY, HEAD_NURSE, NOON, STATION, UNCONFIRMED, Failing, Story, adt, everywhere, read


class Killed(Exception):
    """The process ends here."""


MANY = 25
"""Transactions of the walk below that are tried; what follows them are idle ticks."""
BEDS = ("1", "2", "3")


@pytest.mark.parametrize("after_commit", [False, True])
@pytest.mark.parametrize("number", range(1, MANY))
def test_whichever_transaction_the_engine_dies_in_no_event_is_lost(
    database: Database, faults: Faults, number: int, after_commit: bool
) -> None:
    """Three admissions: one confirmed at once, one after a busy line, one by the head nurse."""
    failing = Failing(database, Killed())
    failing.after_commit = after_commit
    failing.for_good = True
    failing.fail_at = {number}
    story = Story(database, transactions=failing)
    caller = story.caller
    confirmed: set[int] = set()
    rung_after_confirmation: list[int] = []

    async def nurse(order: NoticeOrder) -> CallResult:
        if order.notice_id in confirmed:
            rung_after_confirmation.append(order.notice_id)
        bed = order.variables["bed"]
        if bed == "2" and sum(1 for other in caller.orders if other.notice_id == order.notice_id) == 1:
            return BUSY
        if bed == "3" and order.target == STATION:
            return UNCONFIRMED
        result = await story.confirms(order)
        confirmed.add(order.notice_id)
        return result

    caller.answers(STATION, nurse)
    caller.answers(HEAD_NURSE, nurse)

    def live_on() -> None:
        """A dead engine is started again on the same rows."""
        if failing.fail_all:
            story.die()
            failing.fail_all = False
            story.start()

    for bed in BEDS:
        while True:  # the HIS sends again until it's acknowledged
            try:
                answer = story.receive(adt(control_id=bed, location=f"W3^301^{bed}"))
            except Killed:
                answer = ""
            live_on()
            if "MSA|AA" in answer:
                break
    for _ in range(50):
        story.wait(10, step=10)
        live_on()
    assert failing.count >= number
    assert story.states() == ["confirmed"] * 3
    assert rung_after_confirmation == []
    assert sorted(str(notice.variables["bed"]) for notice in story.notices()) == list(BEDS)
    assert all("Killed" in fault for fault in faults.expected())


@pytest.mark.parametrize("after_commit", [False, True])
@pytest.mark.parametrize("number", range(2, MANY, 4))
def test_whichever_transaction_the_database_refuses_no_event_is_lost(
    database: Database, number: int, after_commit: bool
) -> None:
    """The database is away for three transactions, or takes them and the answer is lost."""
    failing = Failing(database, DatabaseAway("gone"))
    failing.after_commit = after_commit
    story = Story(database, transactions=failing)
    confirmed: set[int] = set()
    rung_after_confirmation: list[int] = []

    async def nurse(order: NoticeOrder) -> CallResult:
        if order.notice_id in confirmed:
            rung_after_confirmation.append(order.notice_id)
        try:
            outcome = await story.press_confirm(order)
        except DatabaseAway:
            return UNCONFIRMED  # she hears that it wasn't stored
        assert outcome == "confirmed"
        confirmed.add(order.notice_id)
        return UNCONFIRMED

    story.caller.answers(STATION, BUSY, nurse)
    story.caller.answers(HEAD_NURSE, nurse)
    failing.fail_at = {number, number + 1, number + 2}
    for one in ("1", "2", "3"):
        for _ in range(5):
            if "MSA|AA" in story.receive(adt(control_id=one, location=f"W3^301^{one}")):
                break
        else:
            raise AssertionError("never acknowledged")
    story.wait(400, step=10)
    assert story.states() == ["confirmed"] * 3
    assert rung_after_confirmation == []
    assert story.outbox.in_air == ()


def test_an_alert_in_the_air_is_dialled_again_after_a_restart(story: Story) -> None:
    story.receive(adt())
    assert story.caller.targets == [STATION]
    story.start()  # kill -9 while it rings, and a new life
    assert story.caller.targets == [STATION, STATION]
    assert [attempt.cause for attempt in story.attempts()] == ["lost", ""]


def test_a_late_end_of_a_call_from_an_earlier_life_changes_nothing(story: Story) -> None:
    story.receive(adt())
    [first] = story.caller.orders
    story.start()
    story.database.run_now(finish, story.rules, first.attempt_id, BUSY, story.now())
    assert story.states() == ["in_air"]
    assert [attempt.cause for attempt in story.attempts()] == ["lost", ""]


def test_a_key_pressed_in_a_call_whose_lease_was_lost_still_counts(story: Story) -> None:
    story.receive(adt())
    [first] = story.caller.orders
    story.caller.answers(STATION, BUSY)
    story.start()
    assert story.states() == ["waiting"]
    story.database.run_now(confirm, first.notice_id, first.attempt_id, story.now())
    story.wait(600)
    assert story.states() == ["confirmed"]
    assert len(story.caller.orders) == 2


def test_a_dead_engines_calls_are_taken_over_by_another_when_their_lease_ends(story: Story) -> None:
    story.receive(adt())
    other = Story(story.database, clock=story.clock, owner="engine-b")
    for _ in range(29):
        story.clock.advance(1)
        other.outbox.tick()
    # engine-a renews while it lives
    story.clock.advance(1)
    other.outbox.tick()
    assert other.caller.orders == []
    story.outbox._air._renew_later = lambda: None  # type: ignore[method-assign]  # engine-a hangs from here on
    for delayed in story.clock.getDelayedCalls():
        delayed.cancel()
    for _ in range(31):
        story.clock.advance(1)
        other.outbox.tick()
    assert other.caller.targets == [STATION]


def test_draining_lets_a_call_end_and_dials_nothing_more(story: Story) -> None:
    from twisted.internet.defer import Deferred

    story.receive(adt())
    drained = Deferred.fromCoroutine(story.outbox.drain(60))
    story.receive(adt(control_id="2"))
    story.wait(5)
    assert not drained.called
    [order] = story.caller.orders
    story.caller.finish(order, BUSY)
    assert drained.called
    assert story.states() == ["waiting", "waiting"]
    assert story.clock.getDelayedCalls() == []


def test_a_call_that_outlasts_the_drain_is_hung_up_and_rings_again_at_the_next_start(story: Story) -> None:
    from twisted.internet.defer import Deferred

    story.receive(adt())
    drained = Deferred.fromCoroutine(story.outbox.drain(60))
    story.clock.advance(60)
    assert drained.called
    assert len(story.caller.cancelled) == 1
    assert story.states() == ["waiting"]
    story.start()
    assert story.caller.targets == [STATION, STATION]


def test_draining_ends_even_when_the_database_is_away(database: Database) -> None:
    from twisted.internet.defer import Deferred

    failing = Failing(database, DatabaseAway("gone"))
    story = Story(database, transactions=failing)
    story.receive(adt())
    failing.fail_all = True
    drained = Deferred.fromCoroutine(story.outbox.drain(10))
    for _ in range(16):
        story.clock.advance(1)
    assert drained.called
    failing.fail_all = False
    story.start()
    assert story.states() == ["in_air"]
    assert story.caller.targets == [STATION, STATION]


def test_two_outboxes_never_dial_the_same_notice_at_once(database: Database) -> None:
    """Real threads on one database: each of 400 notices is claimed exactly once."""
    story = Story(database)
    rule = story.rules.rules["admission"]
    from notify.events import Happening, store
    from notify.notices.plan import Planned

    count = 400

    def make(session: object) -> None:
        stored = store(session, story.rules, Happening("k", "none", "test", "W3", {}, {}), NOON)  # type: ignore[arg-type]
        assert stored.new
        plan(session, [Planned(1, rule, of_ward(f"W{n}"), {"bed": "1"}, NOON) for n in range(count)], NOON)  # type: ignore[arg-type]

    story.database.run_now(make)
    taken: list[NoticeOrder] = []
    lock = threading.Lock()

    def engine(name: str) -> None:
        while True:
            orders = story.database.run_now(
                claim, story.rules, everywhere, name, NOON + timedelta(1 / 86400), timedelta(30), Room(7, 7)
            ).orders
            if not orders:
                return
            with lock:
                taken.extend(orders)

    threads = [threading.Thread(target=engine, args=(f"engine-{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(taken) == count
    assert len({order.notice_id for order in taken}) == count


def test_the_same_message_on_two_connections_at_once_is_one_event(database: Database) -> None:
    from notify.mllp.messages import Accepted, accept
    from notify.notices.wards import variables

    story = Story(database)
    message = read(adt().encode())
    came: list[Accepted] = []
    start = threading.Barrier(4)

    def connection() -> None:
        start.wait()
        came.append(story.database.run_now(accept, story.rules, variables, message, "10.0.0.9", NOON))

    threads = [threading.Thread(target=connection) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(one.received.name for one in came) == ["AGAIN", "AGAIN", "AGAIN", "NEW"]
    assert len(story.notices()) == 1
