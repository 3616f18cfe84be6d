"""The audit: found by who, what and when; only added to, whatever the program tries."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from accounts import audit
from accounts.audit import AuditQuery, Hand
from accounts.rights import Right
from accounts.visitor import KeyHolder
from db import migrate
from db.database import Database
from db.errors import ConstraintBroken
from db.tables.accounts import AuditRow
from tests.accounts.conftest import DESK, House


def publish(house: House, edition: int, reason: str = "autumn hours") -> None:
    anna = house.whose(house.open("anna"))
    assert anna is not None
    hand = Hand(anna, house.now, "page", DESK, reason)
    house.run(lambda session: hand.note(session, "publish", "edition", edition, files=["hours.yaml"]))


def test_a_row_says_who_did_what_to_what_when_from_where_and_why(house: House) -> None:
    publish(house, 7)
    (row,) = house.audit(action="publish")
    assert (row.who, row.role, row.how, row.noun, row.key) == ("anna", "admin", "page", "edition", "7")
    assert (row.at, row.address, row.reason) == (house.now, DESK, "autumn hours")
    assert row.details == {"files": ["hours.yaml"]}


def test_a_key_signs_by_its_name(house: House) -> None:
    his = KeyHolder(1, "his", frozenset({Right.EVENTS}))
    house.run(audit.note, house.now, his, "hand in", "event", "e1", how="api")
    (row,) = house.audit(who="key:his")
    assert (row.role, row.how) == ("", "api")


@pytest.mark.parametrize("statement", ["UPDATE audit SET who = 'nobody'", "DELETE FROM audit"])
def test_nobody_changes_what_was_written(house: House, statement: str) -> None:
    publish(house, 7)
    before = house.audit()
    with pytest.raises(ConstraintBroken, match="only added to"):
        house.run(lambda session: session.execute(text(statement)))
    assert house.audit() == before


@pytest.mark.parametrize("statement", ["UPDATE audit SET who = 'nobody'", "DELETE FROM audit"])
def test_a_database_that_came_here_by_steps_refuses_too(empty_database_url: str, statement: str) -> None:
    migrate.upgrade(empty_database_url)
    database = Database(empty_database_url)
    try:
        house = House(database)
        house.run(audit.note, house.now, "root", "add", "user", "anna", how="command")
        with pytest.raises(ConstraintBroken, match="only added to"):
            database.run_now(lambda session: session.execute(text(statement)))
    finally:
        database.close()


def test_what_is_not_noted_did_not_happen(house: House) -> None:
    def work(session: Session) -> None:
        audit.note(session, house.now, "root", "publish", "edition", 8, how="command")
        raise RuntimeError("the rest of the change failed")

    with pytest.raises(RuntimeError):
        house.run(work)
    assert house.audit(action="publish") == []


def test_rows_are_found_by_what_and_when_a_page_at_a_time(house: House) -> None:
    noon = None
    for edition in range(5):
        house.later(hours=1)
        if edition == 3:
            noon = house.now
        publish(house, edition)
    first = house.run(audit.find, AuditQuery(action="publish"), 2)
    rest = house.run(audit.find, AuditQuery(action="publish"), 10, first[-1].id)
    assert [row.key for row in first + rest] == ["4", "3", "2", "1", "0"]
    assert [row.key for row in house.audit(noun="edition", since=noon)] == ["4", "3"]
    assert [row.key for row in house.audit(noun="edition", until=noon)] == ["2", "1", "0"]
    assert [row.key for row in house.audit(noun="edition", key="2")] == ["2"]
    assert [row.key for row in audit.pages(house.run, AuditQuery(noun="edition"), 2)] == ["4", "3", "2", "1", "0"]


def test_words_that_are_too_long_are_cut_and_never_lost(house: House) -> None:
    house.run(audit.note, house.now, "x" * 500, "y" * 500, "z" * 500, "k" * 500, reason="r" * 5000, address="a" * 500)
    assert house.run(lambda session: session.query(AuditRow).filter(AuditRow.noun == "z" * 24).count()) == 1
