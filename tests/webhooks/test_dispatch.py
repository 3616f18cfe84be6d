"""Messages are told with what happened and reach their target, however often that takes."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner
from sqlalchemy.orm import Session
from twisted.internet.defer import Deferred, succeed

from background.threads import OffReactor, at_once
from db.database import Database, ImmediateTransactions
from tests.faults import Faults
from tests.webhooks.receiver import SECRET
from wardbell.commands.webhooks import webhooks
from wardbell.doctor.finding import Level
from wardbell.doctor.webhooks import delivered
from wardbell.settings import Webhook
from webhooks import listing
from webhooks.dispatch import BESIDE, Dispatch
from webhooks.outbox import DELIVERED, GIVEN_UP, PAUSES, SENDING, WAITING, forget, tell
from webhooks.post import Answer
from webhooks.target import Target
from webhooks.what import What

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
DESK = Target("desk", "https://cti.example/hook", (SECRET,), (What.CALL_BEGAN, What.BOOKING_MADE))
LOG = Target("log", "https://log.example/hook", (SECRET,), (What.CALL_BEGAN,))
WELL, BROKEN, GONE = Answer(204), Answer(500, "500 Internal Server Error"), Answer(410, "410 Gone")


@dataclass
class Line:
    """A line with two targets that answer as told, and a clock to set."""

    database: Database
    now: datetime = NOON
    answers: dict[str, Answer] = field(default_factory=dict)
    sent: list[tuple[str, dict[str, Any], Mapping[str, str]]] = field(default_factory=list)
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Asia/Shanghai"))

    def __post_init__(self) -> None:
        self.database.run_now(listing.keep, [DESK, LOG])
        self.start()

    def start(self, off_reactor: OffReactor = at_once) -> None:
        """The engine's life begins, again."""
        transactions = ImmediateTransactions(self.database)
        self.dispatch = Dispatch(
            [DESK, LOG], transactions, off_reactor, lambda: self.now, self._send, lambda low, high: 1.0
        )

    def _send(self, target: Target, body: str, headers: Mapping[str, str]) -> Answer:
        self.sent.append((target.name, json.loads(body), headers))
        return self.answers.get(target.name, WELL)

    def tells(self, what: What = What.CALL_BEGAN, **facts: Any) -> None:
        self.database.run_now(tell, what, facts, self.now)

    def after(self, seconds: float = 0.0) -> None:
        self.now += timedelta(seconds=seconds)
        self.dispatch.tick()

    def wallclock(self) -> datetime:
        return self.now

    def states(self, name: str = "desk") -> list[str]:
        return [one.state for one in self.database.run_now(listing.list_deliveries, name)]

    def target(self, name: str = "desk") -> listing.TargetRecord:
        return next(one for one in self.database.run_now(listing.list_targets) if one.name == name)


@pytest.fixture
def line(database: Database) -> Line:
    """On both databases: claims lock rows."""
    return Line(database)


@pytest.fixture
def quick(sqlite_file: Any, tmp_path: Any, open_database: Callable[[str], Database]) -> Line:
    """The same on SQLite alone."""
    (tmp_path / "wardbell.db").write_bytes(sqlite_file.read_bytes())
    return Line(open_database(f"sqlite:///{tmp_path / 'wardbell.db'}"))


def test_everybody_who_wants_to_know_is_told_with_one_id_for_all(line: Line) -> None:
    line.tells(call="c1")
    line.tells(What.BOOKING_MADE, slip="123456")
    line.tells(What.CALL_ENDED, call="c1")
    line.after(1)
    told = [(name, body["type"], body["data"]) for name, body, _ in line.sent]
    began = "call.began", {"call": "c1"}
    assert sorted(told) == [("desk", "booking.made", {"slip": "123456"}), ("desk", *began), ("log", *began)]
    assert len({headers["webhook-id"] for _, body, headers in line.sent if body["type"] == "call.began"}) == 1
    assert line.sent[0][1]["timestamp"] == "2026-03-02T12:00:00Z"
    assert line.states() == [DELIVERED, DELIVERED]
    line.after(3600)
    assert len(line.sent) == 3


def test_what_did_not_happen_is_not_told(quick: Line) -> None:
    def booked_and_failed(session: Session) -> None:
        tell(session, What.BOOKING_MADE, {"slip": "1"}, NOON)
        raise LookupError("the card is blocked")

    with pytest.raises(LookupError):
        quick.database.run_now(booked_and_failed)
    quick.after(1)
    assert quick.sent == []


def test_a_failure_is_tried_again_after_longer_and_longer_pauses_and_given_up_in_the_end(quick: Line) -> None:
    quick.answers["desk"] = BROKEN
    quick.tells(What.BOOKING_MADE)
    for tries, pause in enumerate(PAUSES, 1):
        quick.after()
        assert len(quick.sent) == tries
        quick.after(pause - 1)
        assert len(quick.sent) == tries
        quick.after(1)
    assert len({headers["webhook-id"] for *_, headers in quick.sent}) == 1
    assert quick.states() == [GIVEN_UP]
    quick.after(1e6)
    assert len(quick.sent) == len(PAUSES) + 1
    assert quick.database.run_now(listing.list_deliveries, "desk")[0].said == BROKEN.said


def test_a_message_that_a_crash_interrupted_is_sent_again(quick: Line) -> None:
    quick.tells(What.BOOKING_MADE)
    quick.start(lambda work: Deferred())
    quick.after(1)
    quick.start()
    quick.after(SENDING.total_seconds() - 2)
    assert quick.sent == []
    quick.after(2)
    assert [name for name, *_ in quick.sent] == ["desk"]


def test_two_engines_send_a_message_once(line: Line) -> None:
    other = Line(line.database)
    for number in range(20):
        line.tells(What.BOOKING_MADE, slip=str(number))
    line.after(1)
    other.after(1)
    line.after(1)
    assert len(line.sent) + len(other.sent) == 20


def test_a_target_that_hangs_keeps_neither_the_others_nor_threads_waiting(quick: Line) -> None:
    held: list[Deferred[Answer]] = []

    def off_reactor(work: Callable[[], Answer]) -> Deferred[Answer]:
        answer = work()
        if quick.sent[-1][0] == "log":
            return succeed(answer)
        held.append(Deferred())
        return held[-1]

    quick.start(off_reactor)
    for number in range(10):
        quick.tells(call=str(number))
    quick.after(1)
    quick.after(1)
    assert len(held) == BESIDE
    assert [name for name, *_ in quick.sent].count("log") == 10
    for one in held[:]:
        one.callback(WELL)
    assert len(held) > BESIDE  # the next ones set out at once


def test_a_target_that_fails_is_asked_with_one_message_at_a_time(quick: Line) -> None:
    quick.answers["desk"] = BROKEN
    for number in range(40):
        quick.tells(What.BOOKING_MADE, slip=str(number))
    for _ in range(30):
        quick.after(1)
    assert len(quick.sent) < 15
    quick.answers.clear()
    for _ in range(120):
        quick.after(1)
    assert set(quick.states()) <= {DELIVERED, WAITING}
    quick.after(PAUSES[1])
    assert set(quick.states()) == {DELIVERED}


def test_after_three_days_of_failure_it_is_off_and_everybody_is_told(quick: Line, faults: Faults) -> None:
    quick.answers["desk"] = BROKEN
    day = 0.0
    while quick.target().off_at is None:
        quick.tells(What.BOOKING_MADE)
        quick.after(3600)
        day += 1 / 24
        assert day < 3.2
    assert day > 2.9
    finding = _finding(quick)
    assert (finding.level, "desk is off since 2026-03-05" in finding.what) == (Level.ERROR, True)
    assert "off since" in said(quick, "list")
    count = len(quick.sent)
    quick.tells(What.BOOKING_MADE)  # told to nobody
    quick.after(1e6)
    assert len(quick.sent) == count
    assert set(quick.states()) == {GIVEN_UP}

    quick.answers.clear()
    said(quick, "on", "desk")
    quick.tells(What.BOOKING_MADE)
    quick.after(61)
    assert quick.states()[0] == DELIVERED
    assert _finding(quick).level is Level.WARNING  # what was given up is not forgotten
    said(quick, "send-again", "--given-up", "desk")
    for _ in range(100):
        quick.after(1)
    assert set(quick.states()) == {DELIVERED}
    assert _finding(quick).level is Level.OK


def test_a_target_that_wants_no_more_is_off_at_once(quick: Line) -> None:
    quick.answers["log"] = GONE
    quick.tells()
    quick.after(1)
    assert quick.target("log").off_at == quick.now
    assert quick.target("desk").off_at is None


def test_the_next_failure_counts_from_the_last_success(quick: Line) -> None:
    for answer, seconds in ((BROKEN, 1.0), (WELL, PAUSES[0])):
        quick.answers["desk"] = answer
        if answer is BROKEN:
            quick.tells(What.BOOKING_MADE)
        quick.after(seconds)
    assert (quick.target().failing_since, quick.target().failure) == (None, "")
    assert quick.target().delivered_at == quick.now


def test_a_target_that_the_settings_name_no_more_is_told_nothing(quick: Line) -> None:
    quick.database.run_now(listing.keep, [LOG])
    quick.tells(call="c1")
    quick.after(1)
    assert [name for name, *_ in quick.sent] == ["log"]


def test_another_address_is_another_chance(quick: Line) -> None:
    quick.answers["desk"] = GONE
    quick.tells()
    quick.after(1)
    moved = Target("desk", "https://new.example/hook", (SECRET,))
    quick.database.run_now(listing.keep, [moved, LOG])
    assert quick.target().off_at is None


def test_old_deliveries_are_forgotten(quick: Line) -> None:
    quick.tells()
    quick.after(1)
    assert quick.database.run_now(forget, quick.now) == 2
    assert quick.states() == []


def test_deliveries_are_listed_shown_and_sent_again(quick: Line) -> None:
    quick.tells(call="c1")
    quick.after(1)
    assert "call.began" in said(quick, "log", "desk", "--state", "delivered")
    assert '"call": "c1"' in said(quick, "show", "1")
    said(quick, "send-again", "1")
    quick.after(1)
    assert len(quick.sent) == 3
    for wrong in (["show", "99"], ["send-again", "99"], ["on", "nobody"], ["send-again"]):
        assert CliRunner().invoke(webhooks, wrong, obj=quick).exit_code != 0
    assert said(quick, "secret").startswith("whsec_")


def said(line: Line, *words: str) -> str:
    done = CliRunner().invoke(webhooks, words, obj=line)
    assert done.exit_code == 0, done.output
    return done.output


def _finding(line: Line) -> Any:
    desk = Webhook(name="desk", url=DESK.url, secrets=(SECRET,))  # type: ignore[arg-type]
    [found] = delivered(line.database, [desk], line.now, line.zone)
    return found
