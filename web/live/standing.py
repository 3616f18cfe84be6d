"""What only the database knows of what goes on: alerts, the other engines with their calls, the last message."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from db.reading import reading
from editions.engines import EngineRecord, engines
from ivr.in_progress.call_now import CallNow
from ivr.in_progress.elsewhere import calls_elsewhere
from ivr.record.in_progress import count_in_progress
from notify.mllp.latest import LatestMessage, latest_message
from notify.notices.alarms import Alarms, unconfirmed_alarms
from notify.notices.mark import mark_of_notices


@dataclass(frozen=True, slots=True)
class EngineStanding:
    """One of the engines on this database."""

    record: EngineRecord
    runs: bool
    calls: int


@dataclass(frozen=True, slots=True)
class Standing:
    """At one moment."""

    engines: tuple[EngineStanding, ...] = ()
    latest: LatestMessage | None = None
    alarms: Alarms = field(default_factory=Alarms)
    notices: str = ""
    """Another word after each change of any notice."""
    calls: tuple[CallNow, ...] = ()
    """Of the other engines that run."""


@reading
def standing(session: Session, now: datetime, own: str) -> Standing:
    """Now. `own`: the engine that tells of its calls itself."""
    records = engines(session)
    running = [record.name for record in records if record.runs(now)]
    calls = count_in_progress(session, running)
    shown = tuple(EngineStanding(one, one.name in calls, calls.get(one.name, 0)) for one in records)
    others = calls_elsewhere(session, [name for name in running if name != own])
    alarms = unconfirmed_alarms(session, now)
    return Standing(shown, latest_message(session), alarms, mark_of_notices(session), others)


@reading
def others_running(session: Session, now: datetime, own: str) -> list[str]:
    """The engines that run beside this one."""
    return [record.name for record in engines(session) if record.runs(now) and record.name != own]
