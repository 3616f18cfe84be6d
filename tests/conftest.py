"""Fixtures that every room may use: a fresh database with all tables, on SQLite and on PostgreSQL."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from itertools import groupby, zip_longest
from pathlib import Path

import pytest
from hypothesis import settings

from db.database import Database
from db.tables import Base
from tests.faults import Faults
from tests.postgres import Cluster, PostgresMissing

REAL_TIME = ("e2e", "phone", "setup", "switch")
"""Rooms whose tests wait for calls and processes more than they compute."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that wait and files that compute take turns, those with most tests first: several workers, each with a file
    at a time, keep the machine busy, and none begins with a long file when the others end."""
    files = [list(tests) for _, tests in groupby(items, key=lambda item: item.path)]
    waiting = [tests for tests in files if tests[0].path.parent.name in REAL_TIME]
    computing = sorted((tests for tests in files if tests not in waiting), key=len, reverse=True)
    items[:] = [item for pair in zip_longest(waiting, computing, fillvalue=[]) for file in pair for item in file]


settings.register_profile("patient", deadline=None)  # how long things take is measured in bench/
settings.load_profile("patient")

collect_ignore = [] if find_spec("playwright") else ["browser"]
"""`make browser` installs what these need; the quick tests do without."""


@pytest.fixture(autouse=True)
def faults() -> Iterator[Faults]:
    """Failures that the product logged: none is left unexpected at the end of a test."""
    with Faults() as faults:
        yield faults
    assert faults.expected() == []


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL cluster for this run of the tests."""
    try:
        started = Cluster()
    except PostgresMissing as error:
        pytest.fail(str(error))  # not skipped: the booking race must be seen on both databases
    yield started
    started.stop()


@pytest.fixture(scope="session")
def postgres_url(cluster: Cluster) -> str:
    """A PostgreSQL database that holds all tables; emptied after each test, much quicker than made for each."""
    url = cluster.url(cluster.create())
    made = Database(url)
    made.create_all()
    made.close()
    return url


@pytest.fixture(scope="session")
def sqlite_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite database that holds all tables, to copy for each test."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    made = Database(f"sqlite:///{path}")
    made.create_all()
    made.close()
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a fresh database with all tables."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_file"), tmp_path / "wardbell.db")
        yield f"sqlite:///{tmp_path / 'wardbell.db'}"
        return
    cluster: Cluster = request.getfixturevalue("cluster")
    url = request.getfixturevalue("postgres_url")
    yield url
    cluster.empty(url, Base.metadata.tables.keys())


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database without any table, as `wardbell db upgrade` meets it."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    cluster: Cluster = request.getfixturevalue("cluster")
    name = cluster.create()
    yield cluster.url(name)
    cluster.drop(name)


@pytest.fixture
def open_database() -> Iterator[Callable[[str], Database]]:
    """Opens databases by URL and closes them after the test."""
    opened: list[Database] = []

    def open_it(url: str) -> Database:
        opened.append(Database(url))
        return opened[-1]

    yield open_it
    for database in opened:
        database.close()


@pytest.fixture
def database(database_url: str, open_database: Callable[[str], Database]) -> Database:
    """A fresh database with all tables."""
    return open_database(database_url)
