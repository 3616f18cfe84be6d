"""A database of the version before legs: its calls get legs after the upgrade, a few in a transaction."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import MetaData
from sqlalchemy.orm import Session

from db import migrate
from db.database import Database
from ivr.record.call_records import CallRecord, list_calls, show_call
from ivr.record.older_calls import tell_older
from ivr.record.writes import close_orphans

AT = datetime(2026, 11, 1, 8, 0, tzinfo=UTC)


def call(call_id: str, began: float, *, up: float | None, down: float | None, **more: Any) -> dict[str, Any]:
    """A row as it was written; times are seconds of that day."""
    row = {
        "id": call_id * 32, "engine": "wardbell", "direction": "in", "dialled": "1000", "caller": "139", "flow": "main",
        "language": "zh", "notice": "", "edition": 1, "began_at": AT + timedelta(seconds=began),
        "answered_at": None if up is None else AT + timedelta(seconds=up),
        "ended_at": None if down is None else AT + timedelta(seconds=down),
        "cause": "normal" if down else "", "sip_code": 200 if down else 0, "ended_by_peer": True, "outcome": "end",
    }  # fmt: skip
    return {**row, **more}


OUT: dict[str, Any] = {"direction": "out", "dialled": "8000", "caller": "1000"}
CALLS = [
    call("a", 0, up=1, down=100),  # put through twice
    call("b", 10, up=None, down=15, **OUT, cause="busy", sip_code=486, outcome="busy"),
    call("c", 20, up=24, down=84, **OUT, outcome="talked"),
    call("d", 200, up=206, down=230, **OUT, notice="7", ended_by_peer=False),  # an alert
    call("e", 300, up=301, down=340, cause="engine_lost", sip_code=0, ended_by_peer=False, outcome="lost"),
    call("f", 310, up=315, down=340, **OUT, cause="engine_lost", sip_code=0, ended_by_peer=False, outcome="lost"),
    call("g", 400, up=401, down=None),  # goes on, and so does its desk
    call("h", 410, up=415, down=None, **OUT),
    call("i", 500, up=None, down=505, **OUT, cause="no_answer"),  # beside a call that is not there any more
]
EVENTS = [("b", 1, 10, "beside", "a"), ("c", 1, 20, "beside", "a"), ("c", 2, 21, "rang", ""), ("d", 1, 202, "rang", ""),
          ("f", 1, 310, "beside", "e"), ("h", 1, 410, "beside", "g"), ("i", 1, 500, "beside", "z")]  # fmt: skip


@pytest.fixture
def old(empty_database_url: str, open_database: Callable[[str], Database]) -> Database:
    """Upgraded, but its calls have no legs yet."""
    migrate.upgrade(empty_database_url, "0006")
    database = open_database(empty_database_url)
    tables = MetaData()
    tables.reflect(database.engine, only=["calls", "call_events"])

    def kept(value: object) -> object:
        return value.replace(tzinfo=None) if isinstance(value, datetime) and database.dialect == "sqlite" else value

    def fill(session: Session) -> None:
        for row in CALLS:
            session.execute(tables.tables["calls"].insert(), {key: kept(value) for key, value in row.items()})
        for letter, number, second, kind, beside in EVENTS:
            at = kept(AT + timedelta(seconds=second))
            event = {"call_id": letter * 32, "number": number, "at": at, "kind": kind, "detail": {"call": beside * 32}}
            session.execute(tables.tables["call_events"].insert(), event)

    database.run_now(fill)
    migrate.upgrade(empty_database_url)
    return database


def told(database: Database, letter: str) -> CallRecord:
    record = database.run_now(show_call, letter * 32)
    assert record is not None
    return record


@pytest.mark.parametrize("most", [1, 2, 100])
def test_every_call_has_its_legs_and_who_was_put_through_is_one_call(old: Database, most: int) -> None:
    while old.run_now(tell_older, most):
        pass
    assert [one.call_id[0] for one in old.run_now(list_calls)] == [*"ihgeda"]
    caller = told(old, "a")
    assert [(leg.number, leg.role, leg.party, leg.line[0], leg.cause, leg.ended_by) for leg in caller.legs] == [
        (1, "caller", "139", "a", "normal", 1),
        (2, "desk", "8000", "b", "busy", 2),
        (3, "desk", "8000", "c", "normal", 3),
    ]
    assert caller.legs[2].rang_at == AT + timedelta(seconds=21)
    assert [(one.kind, one.leg, one.other, one.seconds) for one in caller.segments] == [
        ("wait", 1, 2, 5.0), ("wait", 1, 3, 4.0), ("talk", 1, 3, 60.0),
    ]  # fmt: skip
    assert (caller.waited, caller.talked, caller.ended_by) == (9.0, 60.0, "caller")
    assert caller.events == ()
    alert = told(old, "d")
    assert [(leg.role, leg.party, leg.ended_by, leg.rang_at) for leg in alert.legs] == [
        ("called", "8000", 0, AT + timedelta(seconds=202))
    ]
    assert (alert.waited, alert.talked, alert.ended_by) == (0.0, 0.0, "line")
    alone = told(old, "i")
    assert [(leg.role, leg.cause) for leg in alone.legs] == [("called", "no_answer")]


def test_what_a_crash_ended_has_no_length(old: Database) -> None:
    while old.run_now(tell_older, 100):
        pass
    lost = told(old, "e")
    assert [(one.kind, one.seconds) for one in lost.segments] == [("wait", 5.0), ("talk", None)]
    assert (lost.waited, lost.talked, lost.ended_by) == (5.0, 0.0, "")


def test_a_call_that_goes_on_is_told_when_it_is_over(old: Database) -> None:
    while old.run_now(tell_older, 100):
        pass
    assert told(old, "g").legs == ()
    old.run_now(close_orphans, "wardbell", AT + timedelta(seconds=440))
    while old.run_now(tell_older, 100):
        pass
    assert [leg.line[0] for leg in told(old, "g").legs] == ["g", "h"]
    assert told(old, "g").waited == 5.0


def test_told_again_nothing_changes(old: Database) -> None:
    while old.run_now(tell_older, 100):
        pass
    assert old.run_now(tell_older, 100) == 0
