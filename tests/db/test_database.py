"""A transaction is one function: stored wholly or not at all, on both databases, with errors put in our words."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import Column, MetaData, Table, insert, select, text
from sqlalchemy.orm import Session
from twisted.internet.defer import Deferred
from twisted.logger import globalLogPublisher
from twisted.python.failure import Failure

from db.database import Database, ImmediateTransactions
from db.driver_errors import translate_sqlite
from db.errors import (
    ConstraintBroken,
    DatabaseAway,
    DatabaseBehind,
    DatabaseBusy,
    DatabaseError,
    DatabaseFault,
    DatabaseFull,
)
from db.reading import reading
from db.sqlite import others_wait
from db.types import UtcDateTime
from tests.postgres import Cluster
from tests.reactors import ReactorOfOneThread

moments = Table("moments_of_the_test", MetaData(), Column("at", UtcDateTime, unique=True))


def make_moments(session: Session) -> None:
    moments.create(session.connection())


def store(session: Session, at: datetime) -> None:
    session.execute(insert(moments).values(at=at))


def stored(session: Session) -> list[datetime]:
    return list(session.execute(select(moments.c.at).order_by(moments.c.at)).scalars())


NOON_IN_SHANGHAI = datetime(2026, 3, 1, 12, tzinfo=timezone(timedelta(hours=8)))


def test_a_moment_comes_back_aware_and_in_utc(database: Database) -> None:
    database.run_now(make_moments)
    database.run_now(store, NOON_IN_SHANGHAI)
    [found] = database.run_now(stored)
    assert found == NOON_IN_SHANGHAI
    assert found.tzinfo is UTC


def test_a_moment_without_zone_is_refused(database: Database) -> None:
    database.run_now(make_moments)
    with pytest.raises(DatabaseFault, match="no time zone"):
        database.run_now(store, datetime(2026, 3, 1, 12))  # noqa: DTZ001


def test_what_fails_halfway_leaves_nothing(database: Database) -> None:
    database.run_now(make_moments)

    def half(session: Session) -> None:
        store(session, NOON_IN_SHANGHAI)
        raise ValueError("the other half")

    with pytest.raises(ValueError, match="the other half"):
        database.run_now(half)
    assert database.run_now(stored) == []


def test_a_broken_rule_is_told_as_such(database: Database) -> None:
    database.run_now(make_moments)
    database.run_now(store, NOON_IN_SHANGHAI)
    with pytest.raises(ConstraintBroken):
        database.run_now(store, NOON_IN_SHANGHAI)


def test_missing_tables_are_told_as_such(database: Database) -> None:
    with pytest.raises(DatabaseBehind):
        database.run_now(stored)


def test_an_unreachable_server_is_away(open_database: Callable[[str], Database], tmp_path: Path) -> None:
    database = open_database(f"postgresql://nobody@/nothing?host={tmp_path}")
    with pytest.raises(DatabaseAway):
        database.run_now(lambda session: session.execute(text("SELECT 1")))


def test_a_missing_directory_is_away(open_database: Callable[[str], Database], tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path}/nowhere/file.db")
    with pytest.raises(DatabaseAway):
        database.run_now(lambda session: session.execute(text("SELECT 1")))


def test_a_full_disk_is_told_as_such(open_database: Callable[[str], Database], tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path}/small.db")

    def fill(session: Session) -> None:
        session.execute(text("PRAGMA max_page_count=4"))
        session.execute(text("CREATE TABLE heap (filling TEXT)"))
        session.execute(text("INSERT INTO heap VALUES (:filling)"), {"filling": "x" * 100_000})

    with pytest.raises(DatabaseFull, match="disk"):
        database.run_now(fill)


def test_a_disk_without_room_for_sqlites_own_files_is_asked_about() -> None:
    driver = sqlite3.OperationalError("disk I/O error")
    driver.sqlite_errorcode = sqlite3.SQLITE_IOERR_SHMSIZE
    told = translate_sqlite(driver)
    assert isinstance(told, DatabaseAway)
    assert "is the disk of the database full" in str(told)


def test_a_transaction_in_the_way_is_retried_then_given_up(tmp_path: Path) -> None:
    pauses: list[float] = []
    database = Database(f"sqlite:///{tmp_path}/busy.db", pause=pauses.append, busy_milliseconds=0)
    database.run_now(make_moments)
    other = sqlite3.connect(tmp_path / "busy.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        with pytest.raises(DatabaseBusy):
            database.run_now(store, NOON_IN_SHANGHAI)
        assert len(pauses) == 4
        assert pauses == sorted(pauses)
    finally:
        other.close()
    database.run_now(store, NOON_IN_SHANGHAI)
    assert len(database.run_now(stored)) == 1
    database.close()


def test_a_file_that_is_no_database_is_told_as_such(open_database: Callable[[str], Database], tmp_path: Path) -> None:
    (tmp_path / "letter.db").write_text("Dear patient, " * 100)
    with pytest.raises(DatabaseAway, match="not a database"):
        open_database(f"sqlite:///{tmp_path}/letter.db").run_now(stored)


def test_a_serialization_failure_is_retried(postgres_url: str, open_database: Callable[[str], Database]) -> None:
    database = open_database(postgres_url)
    tries: list[int] = []

    def fails_twice(session: Session) -> str:
        tries.append(1)
        if len(tries) < 3:
            session.execute(text("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '40001'; END $$"))
        return "done"

    assert database.run_now(fails_twice) == "done"
    assert len(tries) == 3


def test_a_connection_that_breaks_is_away_and_the_next_transaction_has_a_new_one(
    postgres_url: str, open_database: Callable[[str], Database]
) -> None:
    database, other = open_database(postgres_url), open_database(postgres_url)

    def breaks(session: Session) -> None:
        own = session.execute(text("SELECT pg_backend_pid()")).scalar_one()
        other.run_now(lambda session: session.execute(text("SELECT pg_terminate_backend(:own)"), {"own": own}))
        session.execute(text("SELECT 1"))

    with pytest.raises(DatabaseAway):
        database.run_now(breaks)
    assert database.run_now(lambda session: session.execute(text("SELECT 1")).scalar_one()) == 1


def test_sqlite_writers_wait_for_each_other(database: Database) -> None:
    """Each reads, then writes what it read plus one: with deferred transactions some would fail or be lost."""
    database.run_now(lambda session: session.execute(text("CREATE TABLE counter (n INTEGER)")))
    database.run_now(lambda session: session.execute(text("INSERT INTO counter VALUES (0)")))

    def count(session: Session) -> None:
        lock = " FOR UPDATE" if database.dialect == "postgresql" else ""
        n: int = session.execute(text(f"SELECT n FROM counter{lock}")).scalar_one()
        session.execute(text("UPDATE counter SET n = :n"), {"n": n + 1})

    threads = [threading.Thread(target=lambda: [database.run_now(count) for _ in range(5)]) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert database.run_now(lambda session: session.execute(text("SELECT n FROM counter")).scalar_one()) == 40


def test_who_writes_hears_that_others_wait_for_it(database: Database) -> None:
    waits = threading.Thread(target=lambda: database.run_now(lambda session: session.connection() and None))

    def write(session: Session) -> tuple[bool, bool]:
        session.connection()
        alone = others_wait(session)
        waits.start()
        for _ in range(500):
            if database.dialect == "postgresql" or others_wait(session):
                break
            threading.Event().wait(0.01)
        return alone, others_wait(session)

    assert database.run_now(write) == (False, database.dialect == "sqlite")
    waits.join()
    assert database.run_now(others_wait) is False


def test_a_database_that_somebody_else_holds_answers_readers_and_shows_no_life(tmp_path: Path) -> None:
    """By this a caller who waits is told within seconds: what counts is what was written."""
    url = f"sqlite:///{tmp_path / 'held.db'}"
    holder = Database(url)
    database = Database(url, busy_milliseconds=1, pause=lambda _: None)
    write = text("INSERT INTO counter VALUES (0)")
    holder.run_now(lambda session: session.execute(text("CREATE TABLE counter (n INTEGER)")) and None)
    database.run_now(lambda session: session.execute(write) and None)
    assert database.committed == 1

    @reading
    def look(session: Session) -> int:
        return session.execute(text("SELECT count(*) FROM counter")).scalar_one()

    def hold(session: Session) -> None:
        session.execute(write)
        assert database.run_now(look) == 1
        with pytest.raises(DatabaseBusy):
            database.run_now(lambda other: other.execute(write) and None)

    holder.run_now(hold)
    assert database.committed == 1
    database.run_now(lambda session: session.execute(write) and None)
    assert database.committed == 2
    holder.close()
    database.close()


def test_run_works_on_a_thread_of_its_own(database_url: str) -> None:
    reactor = ReactorOfOneThread()
    database = Database(database_url, reactor=reactor)  # type: ignore[arg-type]
    results: list[str] = []
    try:
        running = Deferred.fromCoroutine(database.run(lambda _session: threading.current_thread().name))
        running.addCallback(results.append)
        assert results == []
        reactor.turn()
    finally:
        database.close()
    assert results[0].startswith("PoolThread-database")


def test_what_goes_on_after_the_end_starts_no_thread_that_keeps_the_process(database_url: str) -> None:
    database = Database(database_url, reactor=ReactorOfOneThread())  # type: ignore[arg-type]
    database.start()
    database.close()
    failed: list[Failure] = []
    running = Deferred.fromCoroutine(database.run(lambda _session: None))
    running.addErrback(failed.append)
    assert not [thread for thread in threading.enumerate() if "database" in thread.name]
    assert [one.type for one in failed] == [DatabaseAway]


def test_a_server_that_says_nothing_does_not_keep_the_process(cluster: Cluster, postgres_url: str) -> None:
    reactor = ReactorOfOneThread()
    database = Database(postgres_url, reactor=reactor, threads=1)  # type: ignore[arg-type]
    failed: list[Failure] = []
    began = threading.Event()

    def ask(session: Session) -> None:
        session.execute(text("SELECT 1"))
        cluster.freeze()
        began.set()
        session.execute(text("SELECT 2"))

    try:
        for work in (ask, lambda _: None):  # the second waits for the thread of the first
            Deferred.fromCoroutine(database.run(work)).addErrback(failed.append)
        assert began.wait(10)
        database.close()
    finally:
        cluster.resume()
    for _ in range(2):
        reactor.turn()
    assert [one.type for one in failed] == [DatabaseAway, DatabaseAway]


def test_immediate_transactions_never_suspend(database: Database) -> None:
    transactions = ImmediateTransactions(database)
    coroutine = transactions.run(lambda _session, word: word, "here")
    with pytest.raises(StopIteration) as done:
        coroutine.send(None)
    assert done.value.value == "here"


def test_a_database_in_memory_is_one_for_all_threads(open_database: Callable[[str], Database]) -> None:
    database = open_database("sqlite://")
    database.run_now(make_moments)
    thread = threading.Thread(target=lambda: database.run_now(store, NOON_IN_SHANGHAI))
    thread.start()
    thread.join()
    assert len(database.run_now(stored)) == 1


def test_an_error_that_ends_in_the_log_shows_nothing_of_a_patient(database: Database) -> None:
    with pytest.raises(DatabaseBehind) as told:
        database.run_now(
            lambda session: session.execute(text("select * from nowhere where name = :n"), {"n": "王小明"})
        )
    assert "王小明" not in f"{told.value} {told.value.__cause__}"


def test_who_only_reads_waits_for_no_writer_and_keeps_none_waiting(
    database_url: str, open_database: Callable[[str], Database]
) -> None:
    """`wardbell flows history` beside a long write; and the other way round."""
    writing = open_database(database_url)
    reader = Database(database_url, busy_milliseconds=1, pause=lambda _: None)

    @reading
    def count(session: Session) -> int:
        return session.execute(text("SELECT count(*) FROM wards")).scalar_one()

    def write(session: Session) -> int:
        session.execute(text("INSERT INTO wards (code, name_zh, name_en) VALUES ('N1', '一', 'One')"))
        return reader.run_now(count)

    @reading
    def long_read(session: Session) -> int:
        before = count(session)
        writing.run_now(
            lambda other: other.execute(text("INSERT INTO wards (code, name_zh, name_en) VALUES ('N2', '二', 'Two')"))
        )
        return before

    try:
        assert writing.run_now(write) == 0
        assert reader.run_now(long_read) == 1
        assert reader.run_now(count) == 2
    finally:
        reader.close()


def test_who_said_to_read_only_cannot_write(database: Database) -> None:
    @reading
    def slip(session: Session) -> None:
        session.execute(text("INSERT INTO wards (code, name_zh, name_en) VALUES ('N1', '一', 'One')"))

    def write(session: Session) -> None:
        session.execute(text("INSERT INTO wards (code, name_zh, name_en) VALUES ('N2', '二', 'Two')"))

    with pytest.raises(DatabaseError):
        database.run_now(slip)
    database.run_now(write)  # the connection is as it was
    with pytest.raises(DatabaseError):
        database.run_now(slip)


def test_a_transaction_that_holds_sqlite_long_is_named_in_the_log(
    tmp_path: Path, open_database: Callable[[str], Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("db.database.LONG", 0.0)
    told: list[dict[str, object]] = []
    globalLogPublisher.addObserver(told.append)  # type: ignore[arg-type]
    try:

        def slow_import(session: Session) -> None:
            session.execute(text("SELECT 1"))

        open_database(f"sqlite:///{tmp_path / 'one.db'}").run_now(slow_import)
    finally:
        globalLogPublisher.removeObserver(told.append)  # type: ignore[arg-type]
    assert any("slow_import" in str(one.get("name", "")) for one in told)
