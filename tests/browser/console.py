"""A running line with its console, somebody of each role, and a past: what the browser's tests look at.

Nothing here knows what stands on a page; `addresses.py` finds the pages.
"""

from __future__ import annotations

import http.client
import socket
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from accounts.audit import Hand
from accounts.rights import Role
from accounts.users import add
from accounts.visits import open_session
from db.database import Database
from tests.e2e.line import Line, admission, eventually
from tests.phone.phone import Phone

WARD = "W3"
"""The ward of the nurse, in the demo hospital."""


class Console:
    """One line, its web server, a token for each role. `close` ends it all."""

    def __init__(self, directory: Path) -> None:
        self.exchange = Phone(directory, "exchange")
        self.patient = Phone(directory, "patient")
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = int(free.getsockname()[1])
        self.line = Line(directory / "line", self.exchange.port, web__port=self.port, sip__lines_per_worker=4)
        self.address = f"http://127.0.0.1:{self.port}"
        try:
            self.line.prepare()
            self.line.launch()
            self.line.wait_serving(120)
            eventually(self._serves, 60, f"the console to be served; the log:\n{self.line.log}")
            self._tokens = dict(self._people(Role))
        except BaseException:
            self.close()
            raise

    def token(self, role: str) -> str:
        """What a browser of somebody of this role holds."""
        return self._tokens[Role(role)]

    def answers(self, role: str, address: str) -> tuple[int, str, str]:
        """Status and type of an address for somebody of a role (empty: nobody), and its text when it is a page; nothing
        is read of a stream that never ends."""
        asking = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        cookie = {"Cookie": f"wardbell={self.token(role)}"} if role else {}
        try:
            asking.request("GET", address, headers={"Accept": "text/html", **cookie})
            answer = asking.getresponse()
            kind = answer.getheader("content-type", "")
            return answer.status, kind, answer.read().decode() if kind.startswith("text/html") else ""
        finally:
            asking.close()

    def lives(self) -> None:
        """A morning: calls of patients, an admission that a nurse confirms, one that nobody answers, a bad message."""
        for caller, keys in (("13900000001", "1"), ("13900000002", ""), ("13900000003", "0")):
            call = self.patient.dial(self.line.uri("1000"), caller=caller).wait_answered()
            time.sleep(1)
            call.press(keys)
            time.sleep(0.5)
            call.hang_up()
        self.line.send(admission("B1", WARD, bed="12"))
        nurse = self.exchange.next_call(10).wait_answered()
        eventually(lambda: nurse.press("1") or nurse.over, 60, "the nurse to have confirmed", every=2)
        self.line.send(admission("B2", "W5", bed="7"))
        self.line.send("MSH|^~\\&|HIS|HOSPITAL|WARDBELL|PHONE|20261128||ADT^A01|B3|P|2.5\rPV1|1|I\r")

    def close(self) -> None:
        """Everything ends."""
        self.line.close()
        self.patient.close()
        self.exchange.close()

    def _serves(self) -> bool:
        with socket.socket() as trying:
            trying.settimeout(0.5)
            return trying.connect_ex(("127.0.0.1", self.port)) == 0

    def _people(self, roles: Iterable[Role]) -> Iterable[tuple[Role, str]]:
        database = Database(f"sqlite:///{self.line.data / 'wardbell.db'}")
        now = datetime.now(UTC)
        try:
            for role in roles:
                wards = (WARD,) if role is Role.NURSE else ()
                hand = Hand("the tests", now, "command")
                user = database.run_now(add, f"some-{role}", f"Some {role}", role, None, hand, wards=wards)
                yield role, database.run_now(open_session, user.id, now, "127.0.0.1", "Chromium")
        finally:
            database.close()
