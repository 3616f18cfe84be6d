"""The console without a network: its pages over a fresh database, asked as somebody of a role."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from fastapi import FastAPI

from accounts.login import Login
from accounts.passwords import PlainPasswords
from accounts.second_factor import SecondFactors
from db.database import Database
from hospital.cards.pins import PlainPins
from tests.web.browser import Browser, signed_in
from web.app import make_pages
from web.door import FakeDoor
from web.site import Site

BEGAN = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
"""A Monday, 9:00 in Shanghai."""


PEPPER = b"p" * 32


def plain_login(database: Database, clock: Callable[[], datetime]) -> Login:
    """A login that costs no time."""
    return Login(database, PlainPasswords(), SecondFactors(PEPPER), clock)


def empty_site(database: Database) -> Site:
    """A site to make pages with, before a test puts its own in place."""

    def clock() -> datetime:
        return BEGAN

    return Site(database, clock, ZoneInfo("Asia/Shanghai"), FakeDoor(), PlainPins(), plain_login(database, clock))


class Wall:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = BEGAN

    def __call__(self) -> datetime:
        """Now."""
        return self.now

    def pass_by(self, **time: float) -> None:
        """Time passes."""
        self.now += timedelta(**time)


@pytest.fixture
def wall() -> Wall:
    """The clock on the wall."""
    return Wall()


@pytest.fixture
def door() -> FakeDoor:
    """The engine behind the pages."""
    return FakeDoor()


@pytest.fixture
def site(tmp_path: Path, sqlite_file: Path, wall: Wall, door: FakeDoor) -> Iterator[Site]:
    """What the pages of this test share."""
    shutil.copy(sqlite_file, tmp_path / "wardbell.db")
    database = Database(f"sqlite:///{tmp_path / 'wardbell.db'}")
    yield Site(database, wall, ZoneInfo("Asia/Shanghai"), door, PlainPins(), plain_login(database, wall))
    database.close()


@pytest.fixture(scope="session")
def pages_app(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    """The application, made once: what a test puts into it is the site."""
    nowhere = Database("sqlite://")
    return make_pages(empty_site(nowhere))


@pytest.fixture
def console(pages_app: FastAPI, site: Site) -> FastAPI:
    """The application over this test's site."""
    pages_app.state.site = site
    return pages_app


@pytest.fixture
def sign_in(console: FastAPI, site: Site) -> Callable[..., Browser]:
    """`sign_in("nurse", wards=("W5",))`: a browser in which somebody of that role is logged in."""
    return lambda role, wards=(), name="": signed_in(console, site, role, wards, name)


@pytest.fixture
def stranger(console: FastAPI, site: Site) -> Browser:
    """A browser in which nobody is logged in."""
    return Browser(console, site)
