"""One telephone, one call of ours: what waits for it is told in that call, one notice after the other."""

from __future__ import annotations

import contextlib
import dataclasses

import pytest

from db.database import Database
from hospital.wards import wards
from ivr.call.order import CallResult
from ivr.switch.line import Cause
from notify.notices.call import CALLED_OFF
from notify.notices.states import State
from notify.notices.stopping import cancel
from notify.notices.telephone import NoticeOrder
from tests.faults import Faults
from tests.notify.one_line import ROBOT, OneLine
from tests.notify.story import (
    BUSY,
    HEAD_NURSE,
    HUNG_UP,
    STATION,
    UNCONFIRMED,
    WARD,
    Failing,
    Story,
    adt,
    result_of,
)

HEARD = dataclasses.replace(UNCONFIRMED, call_id="c" * 32)


def with_telephones(story: Story, **how: object) -> OneLine:
    """The story's telephones have one line each from now on."""
    telephones = OneLine(story.clock, story=story, **how)  # type: ignore[arg-type]
    story.caller = telephones  # type: ignore[assignment]
    story.start()
    return telephones


def admit(story: Story, count: int, kind: str = "E", ward: str = "W3", first: int = 1) -> None:
    for number in range(first, first + count):
        assert "MSA|AA" in story.receive(adt(control_id=f"{ward}-{number}", location=f"{ward}^301^{number}", kind=kind))


def until_all_is_over(story: Story, seconds: int = 900) -> None:
    """Time goes by until every notice is over."""
    for _ in range(0, seconds, 2):
        story.wait(2, step=2)
        if all(State(state).over for state in story.states()) and not story.outbox.in_air:
            return


def beds(orders: list[NoticeOrder]) -> list[str]:
    return [str(order.variables["bed"]) for order in orders]


@pytest.mark.slow
@pytest.mark.parametrize(("count", "kind"), [(12, "E"), (6, "R")])
def test_a_telephone_that_hangs_up_after_its_key_hears_all_of_them_one_call_after_the_other(
    story: Story, count: int, kind: str
) -> None:
    telephones = with_telephones(story, hangs_up_after=ROBOT)
    admit(story, count, kind)
    until_all_is_over(story)
    assert story.states() == ["confirmed"] * count
    assert set(telephones.targets) == {STATION}
    assert telephones.busy == {}
    assert {(notice.step, notice.round) for notice in story.notices()} == {(0, 0)}
    assert story.told.unreached_ones == []


def test_who_takes_twelve_admissions_takes_one_call(story: Story) -> None:
    telephones = with_telephones(story)
    admit(story, 12)
    until_all_is_over(story)
    assert story.states() == ["confirmed"] * 12
    assert beds(telephones.told) == [str(number) for number in range(1, 13)]
    assert telephones.targets == [STATION]
    [call] = {attempt.call_id for attempt in story.attempts()}
    assert [(attempt.cause, attempt.confirmed, attempt.heard) for attempt in story.attempts()] == [
        ("confirmed", True, True)
    ] * 12
    assert all(attempt.answered_at and attempt.ended_at for attempt in story.attempts())
    ends = [attempt.ended_at for attempt in story.attempts()]
    assert ends == sorted(ends)  # type: ignore[type-var]
    assert call


def test_nobody_at_the_station_is_found_out_once_for_all_of_them(story: Story) -> None:
    telephones = with_telephones(story, answered=lambda order: order.target == HEAD_NURSE)
    admit(story, 12)
    until_all_is_over(story)
    assert story.states() == ["confirmed"] * 12
    assert telephones.targets == [STATION, STATION, HEAD_NURSE]
    by_notice = [[a.cause for a in story.attempts() if a.notice_id == n.id] for n in story.notices()]
    assert by_notice == [["no_answer", "no_answer", "confirmed"]] * 12


def test_one_that_comes_while_it_rings_in_vain_has_lost_no_round(story: Story) -> None:
    telephones = with_telephones(story, answered=lambda order: False)
    admit(story, 1)
    story.wait(5)
    admit(story, 1, first=2)
    story.wait(16)
    [first, second] = story.notices()
    assert (first.round, second.round) == (1, 0)
    assert telephones.targets == [STATION, STATION]
    assert story.attempts()[-1].notice_id == second.id


@pytest.mark.slow
def test_two_engines_never_ring_one_telephone_at_once_and_one_goes_on_for_the_other(database: Database) -> None:
    story = Story(database)
    telephones = with_telephones(story, hangs_up_after=ROBOT)
    other = Story(database, clock=story.clock, owner="engine-b", caller=telephones)  # type: ignore[arg-type]
    for number in range(12):
        (story, other)[number % 2].receive(adt(control_id=str(number), location=f"W3^301^{number}", kind="E"))
    for _ in range(60):
        story.wait(1)
        other.outbox.tick()
    story.die()
    telephones.die()
    until_all_is_over(other)
    assert story.states() == ["confirmed"] * 12
    assert telephones.busy == {}
    assert {attempt.owner for attempt in story.attempts()} == {"engine-a", "engine-b"}


def test_one_telephone_of_two_wards_is_one(story: Story) -> None:
    story.database.run_now(wards.store, dataclasses.replace(WARD, code="W4", name={"zh": "四病区", "en": "Ward four"}))
    admit(story, 1)
    admit(story, 1, ward="W4")
    assert story.caller.targets == [STATION]
    [order] = story.caller.orders
    result_of(story.press_confirm(order))
    following = result_of(story.caller.stays(order, HEARD))
    assert following is not None
    assert following.variables["ward"] == {"code": "W4", "name": {"zh": "四病区", "en": "Ward four"}}


def test_the_most_urgent_is_told_first_whatever_was_dialled_for(story: Story) -> None:
    story.receive(adt("A03", control_id="d", location="W3^301^1"))
    [order] = story.caller.orders
    admit(story, 1, "R", first=2)
    admit(story, 1, "E", first=3)
    told = result_of(story.caller.picks_up(order))
    assert told is not None
    assert (told.variables["bed"], told.variables["urgent"], told.flow) == ("3", True, "ward_admission")
    result_of(story.press_confirm(told))
    second = result_of(story.caller.stays(order, HEARD))
    assert second is not None
    result_of(story.press_confirm(second))
    third = result_of(story.caller.stays(order, HEARD))
    assert third is not None
    assert [second.variables["bed"], third.flow] == ["2", "ward_discharge"]
    result_of(story.press_confirm(third))
    assert result_of(story.caller.stays(order, HEARD)) is None
    story.caller.finish(order, HEARD)
    assert story.states() == ["confirmed"] * 3
    assert [attempt.cause for attempt in story.attempts()] == ["confirmed"] * 3
    story.wait(3600, step=60)
    assert len(story.caller.orders) == 1


def test_nothing_more_is_told_after_one_that_nobody_confirmed(story: Story) -> None:
    admit(story, 2)
    [order] = story.caller.orders
    assert result_of(story.caller.picks_up(order)) == order
    assert result_of(story.caller.stays(order, HEARD)) is None


def test_who_hangs_up_in_a_further_notice_is_rung_again_and_no_round_is_lost(story: Story) -> None:
    admit(story, 2)
    [order] = story.caller.orders
    result_of(story.caller.picks_up(order))
    result_of(story.press_confirm(order))
    assert result_of(story.caller.stays(order, HEARD)) is not None
    story.caller.finish(order, HUNG_UP)
    assert story.states() == ["confirmed", "waiting"]
    assert story.notices()[1].round == 0
    story.wait(6)
    assert story.caller.targets == [STATION, STATION]
    assert [attempt.cause for attempt in story.attempts()] == ["confirmed", "hung_up", ""]


def test_what_waits_is_not_called_while_others_hang_up_early(story: Story) -> None:
    """A human is there: the second is rung for by itself, with its first round."""
    story.caller.answers(STATION, HUNG_UP, story.confirms)
    admit(story, 1)
    admit(story, 1, first=2)
    story.wait(2)
    assert [attempt.cause for attempt in story.attempts()] == ["hung_up", "confirmed", "confirmed"]
    assert story.caller.targets == [STATION] * 2


def test_a_handset_that_is_still_in_hand_is_no_busy_line(story: Story) -> None:
    story.caller.answers(STATION, story.confirms, BUSY, BUSY, story.confirms)
    admit(story, 1)
    admit(story, 1, first=2)
    story.wait(6)
    assert story.states() == ["confirmed"] * 2
    assert [attempt.cause for attempt in story.attempts()] == ["confirmed", "busy", "busy", "confirmed"]
    assert story.notices()[1].round == 0


def test_a_line_that_stays_busy_goes_up_the_ladder(story: Story) -> None:
    story.caller.answers(STATION, story.confirms, BUSY)
    story.caller.answers(HEAD_NURSE, story.confirms)
    admit(story, 1)
    admit(story, 1, first=2)
    story.wait(60)
    assert story.states() == ["confirmed"] * 2
    assert story.caller.targets[-1] == HEAD_NURSE


def test_a_crowd_for_one_telephone_does_not_keep_others_from_their_lines(story: Story) -> None:
    story.database.run_now(wards.store, dataclasses.replace(WARD, code="W4", station=("8201",)))
    admit(story, 60)
    admit(story, 1, ward="W4")
    assert story.caller.targets == [STATION, "8201"]
    story.wait(2)
    assert story.caller.targets == [STATION, "8201"]


def test_a_cancelled_notice_stops_ringing_at_once(story: Story) -> None:
    admit(story, 2)
    [order] = story.caller.orders
    story.database.run_now(cancel, order.notice_id, story.now(), "taken back")
    story.outbox.poke()
    assert story.caller.cancelled == [order]
    assert story.states() == ["cancelled", "in_air"]
    assert [attempt.cause for attempt in story.attempts()] == ["taken_back", ""]
    assert beds(story.caller.orders) == ["1", "2"]


def test_a_listener_hears_that_a_notice_was_cancelled_and_then_the_next(story: Story) -> None:
    admit(story, 2)
    [order] = story.caller.orders
    result_of(story.caller.picks_up(order))
    story.database.run_now(cancel, order.notice_id, story.now(), "taken back")
    story.outbox.poke()
    assert order.stopped.value == CALLED_OFF
    following = result_of(story.caller.stays(order, CallResult(Cause.NORMAL, answered=True)))
    assert following is not None
    assert following.variables["bed"] == "2"
    assert [attempt.cause for attempt in story.attempts()] == ["taken_back", ""]


def test_a_notice_that_is_taken_back_as_somebody_answers_is_not_told(story: Story) -> None:
    admit(story, 1)
    [order] = story.caller.orders
    story.database.run_now(cancel, order.notice_id, story.now(), "taken back")
    assert result_of(story.caller.picks_up(order)) is None


@pytest.mark.parametrize("cause", [Cause.MEDIA_TIMEOUT, Cause.SWITCH_LOST])
@pytest.mark.parametrize("confirm", ["heard", "answered"])
def test_a_telephone_that_died_has_heard_nothing(story: Story, cause: Cause, confirm: str) -> None:
    from notify.notices.escalation import Confirm

    rule = dataclasses.replace(story.rules.rules["admission"], confirm=Confirm(confirm))
    story.rules = dataclasses.replace(story.rules, rules={"admission": rule})
    story.caller.answers(STATION, CallResult(cause, answered=True, heard=True), HEARD)
    story.receive(adt())
    assert story.states() == ["waiting"]
    story.wait(3)
    assert story.states() == ["delivered"]
    assert [attempt.cause for attempt in story.attempts()] == ["lost", "unconfirmed"]


def test_an_engine_that_dies_during_the_thanks_leaves_no_call_in_the_air(story: Story) -> None:
    admit(story, 1)
    [order] = story.caller.orders
    result_of(story.press_confirm(order))
    story.die()
    story.start()
    story.wait(2)
    [attempt] = story.attempts()
    [notice] = story.notices()
    assert (attempt.cause, attempt.ended_at) == ("confirmed", notice.ended_at)
    assert len(story.caller.orders) == 1


def test_the_attempt_of_an_engine_that_never_comes_back_is_ended_by_another(story: Story) -> None:
    admit(story, 1)
    [order] = story.caller.orders
    other = Story(story.database, clock=story.clock, owner="engine-b")
    result_of(story.press_confirm(order))
    story.die()
    for _ in range(35):
        story.clock.advance(1)
        other.outbox.tick()
    assert [attempt.cause for attempt in story.attempts()] == ["confirmed"]


def test_a_telephone_is_free_again_when_the_engine_that_rang_it_died(story: Story) -> None:
    admit(story, 1)
    story.caller.answers(STATION, BUSY, BUSY, story.confirms)
    story.die()
    story.start()
    assert story.caller.targets == [STATION] * 2
    story.wait(10)
    assert story.states() == ["confirmed"]
    assert [attempt.cause for attempt in story.attempts()] == ["lost", "busy", "busy", "confirmed"]


class Killed(Exception):
    """The process ends here."""


@pytest.mark.slow
@pytest.mark.parametrize("after_commit", [False, True])
@pytest.mark.parametrize("number", range(1, 40))
def test_whichever_transaction_of_a_call_with_several_notices_the_engine_dies_in_nothing_is_lost(
    database: Database, faults: Faults, number: int, after_commit: bool
) -> None:
    failing = Failing(database, Killed())
    failing.after_commit = after_commit
    failing.for_good = True
    story = Story(database, transactions=failing)
    telephones = with_telephones(story)
    telephones.answered = lambda order: order.target != STATION or story.clock.seconds() > 15
    failing.fail_at = {number}

    def live_on() -> None:
        """A dead engine is started again on the same rows."""
        if failing.fail_all:
            story.die()
            telephones.die()
            failing.fail_all = False
            story.start()

    for bed in ("1", "2", "3"):
        answer = ""
        while "MSA|AA" not in answer:
            with contextlib.suppress(Killed):
                answer = story.receive(adt(control_id=bed, location=f"W3^301^{bed}", kind="E" if bed == "3" else "R"))
            live_on()
    for _ in range(60):
        story.wait(3, step=3)
        live_on()
    assert story.states() == ["confirmed"] * 3
    confirmed = [order.notice_id for order in telephones.told]
    assert sorted(confirmed) == sorted(set(confirmed)), "nobody who confirmed hears of it again"
    assert all(attempt.ended_at is not None for attempt in story.attempts())
    assert telephones.busy == {}
    assert all("Killed" in fault for fault in faults.expected())
