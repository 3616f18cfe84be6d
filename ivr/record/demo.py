"""A morning of calls for the demo hospital, so that its pages show what a hospital would see: a registration, a wrong
password, a caller who is put through and handed on, a message left, wards called. Made once; nobody of it is real.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from db.database import Database, ImmediateTransactions
from db.reading import reading
from db.tables.calls import CallRow
from ivr.call.book import TURNED_AWAY, CallBegun
from ivr.call.notes import HIDDEN
from ivr.record.legs import FIRST, TRANSFERRED, Role
from ivr.record.trace import CallBook, Trace
from ivr.recordings import rows
from ivr.recordings.rows import RecordingRecord
from ivr.switch.line import Cause, Ended, Seat

_NEIKE = {"zh": "内科", "en": "Internal medicine", "ru": "терапия", "pl": "interna"}
_WARD = {"zh": "内科三病区", "en": "Medical ward three"}


@dataclass
class _Morning:
    """Writes calls as the line does, on a clock that it moves itself."""

    midnight: datetime
    book: CallBook = field(init=False)
    now: datetime = field(init=False)
    calls: list[str] = field(default_factory=list)

    def begins(self, at: time, caller: str, dialled: str, flow: str, language: str = "zh", **of: str) -> Trace:
        self.now = self.midnight + timedelta(hours=at.hour, minutes=at.minute, seconds=at.second)
        id = uuid.uuid5(uuid.NAMESPACE_URL, f"wardbell demo {self.now.isoformat()} {caller}").hex
        self.calls.append(id)
        facts = {"direction": "in", "notice": ""} | of
        seat = Seat(id, f"{id[:12]}@127.0.0.1", "worker 0")
        return self.book.begin(
            CallBegun(id, facts["direction"], dialled, caller, flow, language, facts["notice"], 1, seat)
        )

    def after(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def says(self, call: Trace, seconds: float, *texts: str, heard: bool = True, **values: Any) -> None:
        self.after(seconds)
        told = [{"id": text, "values": values} if values else {"id": text} for text in texts]
        call.event("prompt", prompts=told, heard=heard)

    def keys(self, call: Trace, keys: str, after: float = 1.5) -> None:
        self.after(after)
        call.event("keys", keys=keys)


def make(database: Database, engine: str, now: datetime, zone: ZoneInfo, folder: Path, sound: Path) -> int:
    """The calls of yesterday morning; how many. None where there is any call already. `folder` is that of recordings,
    `sound` what the one who left a message said."""
    if database.run_now(_any_call):
        return 0
    yesterday = now.astimezone(zone).date() - timedelta(days=1)
    morning = _Morning(datetime.combine(yesterday, time(), zone))
    morning.book = CallBook(ImmediateTransactions(database), Clock(), lambda: morning.now, engine)
    for happens in _CALLS:
        happens(morning)
    Deferred.fromCoroutine(morning.book.flush())
    database.run_now(_left, morning, engine, folder, sound)
    return len(morning.calls)


@reading
def _any_call(session: Session) -> bool:
    return session.scalar(select(CallRow.id).limit(1)) is not None


def _registers(day: _Morning) -> None:
    call = day.begins(time(8, 5, 12), "13900000001", "1000", "main")
    call.answered()
    call.event("step", flow="main", step="welcome")
    day.says(call, 4, "main.welcome")
    call.event("step", flow="main", step="services")
    day.says(call, 5, "main.services", heard=False)
    day.keys(call, "1", 0.2)
    for step, text, keys in (("card_number", "card_login.card_number", HIDDEN), ("pin", "card_login.pin", HIDDEN)):
        call.event("step", flow="card_login", step=step)
        day.says(call, 4, text)
        day.keys(call, keys, 5)
    call.event(
        "action",
        action="card.check_pin",
        arguments={"card_number": HIDDEN, "pin": HIDDEN},
        outcome="right",
        alone=False,
    )
    call.event("step", flow="registration", step="kind")
    day.says(call, 4, "registration.kind")
    day.keys(call, "1")
    call.event("step", flow="registration", step="general_department")
    day.says(call, 3, "registration.choose_department")
    day.keys(call, "1")
    call.event("step", flow="registration", step="general_confirm")
    day.says(call, 5, "registration.general_confirm", department={"code": "neike", "name": _NEIKE})
    day.keys(call, "1")
    asked = {"card": HIDDEN, "department": {"code": "neike"}}
    call.event("action", action="registration.book_general", arguments=asked, outcome="booked", alone=False)
    call.event("step", flow="registration", step="general_done")
    day.says(call, 12, "registration.general_done")
    call.event("outcome", outcome="end")
    call.finished(Ended(Cause.NORMAL, 200, by_peer=True), "end")


def _hears_the_menu_and_leaves(day: _Morning) -> None:
    call = day.begins(time(8, 21, 40), "13900000006", "1001", "main", "en")
    call.answered()
    call.event("step", flow="main", step="welcome")
    day.says(call, 3, "main.welcome")
    call.event("step", flow="main", step="services")
    day.says(call, 4, "main.services", heard=False)
    call.finished(Ended(Cause.NORMAL, 200, by_peer=True), "hung_up")


def _forgot_the_password(day: _Morning) -> None:
    call = day.begins(time(9, 2, 3), "01065529988", "1000", "main")
    call.answered()
    for tried in range(3):
        call.event("step", flow="card_login", step="card_number")
        day.says(call, 4, "card_login.card_number")
        day.keys(call, HIDDEN, 6)
        call.event("step", flow="card_login", step="pin")
        day.says(call, 3, "card_login.pin")
        day.keys(call, HIDDEN, 4)
        call.event("action", action="card.check_pin", arguments={"card_number": HIDDEN, "pin": HIDDEN},
                   outcome="wrong", alone=False)  # fmt: skip
        day.says(call, 4, "card_login.wrong" if tried < 2 else "card_login.three_times_wrong")
    call.event("outcome", outcome="three_times_wrong")
    call.finished(Ended(Cause.NORMAL, 200), "three_times_wrong")


def _is_handed_on(day: _Morning) -> None:
    """The desk asks the laboratory, and hands the caller on."""
    call = day.begins(time(9, 40, 30), "13800000001", "1000", "main")
    call.answered()
    call.event("step", flow="main", step="services")
    day.says(call, 2, "main.services", heard=False)
    day.keys(call, "0", 0.3)
    call.event("step", flow="operator", step="put_through")
    day.says(call, 3, "operator.one_moment")
    desk = call.legs.begin(Role.DESK, "8000", seat=Seat("d" * 32, "desk@127.0.0.1", "worker 0"))
    call.legs.waits(FIRST, desk)
    day.after(1)
    call.legs.rang(desk)
    day.after(5)
    call.legs.answered(desk)
    call.legs.joined(FIRST, desk)
    day.after(22)
    laboratory = call.legs.begin(Role.DESK, "8100", seat=Seat("e" * 32, "lab@127.0.0.1", "worker 0"), begun_by=desk)
    call.legs.held(FIRST, desk)
    call.legs.waits(desk, laboratory)
    day.after(6)
    call.legs.rang(laboratory)
    call.legs.answered(laboratory)
    call.legs.joined(desk, laboratory)
    day.after(9)
    call.legs.ended(desk, TRANSFERRED, 200, by=desk)
    call.legs.joined(FIRST, laboratory)
    day.after(48)
    call.event("dial", number="8000", leg="d" * 32, outcome="talked", seconds=85)
    call.legs.ended(laboratory, "normal", 200, by=laboratory)
    day.says(call, 2, "system.goodbye")
    call.finished(Ended(Cause.NORMAL, 200), "operator")


def _leaves_a_message(day: _Morning) -> None:
    call = day.begins(time(6, 48, 10), "13900004711", "1000", "closed")
    call.answered()
    call.event("step", flow="closed", step="closed")
    day.says(call, 8, "closed.closed", emergency="120")
    call.event("step", flow="closed", step="offer")
    day.says(call, 4, "closed.offer")
    day.keys(call, "1")
    day.says(call, 4, "closed.recorded")
    call.event("step", flow="closed", step="speak")
    day.says(call, 4, "closed.speak")
    call.legs.leaves_message(FIRST, call.legs.begin(Role.MAILBOX, "closed"))
    day.after(9)
    call.legs.left(FIRST)
    call.event("record", recording=_recording(day.midnight), outcome="recorded", alone=False)
    day.says(call, 3, "closed.kept")
    call.finished(Ended(Cause.NORMAL, 200), "closed")


def _a_ward_confirms(day: _Morning) -> None:
    call = day.begins(time(10, 12, 0), "1000", "8301", "ward_admission", direction="out")
    day.after(2)
    call.rang()
    day.after(5)
    call.answered()
    call.event("step", flow="ward_admission", step="usual")
    ward, department = {"code": "W3", "name": _WARD}, {"code": "neike", "name": _NEIKE}
    day.says(call, 11, "ward_admission.usual", ward=ward, department=department, place="12")
    day.keys(call, "1", 2)
    call.event("action", action="notice.confirm", arguments={}, outcome="confirmed", alone=False)
    day.says(call, 2, "ward.thanks")
    call.finished(Ended(Cause.NORMAL, 200), "confirmed")


def _a_ward_does_not_answer(day: _Morning) -> None:
    call = day.begins(time(10, 40, 0), "1000", "8501", "ward_admission", direction="out")
    day.after(1)
    call.rang()
    day.after(25)
    call.finished(Ended(Cause.NO_ANSWER, 487), "no_answer")


def _finds_every_line_in_use(day: _Morning) -> None:
    call = day.begins(time(10, 1, 7), "13900000003", "1000", "", "")
    call.event(TURNED_AWAY, sip_code=486, why="every line is in use", codecs="PCMA", display="")
    call.finished(Ended(Cause.CONGESTION, 486), "refused")


def _a_telephone_falls_silent(day: _Morning) -> None:
    call = day.begins(time(11, 15, 0), "", "1000", "main")
    call.answered()
    call.event("step", flow="main", step="services")
    day.says(call, 3, "main.services", heard=False)
    day.after(18)
    call.finished(Ended(Cause.MEDIA_TIMEOUT, 0), "lost")


_CALLS: Sequence[Callable[[_Morning], None]] = (
    _leaves_a_message,
    _registers,
    _hears_the_menu_and_leaves,
    _forgot_the_password,
    _is_handed_on,
    _finds_every_line_in_use,
    _a_ward_confirms,
    _a_ward_does_not_answer,
    _a_telephone_falls_silent,
)


def _recording(midnight: datetime) -> str:
    return uuid.uuid5(uuid.NAMESPACE_URL, f"wardbell demo message {midnight.isoformat()}").hex


def _left(session: Session, day: _Morning, engine: str, folder: Path, sound: Path) -> None:
    """The message, with something to hear."""
    id, began = _recording(day.midnight), day.midnight + timedelta(hours=6, minutes=48, seconds=36)
    path = f"{began:%Y}/{began:%m}/{id}.wav"
    one = RecordingRecord(id, day.calls[0], "", "closed", "speak", "zh", began, 0.0, path, "", "")
    rows.begin(session, one, engine)
    rows.finish(session, id, 9.0, "key", "#", began)
    file = folder / path
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    file.write_bytes(sound.read_bytes())
    file.chmod(0o600)
