"""A hospital with one ward, a telephone that answers as told, and an engine that may die and start again."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from actions.action import CallFacts
from background.spawn import spawn
from background.threads import OffReactor, at_once
from db.database import Database, ImmediateTransactions, Transactions
from db.tables.notices import AttemptRow, NoticeRow
from hospital.wards import wards
from ivr.call.order import CallResult
from ivr.switch.line import Capacity, Cause
from notify.hl7.adt import Message, Reading, read_message
from notify.hl7.frame import gathered
from notify.hl7.header import learn_header
from notify.mllp.intake import NOTHING, Intake, Interface
from notify.notices.actions import NoticeActions
from notify.notices.budget import LineBudget
from notify.notices.confirmations import Confirmations
from notify.notices.journal import Journal
from notify.notices.outbox import Outbox, OutboxParts
from notify.notices.reports import Expired, Unreached
from notify.notices.rules import NoticeRules
from notify.notices.rules_file import load_rules
from notify.notices.telephone import FakeCaller, NoticeOrder
from notify.notices.wards import phonebook, variables

P = ParamSpec("P")
T = TypeVar("T")

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SHIPPED = load_rules(Path(__file__).parents[2] / "flows" / "notices.yaml")

STATION, HEAD_NURSE, DUTY_MANAGER = "8101", "8102", "8103"

BUSY = CallResult(Cause.BUSY)
NO_ANSWER = CallResult(Cause.NO_ANSWER)
UNREACHABLE = CallResult(Cause.UNREACHABLE)
HUNG_UP = CallResult(Cause.NORMAL, answered=True)
UNCONFIRMED = CallResult(Cause.NORMAL, answered=True, heard=True)
WORKER_DIED = CallResult(Cause.SWITCH_LOST, answered=True)

WARD = wards.WardContacts(
    code="W3",
    name={"zh": "三病区", "en": "Ward three"},
    department="",
    department_name={},
    station=(STATION,),
    head_nurse=(HEAD_NURSE,),
    duty_manager=(DUTY_MANAGER,),
)


def adt(
    trigger: str = "A01",
    control_id: str = "1",
    location: str = "W3^301^12",
    kind: str = "R",
    more: str = "",
    charset: str = "",
    sent: str = "20260302120000",
) -> str:
    """An ADT message of an invented patient."""
    header = f"MSH|^~\\&|HIS|HOSPITAL|WARDBELL||{sent}||ADT^{trigger}|{control_id}|P|2.5||||||{charset}"
    return f"{header}\rEVN|{trigger}|20260302120000\rPID|1||900001||测试^病人\rPV1|1|I|{location}|{kind}||||||{more}\r"


def everywhere(session: Session, ward: str) -> Mapping[str, Sequence[str]]:
    """A phonebook in which each ward has a telephone of its own."""
    return {"station": (f"8{ward.removeprefix('W'):0>3}",)}


class Several(Exception):
    """A frame with more than one message."""


def read(raw: bytes, reading: Reading | None = None, order: tuple[str, ...] = ("utf-8", "gb18030")) -> Message:
    """What a message says. Raises `MessageBroken`."""
    reading = reading or Reading()
    frame = gathered(raw, reading.segments)
    if not frame.messages:
        raise NOTHING
    if len(frame.messages) > 1:
        raise Several
    [message] = frame.messages
    return read_message(message, learn_header(message.header, order), reading, order)


class Told:
    """Reports that a test can read."""

    def __init__(self) -> None:
        self.unreached_ones: list[Unreached] = []
        self.floods: list[Expired] = []

    async def unreached(self, notice: Unreached) -> None:
        self.unreached_ones.append(notice)

    async def expired(self, flood: Expired) -> None:
        self.floods.append(flood)


def result_of(work: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine that doesn't wait for anything."""
    done: list[T] = []
    failed: list[Any] = []
    Deferred.fromCoroutine(work).addCallbacks(done.append, failed.append)
    if failed:
        failed[0].raiseException()
    return done[0]


@dataclass
class Story:
    """One engine on one database. `die` forgets everything but the database; `start` begins a new life."""

    database: Database
    rules: NoticeRules = SHIPPED
    clock: Clock = field(default_factory=Clock)
    caller: FakeCaller = field(default_factory=FakeCaller)
    told: Told = field(default_factory=Told)
    lines: int = 4
    owner: str = "engine-a"
    transactions: Transactions = None  # type: ignore[assignment]
    journal: Path | None = None
    """Where confirmations are kept while the database is away; None: nowhere."""
    disk: OffReactor = at_once
    interface: Interface = field(default_factory=Interface)

    def __post_init__(self) -> None:
        self.transactions = self.transactions or ImmediateTransactions(self.database)
        self.database.run_now(wards.store, WARD)
        self.start()

    def now(self) -> datetime:
        return NOON + timedelta(seconds=self.clock.seconds())

    def start(self) -> None:
        """An engine starts."""
        journal = Journal(self.journal) if self.journal is not None else None
        confirmations = Confirmations(self.transactions, journal, self.disk, self.clock, self.now)
        self.actions = NoticeActions(confirmations).actions()
        self.parts = OutboxParts(
            clock=self.clock,
            wallclock=self.now,
            transactions=self.transactions,
            rules=lambda: self.rules,
            phonebook=phonebook,
            telephone=self.caller,
            capacity=lambda: Capacity(self.lines, len(self.caller.in_air)),
            reports=self.told,
            owner=self.owner,
            budget=LineBudget(0, 1),
            confirmations=confirmations,
        )
        self.outbox = Outbox(self.parts)
        self.intake = Intake(
            self.transactions, lambda: self.rules, variables, self.now, self.outbox.poke, self.interface, self.clock
        )
        spawn(self.outbox.start(), "starting the outbox")

    def receive(self, message: str | bytes) -> str:
        """The HIS sends a message; the answer."""
        raw = message.encode() if isinstance(message, str) else message
        return result_of(self.intake.receive(raw, "10.0.0.9")).decode()

    def wait(self, seconds: int, step: int = 1) -> None:
        """Time goes by, `step` seconds at a time, with its ticks."""
        for _ in range(0, seconds, step):
            self.clock.advance(step)
            self.outbox.tick()

    def die(self) -> None:
        """kill -9: what this life would still have done is never done."""
        for timer in list(self.clock.getDelayedCalls()):
            timer.cancel()
        self.caller.in_air.clear()

    async def confirms(self, order: NoticeOrder) -> CallResult:
        """A nurse who listens and presses the confirm key."""
        outcome = await self.press_confirm(order)
        assert outcome == "confirmed"
        return dataclasses.replace(UNCONFIRMED, call_id="c" * 32)

    async def press_confirm(self, order: NoticeOrder) -> str:
        """The flow asks the action, as it does when the key is pressed."""
        call = CallFacts("c" * 32, order.target, order.language, self.now())
        return (await self.actions["notice.confirm"].run({"notice": order.variables["notice"]}, call)).name

    # What the tables say

    def notices(self) -> list[NoticeRow]:
        return self.read(lambda session: list(session.scalars(select(NoticeRow).order_by(NoticeRow.id))))

    def attempts(self) -> list[AttemptRow]:
        return self.read(lambda session: list(session.scalars(select(AttemptRow).order_by(AttemptRow.id))))

    def states(self) -> list[str]:
        return [notice.state for notice in self.notices()]

    def read(self, question: Callable[[Session], T]) -> T:
        return self.database.run_now(question)


class Failing:
    """Transactions that fail as told: before the commit (nothing is stored) or after it (the answer is lost)."""

    def __init__(self, database: Database, error: Exception) -> None:
        self._immediate = ImmediateTransactions(database)
        self._error = error
        self.count = 0
        self.fail_at: set[int] = set()
        self.fail_all = False
        self.after_commit = False
        self.for_good = False
        """Once it has failed it goes on failing: the process is dead."""

    async def run(self, work: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        self.count += 1
        at_it = self.count in self.fail_at
        failing = self.fail_all or at_it
        self.fail_all = self.fail_all or (at_it and self.for_good)
        if failing and not (at_it and self.after_commit):
            raise self._error
        result = await self._immediate.run(work, *args, **kwargs)
        if failing:
            raise self._error
        return result
