"""What goes on as plain values by name: for a page that is rendered here and for one that hears of changes alike.

Moments are seconds since 1970; words stay as they are, for they are escaped where they are shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeAlias

from ivr.in_progress.call_now import CallNow
from notify.notices.alarms import Alarm
from web.live.audience import ALARMS, LINE, NOTICES
from web.live.engine import EngineNow, Told
from web.live.feed import Item
from web.live.standing import Standing

Items: TypeAlias = Mapping[str, Item]

CALL, FAR = "call:", "far:"
ALARM = "alarm:"
"""What names of calls of this engine, of calls of others and of alerts begin with; the id follows."""


def of_told(told: Told) -> dict[str, Item | None]:
    """What an engine tells."""
    name = told.engine.name
    calls = {
        f"{CALL}{id}": None if call is None else Item(of_call(call, name), LINE) for id, call in told.calls.items()
    }
    return {**of_engine(told.engine), **calls}


def of_engine(engine: EngineNow) -> dict[str, Item]:
    """An engine without its calls: what changes often is apart from what seldom does."""
    line, trunk = engine.line, engine.line.trunk
    return {
        "line": Item({"lines": line.lines, "busy": line.busy, "free": max(0, line.lines - line.busy)}, LINE),
        "workers": Item(
            {
                "of": [
                    {"name": one.name, "health": one.health, "lines": one.lines, "busy": one.busy}
                    for one in line.workers
                ]
            },
            LINE,
        ),
        "trunk": Item(
            {
                "reached": seconds(trunk.reached_at),
                "failed": seconds(trunk.failed_at),
                "code": trunk.sip_code,
                "fails": trunk.fails,
            },
            LINE,
        ),
        "engine": Item({"name": engine.name, "edition": engine.edition}, LINE),
        "senders": Item({"connected": engine.senders}, LINE),
    }


def of_standing(standing: Standing) -> dict[str, Item]:
    """What the database tells, whole."""
    latest = standing.latest
    engines = [
        {
            "name": one.record.name,
            "edition": one.record.edition,
            "refused": one.record.refused,
            "runs": one.runs,
            "calls": one.calls,
        }
        for one in standing.engines
    ]
    return {
        "engines": Item({"of": engines}, LINE),
        "message": Item(
            {
                "at": seconds(latest.received_at) if latest is not None else None,
                "type": latest.type if latest is not None else "",
                "sender": latest.sender if latest is not None else "",
                "state": latest.state if latest is not None else "",
            },
            LINE,
        ),
        "notices": Item({"mark": standing.notices}, NOTICES),
        "alarms": Item({"more": standing.alarms.more}, ALARMS),
        **{f"{FAR}{call.call_id}": Item(of_call(call, call.engine), LINE) for call in standing.calls},
        **{f"{ALARM}{alarm.id}": Item(_alarm(alarm), f"{ALARMS}{alarm.ward}") for alarm in standing.alarms.of},
    }


def of_call(call: CallNow, engine: str) -> dict[str, Any]:
    """A call in progress and the engine that has it."""
    return {
        "id": call.call_id,
        "engine": engine,
        "direction": call.direction,
        "number": call.number,
        "dialled": call.dialled,
        "stage": call.stage.value,
        "since": seconds(call.since),
        "began": seconds(call.began_at),
        "answered": seconds(call.answered_at),
        "flow": call.flow,
        "title": call.title,
        "step": call.step,
        "words": call.words,
        "language": call.language,
        "company": call.company,
        "party": call.party,
        "notice": call.notice,
        "worker": call.worker,
        "events": call.events,
    }


def _alarm(alarm: Alarm) -> dict[str, Any]:
    return {
        "id": alarm.id,
        "kind": alarm.kind,
        "emergency": alarm.priority == 0,
        "ward": alarm.ward,
        "whom": dict(alarm.whom),
        "bed": alarm.bed,
        "room": alarm.room,
        "state": alarm.state.value,
        "since": seconds(alarm.since),
        "attempts": alarm.attempts,
        "role": alarm.role,
        "target": alarm.target,
        "dialled": seconds(alarm.dialled_at),
        "next": seconds(alarm.next_at),
    }


def seconds(moment: datetime | None) -> float | None:
    """A moment for browsers."""
    return None if moment is None else round(moment.timestamp(), 3)
