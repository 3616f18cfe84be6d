"""A running line with its console, somebody of each role, and a past: what the browser's tests look at.

Nothing here knows what stands on a page; `addresses.py` finds the pages.
"""

from __future__ import annotations

import http.client
import socket
import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from accounts.audit import Hand
from accounts.rights import Role
from accounts.users import add
from accounts.visits import open_session
from db.database import Database
from hospital.clinic import registration
from hospital.clinic.calendar import HospitalCalendar
from tests.e2e.line import Line, admission, eventually
from tests.e2e.melodies import melody
from tests.phone.phone import Phone
from tests.reports.past import Past

WARD = "W3"
"""The ward of the nurse, in the demo hospital."""
ZONE = ZoneInfo("Asia/Shanghai")
LAST_MONTH = datetime.now(ZONE).replace(hour=9, minute=0, second=0, microsecond=0) - timedelta(days=40)
"""Nine in the morning of the first day of the past that reports tell of."""
BOOKED = "100006"
"""The card that is booked somewhere."""
LANDLINE, ABROAD = "01000200300", "+48501"
"""Who called last month: Excel must leave zeros and signs alone."""
SPEAKER = "13900000044"
"""Who left a message."""


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
        self.past()
        self.leaves_message("some words")
        self.line.send("MSH|^~\\&|HIS|HOSPITAL|WARDBELL|PHONE|20261128||ADT^A01|B3|P|2.5\rPV1|1|I\r")

    def database(self) -> Database:
        """The line's own, opened once more; whoever asks for it closes it."""
        return Database(f"sqlite:///{self.line.data / 'wardbell.db'}")

    def past(self) -> None:
        """Four days of last month, added up; somebody is booked for today's general clinic."""
        database, now = self.database(), datetime.now(UTC)
        made = Past(database, now, ZONE)
        menu = ("step", {"flow": "main", "step": "services"})
        for day, (hour, number) in product(range(4), ((0, 3), (1, 4), (6, 1))):
            for minute in range(number):
                began = LAST_MONTH + timedelta(days=day, hours=hour, minutes=minute)
                left = minute == 2
                keyed = ("keys", {"keys": "1"}) if minute else ("no_input", {})
                made.call(
                    began, caller=(LANDLINE, ABROAD)[minute % 2], steps=[menu, keyed],
                    outcome="hung_up" if left else "operator" if minute % 2 else "registered",
                    waited=20.0 if left else 6.0 * minute, talked=0.0 if left else 40.0 * (minute % 2),
                )  # fmt: skip

        def book(session: Session) -> None:
            request = registration.Request(BOOKED, "a-call", now, HospitalCalendar(ZONE))
            registration.book_general(session, request, "neike")

        try:
            made.heals()
            database.run_now(book)
        finally:
            database.close()

    def closes(self, number: str, why: str) -> None:
        """A number is closed by hand."""
        self.line.command("numbers", "close", number, "--why", why)

    def leaves_message(self, words: str, number: str = "1002") -> str:
        """A caller finds `number` closed, says something, and hangs up; the id of the call."""
        sound = self.line.directory / "words.wav"
        melody(words, sound)
        self.closes(number, "nobody is there")
        self.answered_by(number, "closed")
        call = self.patient.dial(self.line.uri(number), caller=SPEAKER).wait_answered()
        id_ = self.at_step(SPEAKER, "offer")
        call.press("1")
        begun = "SELECT id FROM recordings WHERE call_id = ?"
        eventually(lambda: self.line.rows(begun, id_), 60, "the message to begin")
        for _ in range(6):
            call.speak(sound)
            time.sleep(0.5)
        call.press("#")
        eventually(lambda: self.line.rows(f"{begun} AND ended <> ''", id_), 30, "the message to be kept")
        call.hang_up()
        self.line.command("numbers", "open", number)
        return id_

    def answered_by(self, number: str, flow: str) -> None:
        """Call `number` until `flow` answers: engines hear of a switching within about a second."""

        mine = "SELECT flow FROM calls WHERE dialled = ? ORDER BY began_at"

        def tries() -> bool:
            before = len(self.line.rows(mine, number))
            self.patient.dial(self.line.uri(number), caller="13900000077").wait_answered(20).hang_up()
            [newest] = eventually(lambda: self.line.rows(mine, number)[before:], 30, "the row of a call")
            return bool(newest["flow"] == flow)

        eventually(tries, 30, f"{flow} to answer {number}", every=0.5)

    def at_step(self, caller: str, step: str) -> str:
        """Wait until the newest call of somebody has come to a step; its id."""
        newest = "SELECT id FROM calls WHERE caller = ? ORDER BY began_at DESC LIMIT 1"

        def there() -> str:
            found = self.line.rows(newest, caller)
            steps = [one.get("step") for one in self.line.events(found[0]["id"])] if found else []
            return str(found[0]["id"]) if step in steps else ""

        return eventually(there, 60, f"{caller} to come to {step}")

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
        database, now = self.database(), datetime.now(UTC)
        try:
            for role in roles:
                wards = (WARD,) if role is Role.NURSE else ()
                hand = Hand("the tests", now, "command")
                user = database.run_now(add, f"some-{role}", f"Some {role}", role, None, hand, wards=wards)
                yield role, database.run_now(open_session, user.id, now, "127.0.0.1", "Chromium")
        finally:
            database.close()
