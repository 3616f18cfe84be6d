"""A call is hung up at the console of another engine: its own engine finds the row, ends it, and notes who did."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session
from twisted.internet.defer import Deferred

from accounts.audit import AuditQuery, Hand, find
from db.database import Database, ImmediateTransactions
from db.errors import DatabaseAway
from db.tables.calls import CallEventRow, CallRow, LegRow, SegmentRow
from ivr.in_progress.elsewhere import calls_elsewhere
from ivr.in_progress.hang_ups import HangUps, ask_by_hand
from ivr.in_progress.stage import Stage

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
IDS = {name: name * 32 for name in "abcd"}


def calls(session: Session) -> None:
    """One that arrives, one in a menu, one that talks with the desk, one that is over; all of `far`."""
    for number, id in enumerate(IDS.values()):
        answered = NOON if number else None
        session.add(
            CallRow(
                id=id, engine="far", direction="in", dialled="1000", caller=f"1390000000{number}", flow="main",
                language="zh", edition=7, began_at=NOON + timedelta(seconds=number), answered_at=answered,
                ended_at=NOON if number == 3 else None,
            )
        )  # fmt: skip
    session.flush()
    for number, step in enumerate(("welcome", "services"), 1):
        detail = {"flow": "main", "step": step}
        session.add(CallEventRow(call_id=IDS["b"], number=number, at=NOON, kind="step", detail=detail))
    for number, role, party in ((1, "caller", "13900000002"), (2, "operator", "8000")):
        session.add(
            LegRow(
                call_id=IDS["c"], number=number, role=role, direction="in", party=party, line="", sip_call_id="",
                worker="", begun_by=0, offered_at=NOON, cause="", sip_code=0,
            )
        )  # fmt: skip
    session.flush()
    session.add(SegmentRow(call_id=IDS["c"], number=1, kind="talk", leg=1, other=2, began_at=NOON))


def test_what_another_engine_has_written_of_its_calls_tells_how_they_stand(database: Database) -> None:
    database.run_now(calls)
    arriving, asked, talking = database.run_now(calls_elsewhere, ["far"])
    assert (arriving.stage, arriving.number, arriving.engine) == (Stage.ARRIVING, "13900000000", "far")
    assert (asked.stage, asked.flow, asked.step, asked.events) == (Stage.LISTENING, "main", "services", 2)
    assert (talking.stage, talking.company, talking.party) == (Stage.TALKING, "operator", "8000")
    assert database.run_now(calls_elsewhere, ["near"]) == ()
    assert database.run_now(calls_elsewhere, []) == ()


def test_a_call_is_hung_up_by_its_engine_once_and_not_when_that_comes_too_late(database: Database) -> None:
    database.run_now(calls)
    now = NOON
    ended: list[tuple[str, str, str]] = []

    def hang_up(call_id: str, who: str, why: str) -> bool:
        ended.append((call_id, who, why))
        return True

    far = HangUps(ImmediateTransactions(database), "far", hang_up, lambda: now)
    near = HangUps(ImmediateTransactions(database), "near", hang_up, lambda: now)
    hand = Hand("chen", NOON, reason="stuck")
    assert database.run_now(ask_by_hand, IDS["b"], ["far"], hand)
    assert database.run_now(ask_by_hand, IDS["b"], ["far"], hand)  # somebody presses it twice
    assert not database.run_now(ask_by_hand, IDS["d"], ["far"], hand)  # it is over
    assert not database.run_now(ask_by_hand, IDS["b"], ["near"], hand)
    near.tick()
    assert ended == []
    far.tick()
    far.tick()
    assert ended == [(IDS["b"], "chen", "stuck")]
    database.run_now(ask_by_hand, IDS["c"], ["far"], hand)
    now += timedelta(minutes=1)
    far.tick()
    assert len(ended) == 1
    assert len(database.run_now(find, AuditQuery(action="hang_up"))) == 3


def test_an_engine_whose_database_is_away_looks_again(database: Database) -> None:
    looked: list[int] = []

    class Away:
        """Transactions that fail the first time."""

        def run(self, *args: object) -> Deferred[object]:
            looked.append(1)
            if len(looked) == 1:
                raise DatabaseAway("no answer")
            return ImmediateTransactions(database).run(*args)  # type: ignore[arg-type,return-value]

    hang_ups = HangUps(Away(), "far", lambda *_: True, lambda: NOON)  # type: ignore[arg-type]
    hang_ups.tick()
    hang_ups.tick()
    assert len(looked) == 2
