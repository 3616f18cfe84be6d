"""The API without a network: over a small hospital, asked with keys."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from fastapi import FastAPI
from httpx2 import Response
from starlette.testclient import TestClient

from accounts.audit import AuditQuery, AuditRecord, Hand, find
from accounts.keys import make
from accounts.rights import Right
from db.database import Database
from hospital.cards import cards
from hospital.cards.pins import PlainPins
from hospital.clinic import departments, rota
from hospital.clinic.departments import DepartmentRecord
from hospital.clinic.rota import NewDuty
from ivr.numbers.plan import Numbers, Plan, Refusal, Route
from notify.notices.rules_file import load_rules
from tests.web.conftest import BEGAN, Wall, empty_site, plain_login
from web.api.app import Behind, make_api
from web.api.limits import Limits
from web.api.line import FakeApiLine
from web.door import FakeDoor
from web.site import Site

ROOT = Path(__file__).parents[3]
TODAY = date(2026, 11, 23)
TOMORROW = TODAY + timedelta(1)


@dataclass
class Api:
    """The application, what stands behind it, and clients of it."""

    app: FastAPI
    database: Database
    line: FakeApiLine
    wall: Wall
    recordings: Path
    made: int = 0
    clients: dict[str, TestClient] = field(default_factory=dict)

    def key(self, *rights: Right, name: str = "", expires: datetime | None = None) -> str:
        """A fresh key."""
        self.made += 1
        hand = Hand("test", self.wall(), "command")
        name = name or f"key{self.made}"
        return self.database.run_now(make, name, rights, expires, hand).secret

    def client(self, *rights: Right, name: str = "") -> Client:
        """A client with a key of these rights."""
        return Client(self.app, self.key(*rights, name=name))

    def audit(self, **wanted: str) -> list[AuditRecord]:
        """Rows of the audit, the newest first."""
        return self.database.run_now(find, AuditQuery(**wanted))


class Client(TestClient):
    """Another system."""

    def __init__(self, app: FastAPI, secret: str = "") -> None:
        headers = {"Authorization": f"Bearer {secret}"} if secret else {}
        super().__init__(app, raise_server_exceptions=False, headers=headers, follow_redirects=False)

    def says(self, path: str, body: Any = None, once: str = "", **headers: str) -> Response:
        """POST."""
        named = {"Idempotency-Key": once} if once else {}
        return self.post(path, json={} if body is None else body, headers={**named, **headers})


def a_hospital(database: Database, now: datetime) -> None:
    """A department, an expert tomorrow, two cards, one of them with money."""

    def fill(session: Any) -> None:
        name = {"zh": "内科", "en": "Internal medicine"}
        departments.store(session, DepartmentRecord("neike", name, 1, 50, 500, "1234567", "24:00"))
        rota.store(session, [NewDuty(TOMORROW, "am", "neike", "1", "王医生", "Dr Wang", 1, 2000)])
        for number, money in (("100001", 10_000), ("100002", 0)):
            cards.add(session, number, "张伟", "13900000001", now)
            if money:
                cards.top_up(session, number, money, f"test:{number}", now)

    database.run_now(fill)


LINE = Numbers(
    {"1000": Plan("1000", Route("main", "zh"), title="General line", closed=Refusal(486)), "1001": Route("main", "en")}
)


@pytest.fixture(scope="session")
def hospital_file(tmp_path_factory: pytest.TempPathFactory, sqlite_file: Path) -> Path:
    """A database with the small hospital, to copy for each test."""
    path = tmp_path_factory.mktemp("api") / "hospital.db"
    shutil.copy(sqlite_file, path)
    database = Database(f"sqlite:///{path}")
    a_hospital(database, BEGAN)
    database.close()
    return path


@pytest.fixture(scope="session")
def api_app() -> FastAPI:
    """The application, made once: what a test puts into it is the site and what stands behind."""
    return make_api(empty_site(Database("sqlite://")), Behind(FakeApiLine(), Path("nowhere")))


@pytest.fixture
def api(api_app: FastAPI, tmp_path: Path, hospital_file: Path, wall: Wall) -> Iterator[Api]:
    """The API over this test's hospital."""
    shutil.copy(hospital_file, tmp_path / "wardbell.db")
    database = Database(f"sqlite:///{tmp_path / 'wardbell.db'}")
    line = FakeApiLine(load_rules(ROOT / "flows" / "notices.yaml"), LINE)
    login = plain_login(database, wall)
    api_app.state.site = Site(database, wall, ZoneInfo("Asia/Shanghai"), FakeDoor(), PlainPins(), login)
    api_app.state.behind = Behind(line, tmp_path / "recordings")
    api_app.state.limits = Limits(1e9, 1e9)
    api_app.state.strangers = Limits(30, 30)
    yield Api(api_app, database, line, wall, tmp_path / "recordings")
    database.close()
