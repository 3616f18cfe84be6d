"""What people do to notices by hand: who took notice without a telephone, who calls again, who was first."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from accounts import audit
from accounts.audit import AuditQuery, Hand
from db.database import Database
from db.tables.notices import EventRow
from hospital.wards import wards
from notify.events import Happening, store
from notify.notices import by_hand
from notify.notices.alarms import unconfirmed_alarms
from notify.notices.by_hand import Acted, Came
from notify.notices.listing import Asked, count_unconfirmed, search
from notify.notices.records import Wards, show_notice
from notify.notices.rules import NoticeRules
from notify.notices.states import State
from notify.notices.stopping import confirm
from tests.notify.story import BUSY, NO_ANSWER, NOON, STATION, UNCONFIRMED, Story, adt, result_of
from tests.notify.test_taken_back import W5, tell

WANG, LI = "王芳", "Li Na"


def acknowledge(story: Story, number: int = 1, who: str = WANG, wards: Wards = None) -> Acted:
    acted = story.database.run_now(by_hand.acknowledge, number, Hand(who, story.now(), reason="told in person"), wards)
    story.outbox.poke()
    return acted


def again(story: Story, number: int = 1, who: str = WANG, wards: Wards = None) -> Acted:
    acted = story.database.run_now(by_hand.call_again, story.rules, number, Hand(who, story.now()), wards)
    story.outbox.poke()
    return acted


def call_off(story: Story, number: int = 1, who: str = WANG, why: str = "", wards: Wards = None) -> Acted:
    return story.database.run_now(by_hand.call_off, number, Hand(who, story.now(), reason=why), wards)


def never_answered(story: Story) -> None:
    """An admission that reached nobody."""
    for number in ("8101", "8102", "8103"):
        story.caller.answers(number, NO_ANSWER)
    story.receive(adt())
    story.wait(720, step=30)
    assert story.states() == ["failed"]


def test_an_acknowledged_notice_stops_ringing_at_once_and_never_rings_again(story: Story) -> None:
    story.receive(adt())
    [ringing] = story.caller.orders
    assert acknowledge(story) == Acted(Came.DONE)
    assert story.caller.cancelled == [ringing]
    story.wait(300, step=10)
    assert story.caller.orders == [ringing]
    shown = story.database.run_now(show_notice, 1)
    assert shown is not None
    assert (shown.state, shown.acknowledged_by, shown.acknowledged_why) == (State.CONFIRMED, "王芳", "told in person")
    assert [attempt.cause for attempt in shown.made] == ["taken_back"]
    assert story.told.unreached_ones == []


def test_a_call_that_another_engine_makes_stops_within_its_next_tick(story: Story) -> None:
    story.receive(adt())
    acknowledge_now(story, WANG)  # nobody pokes that engine
    story.wait(1)
    assert len(story.caller.cancelled) == 1


def test_one_that_waits_for_its_next_round_is_not_called_again(story: Story) -> None:
    story.caller.answers(STATION, BUSY)
    story.receive(adt())
    assert acknowledge(story).done
    story.wait(300, step=10)
    assert len(story.caller.orders) == 1


def test_who_listens_while_it_is_acknowledged_hears_it_to_the_end_and_is_thanked(story: Story) -> None:
    story.receive(adt())
    [order] = story.caller.orders
    assert result_of(story.caller.picks_up(order)) == order
    assert acknowledge(story).done
    assert not order.stopped.here
    assert result_of(story.press_confirm(order)) == "confirmed"
    story.caller.finish(order, UNCONFIRMED)
    story.wait(60)
    assert story.states() == ["confirmed"]
    assert len(story.caller.orders) == 1


def test_who_comes_after_the_key_hears_where_it_was_pressed(story: Story) -> None:
    story.receive(adt())
    result_of(story.press_confirm(story.caller.orders[0]))
    assert acknowledge(story) == Acted(Came.CONFIRMED, STATION, NOON)
    assert again(story) == Acted(Came.CONFIRMED, STATION, NOON)


def test_of_two_people_the_second_hears_who_was_first(story: Story) -> None:
    story.receive(adt())
    assert acknowledge(story).done
    assert acknowledge(story, who=LI) == Acted(Came.ACKNOWLEDGED, "王芳", NOON)
    assert call_off(story, who=LI) == Acted(Came.ACKNOWLEDGED, "王芳", NOON)


def at_once(*works: Callable[[], Acted]) -> list[Acted]:
    """All begin at the same moment, each in a thread of its own."""
    done: list[Acted] = []
    barrier = threading.Barrier(len(works))

    def run(work: Callable[[], Acted]) -> None:
        barrier.wait()
        done.append(work())

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return done


@pytest.mark.parametrize("round", range(3))
def test_of_many_at_the_same_instant_one_wins_and_the_others_hear_who(story: Story, round: int) -> None:
    story.receive(adt())
    nurses = [f"nurse {n}" for n in range(6)]
    done = at_once(*(lambda who=who: acknowledge_now(story, who) for who in nurses))  # type: ignore[misc]
    won = story.notices()[0].acknowledged_by
    assert sorted(one.came for one in done) == [Came.ACKNOWLEDGED] * 5 + [Came.DONE]
    assert {one.by for one in done if not one.done} == {won}


def acknowledge_now(story: Story, who: str) -> Acted:
    return story.database.run_now(by_hand.acknowledge, 1, Hand(who, story.now()))


@pytest.mark.parametrize("round", range(3))
def test_a_key_and_a_hand_at_the_same_instant_are_one_confirmation(story: Story, round: int) -> None:
    story.receive(adt())
    [attempt] = story.attempts()

    def press() -> Acted:
        assert story.database.run_now(confirm, 1, attempt.id, story.now()).fresh  # she is thanked whoever was first
        return Acted(Came.DONE)

    _, *_ = done = at_once(press, lambda: acknowledge_now(story, WANG))
    [notice] = story.notices()
    pressed = story.attempts()[0].confirmed
    assert notice.state == "confirmed"
    assert pressed != (notice.acknowledged_by == "王芳")
    assert sorted(one.came for one in done) == ([Came.CONFIRMED, Came.DONE] if pressed else [Came.DONE, Came.DONE])


def test_a_failed_one_stays_failed_and_says_who_took_charge(story: Story) -> None:
    never_answered(story)
    assert story.database.run_now(count_unconfirmed) == 1
    assert [one.id for one in story.database.run_now(unconfirmed_alarms, story.now()).of] == [1]
    assert acknowledge(story).done
    assert story.states() == ["failed"]
    assert story.database.run_now(count_unconfirmed) == 0
    assert story.database.run_now(unconfirmed_alarms, story.now()).of == ()
    assert acknowledge(story, who=LI).by == "王芳"


def test_calling_again_begins_anew_from_the_first_step(story: Story) -> None:
    never_answered(story)
    before = len(story.caller.orders)
    acted = again(story)
    assert (acted.came, acted.notice) == (Came.DONE, 2)
    assert [order.target for order in story.caller.orders[before:]] == [STATION]
    assert story.caller.orders[before].variables["bed"] == "12"
    shown = story.database.run_now(show_notice, 1)
    assert shown is not None
    assert (shown.state, shown.again_as, shown.acknowledged_by) == (State.FAILED, 2, "王芳")
    fresh = story.database.run_now(show_notice, 2)
    assert fresh is not None
    assert (fresh.again_of, fresh.expires_at) == (1, story.now() + timedelta(hours=2))
    assert again(story) == Acted(Came.CALLED_AGAIN, "王芳", story.now(), 2)


def test_it_is_never_twice_in_the_air(story: Story) -> None:
    story.receive(adt())
    assert again(story).came is Came.NOT_OVER
    call_off(story, why="wrong bed")
    works = [
        lambda n=n: story.database.run_now(by_hand.call_again, story.rules, 1, Hand(f"nurse {n}", story.now()))
        for n in range(5)
    ]
    done = at_once(*works)
    assert sorted(one.came for one in done) == [Came.CALLED_AGAIN] * 4 + [Came.DONE]
    assert {one.notice for one in done} == {2}
    assert story.states() == ["cancelled", "waiting"]
    assert story.notices()[0].reason == "王芳: wrong bed"


def test_what_was_done_stands_in_the_audit_and_what_was_not_does_not(story: Story) -> None:
    story.receive(adt())
    call_off(story, why="wrong bed")
    call_off(story, who=LI)
    again(story)
    again(story, who=LI)
    acknowledge(story, 2)
    acknowledge(story, 2, who=LI)
    noted = story.database.run_now(audit.find, AuditQuery(noun="notice"))
    assert [(one.who, one.action, one.key, one.reason) for one in reversed(noted)] == [
        (WANG, "cancel", "1", "wrong bed"),
        (WANG, "call again", "1", ""),
        (WANG, "acknowledge", "2", "told in person"),
    ]


def test_where_several_share_an_account_the_name_is_that_of_whoever_took_notice(story: Story) -> None:
    story.receive(adt())
    story.database.run_now(by_hand.acknowledge, 1, Hand("ward3", story.now()), None, " 李娜 ")
    assert story.notices()[0].acknowledged_by == "李娜"


def test_what_was_taken_back_is_not_told_again(story: Story) -> None:
    tell(story, "A01", "1")
    tell(story, "A11", "2")
    assert story.states() == ["cancelled"]
    assert again(story).came is Came.TAKEN_BACK


def test_what_was_called_again_is_taken_back_too(story: Story) -> None:
    tell(story, "A01", "1")
    call_off(story)
    assert again(story).done
    tell(story, "A11", "2")
    story.wait(60)
    assert story.states() == ["cancelled", "cancelled"]


@pytest.mark.parametrize("round", range(5))
def test_what_is_taken_back_while_somebody_calls_it_again_is_never_told(story: Story, round: int) -> None:
    tell(story, "A01", "1")
    call_off(story)
    [event] = story.read(lambda session: session.scalars(select(EventRow)).all())
    facts = {**event.facts, "urgent": False}
    cancelled = Happening("k", "admission_cancelled", event.source, "W3", facts, {}, event.visit, event.happened_at)

    def take_back() -> Acted:
        story.database.run_now(store, story.rules, cancelled, story.now())
        return Acted(Came.DONE)

    def call_again() -> Acted:
        return story.database.run_now(by_hand.call_again, story.rules, 1, Hand(WANG, story.now()))

    came = {one.came for one in at_once(take_back, call_again)}
    assert came <= {Came.DONE, Came.TAKEN_BACK}
    assert set(story.states()) == {"cancelled"}


def test_what_was_corrected_is_told_by_the_notice_that_has_the_new_values(story: Story) -> None:
    tell(story, "A01", "1")
    [order] = story.caller.orders
    tell(story, "A08", "2", location="W3^301^14")
    assert order in story.caller.cancelled
    assert again(story) == Acted(Came.CALLED_AGAIN, "", None, 2)


def test_a_notice_whose_rule_is_gone_is_not_called_again(story: Story) -> None:
    never_answered(story)
    story.rules = NoticeRules({})
    assert again(story).came is Came.NO_RULE
    assert again(story, 99).came is Came.UNKNOWN


# What somebody of a ward may see


def test_a_nurse_finds_and_touches_the_notices_of_her_wards_only(story: Story, database: Database) -> None:
    database.run_now(wards.store, W5)
    story.receive(adt())
    story.receive(adt(control_id="2", location="W5^1^1"))
    hers = ("W5",)
    assert [one.id for one in database.run_now(search, Asked(), hers).notices] == [2]
    assert [one.id for one in database.run_now(search, Asked(number="1"), hers).notices] == []
    assert database.run_now(search, Asked(), ()).notices == ()
    assert database.run_now(show_notice, 1, hers) is None
    assert acknowledge(story, 1, wards=hers).came is Came.UNKNOWN
    assert again(story, 1, wards=hers).came is Came.UNKNOWN
    assert call_off(story, 1, wards=hers).came is Came.UNKNOWN
    assert acknowledge(story, 2, wards=hers).done


def test_notices_are_searched_by_all_that_is_known_of_them(story: Story, database: Database) -> None:
    database.run_now(wards.store, W5)
    never_answered(story)
    story.receive(adt("A03", control_id="2", location="W5^1^1"))

    def found(**asked: object) -> list[int]:
        return [one.id for one in database.run_now(search, Asked(**asked)).notices]  # type: ignore[arg-type]

    assert found() == [2, 1]
    assert found(ward="W3") == [1]
    assert found(kind="discharge") == [2]
    assert found(states=[State.IN_AIR]) == [2]
    assert found(number="8101") == [1]
    assert found(number="2") == [2]
    assert found(number="'; drop table notices") == []
    assert found(since=NOON + timedelta(minutes=5)) == [2]
    assert found(until=NOON + timedelta(minutes=5)) == [1]
    assert found(unconfirmed=True) == [1]
    assert found(states=[State.FAILED, State.CONFIRMED], ward="W3") == [1]
    [second] = database.run_now(search, Asked(number="2")).notices
    assert [call.target for call in second.made] == ["8501"]


def test_pages_follow_each_other_without_a_gap_or_a_double(story: Story, database: Database) -> None:
    for n in range(7):
        story.receive(adt(control_id=str(n)))
    first = database.run_now(search, Asked(), None, None, 3)
    second = database.run_now(search, Asked(), None, first.before, 3)
    third = database.run_now(search, Asked(), None, second.before, 3)
    pages = [[one.id for one in page.notices] for page in (first, second, third)]
    assert pages == [[7, 6, 5], [4, 3, 2], [1]]
    assert third.before is None
