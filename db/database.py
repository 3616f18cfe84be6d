"""The database: one transaction is one plain function, run on threads of its own.

`Database` leaves to its callers what is done inside a transaction, and to `db.migrate` how tables
come to be. It owns the connections, the retries and the translation of errors (`db.errors`).
"""

from __future__ import annotations

import contextlib
import random
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from sqlalchemy import Engine, make_url
from sqlalchemy.engine import URL, create_engine
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolExhausted
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import StaticPool
from twisted.internet.interfaces import IReactorFromThreads
from twisted.internet.threads import deferToThreadPool
from twisted.logger import Logger
from twisted.python.threadpool import ThreadPool

from db.driver_errors import translate, translate_sqlite
from db.errors import DatabaseAway, DatabaseBusy, DatabaseError, DatabaseFault
from db.open_connections import OpenConnections
from db.reading import only_reads
from db.sqlite import READS, forget_hold, held_for
from db.sqlite import prepare as prepare_sqlite
from db.tables import Base

log = Logger()

P = ParamSpec("P")
T = TypeVar("T")

ATTEMPTS = 5
"""How often one transaction is tried when others are in its way."""

BUSY_MILLISECONDS = 2_000
"""How long SQLite waits for another writer before an attempt fails."""

PATIENCE = 5.0
"""Seconds that running transactions get when the database is closed."""

LONG = 0.05
"""Seconds for which a transaction may hold SQLite's one place for writers."""
VERY_LONG = 0.5
"""From here on it is logged for everybody: calls and messages were kept waiting."""


class Transactions(Protocol):
    """Something that runs a function as one transaction and can be awaited."""

    async def run(self, work: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call `work(session, *args, **kwargs)` in one transaction; commit and return its result, or roll back.

        `work` may be called again from the start when another transaction was in the way, so it changes nothing
        but the session. It returns plain values or frozen records, never rows of the session.
        """


class Database:
    """One database by its SQLAlchemy URL: `sqlite:////path/file.db` or `postgresql+psycopg://user@host/name`.

    `reactor` is only needed for `run`; `start` starts the threads and `close` ends them.
    A cancelled `run` leaves the thread to finish: its transaction may still commit.
    """

    def __init__(
        self,
        url: str | URL,
        reactor: IReactorFromThreads | None = None,
        threads: int = 4,
        pause: Callable[[float], None] = time.sleep,
        busy_milliseconds: int = BUSY_MILLISECONDS,
    ) -> None:
        try:
            self.url = make_url(url)
        except ArgumentError as error:
            raise DatabaseFault(f"not a database URL: {error}") from error
        if self.url.drivername == "postgresql":
            self.url = self.url.set(drivername="postgresql+psycopg")
        self._reactor = reactor
        self._pause = pause
        self._engine = _engine(self.url, threads, busy_milliseconds)
        self._sessions = sessionmaker(self._engine, expire_on_commit=False)
        reading = self._engine.execution_options(**{READS: True, "postgresql_readonly": True})
        self._readers = sessionmaker(reading, expire_on_commit=False)
        self.watch: Callable[[bool, float, DatabaseError | None], object] | None = None
        """Told of each transaction: whether it only reads, its seconds with what it waited for, how it failed."""
        self.committed = 0
        """Transactions that may write and came through: while this grows, the database lives."""
        self._closed = False
        self._open = OpenConnections(self._engine)
        self._threads = ThreadPool(minthreads=0, maxthreads=threads, name="database")
        self._one_at_a_time: contextlib.AbstractContextManager[Any] = (
            threading.Lock() if isinstance(self._engine.pool, StaticPool) else contextlib.nullcontext()
        )

    @property
    def engine(self) -> Engine:
        """For migrations and the check of the tables; everything else uses transactions."""
        return self._engine

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""
        return self._engine.dialect.name

    def start(self) -> None:
        """Start the threads that `run` uses. Calling it again does nothing."""
        if not self._threads.started:
            self._threads.start()

    def close(self) -> None:
        """Let running transactions finish, end the threads, close the connections. Blocks until that is done; a server
        that says nothing is waited for `PATIENCE` seconds.

        For `run` that is the end: work that goes on must not start threads again, the process would not end."""
        self._closed = True
        if self._threads.started:
            with self._open.cut_after(PATIENCE):
                self._threads.stop()
        self._engine.dispose()

    async def run(self, work: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """`work` as one transaction on a thread of the database. Raises `db.errors.DatabaseError`."""
        if self._reactor is None:
            raise DatabaseFault("this database was made without a reactor: use run_now")
        if self._closed:
            raise DatabaseAway("the database is closed")
        self.start()
        return await deferToThreadPool(
            self._reactor,
            self._threads,
            lambda: self._in_turn(work, *args, **kwargs),
        )

    def _in_turn(self, work: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        if self._open.are_cut:
            raise DatabaseAway("the server says nothing, and the database is closed")
        return self.run_now(work, *args, **kwargs)

    def run_now(self, work: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """`work` as one transaction in this thread. Raises `db.errors.DatabaseError`.

        Work that is marked as `reading` sees one moment of the database and locks nothing, also on SQLite."""
        if self.watch is None:
            return self._attempts(work, *args, **kwargs)
        began, failed = time.monotonic(), None
        try:
            return self._attempts(work, *args, **kwargs)
        except DatabaseError as wrong:
            failed = wrong
            raise
        finally:
            self.watch(only_reads(work), time.monotonic() - began, failed)

    def _attempts(self, work: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        sessions = self._readers if only_reads(work) else self._sessions
        for attempt in range(1, ATTEMPTS + 1):
            try:
                with _translated(), self._one_at_a_time, self._told_when_long(work), sessions.begin() as session:
                    done = work(session, *args, **kwargs)
                self.committed += sessions is self._sessions
                return done
            except DatabaseBusy:
                if attempt == ATTEMPTS:
                    raise
                self._pause(random.uniform(0.5, 1.0) * 0.02 * 2**attempt)
        raise AssertionError("unreachable")

    @contextlib.contextmanager
    def _told_when_long(self, work: Callable[..., Any]) -> Iterator[None]:
        """On SQLite everybody waits for a writer: one that holds it long is named in the log."""
        forget_hold()
        try:
            yield
        finally:
            if (held := held_for()) is not None and held > LONG:
                name = getattr(work, "__qualname__", repr(work))
                say = log.warn if held > VERY_LONG else log.debug
                say("{name} held the database for {ms} ms", name=name, ms=round(held * 1000))

    def create_all(self) -> None:
        """Make every table without migrations; for tests."""
        with _translated():
            Base.metadata.create_all(self._engine)


class ImmediateTransactions:
    """Transactions in the calling thread: a coroutine over it never suspends. For clerks, simulator, tests."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def run(self, work: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """As `Database.run_now`."""
        return self._database.run_now(work, *args, **kwargs)


@contextlib.contextmanager
def _translated() -> Iterator[None]:
    """The one place where the driver's errors become ours."""
    try:
        yield
    except DatabaseError:
        raise
    except PoolExhausted as error:
        raise DatabaseBusy("no free connection to the database") from error
    except DBAPIError as error:
        raise translate(error) from error
    except SQLAlchemyError as error:
        raise DatabaseFault(str(error)) from error
    except sqlite3.Error as error:  # from the pragmas of a new connection: SQLAlchemy does not wrap these
        raise translate_sqlite(error) from error


def _engine(url: URL, threads: int, busy_milliseconds: int) -> Engine:
    sqlite = url.get_backend_name() == "sqlite"
    in_memory = sqlite and url.database in (None, "", ":memory:")
    options: dict[str, Any] = {}
    if in_memory:
        options = {"poolclass": StaticPool, "connect_args": {"check_same_thread": False}}
    else:
        # Room beyond our threads: web requests run transactions in their own threads.
        options = {"pool_size": threads, "max_overflow": 24, "pool_timeout": 10, "pool_pre_ping": not sqlite}
        # The connection that worked last knows the pages as they are; the others would read them again.
        options["pool_use_lifo"] = True
        if sqlite:
            options["connect_args"] = {"timeout": busy_milliseconds / 1000}
        else:
            options["connect_args"] = {
                "connect_timeout": 5,
                "application_name": "wardbell",
                # A server whose machine or network died says nothing: give up in seconds, not in a quarter of an hour.
                "keepalives_idle": 10,
                "keepalives_interval": 5,
                "keepalives_count": 3,
                "tcp_user_timeout": 20_000,
            }
    try:
        engine = create_engine(url, hide_parameters=True, **options)  # errors end in logs; patients' data does not
    except (SQLAlchemyError, ImportError) as error:
        raise DatabaseFault(f"cannot use {url.render_as_string(hide_password=True)}: {error}") from error
    if sqlite:
        prepare_sqlite(engine)
    return engine
