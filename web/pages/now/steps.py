"""The steps of a call as lines: when, what, and a word or two about it. Secrets were masked when they were written."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ivr.record.call_records import CallEvent, CallRecord
from web.page import N_
from web.pages.calls.details import line, value
from web.visit import Visit

KINDS = {
    "number": N_("number found"),
    "rang": N_("rings"),
    "answered": N_("answered"),
    "step": N_("step"),
    "prompt": N_("said"),
    "keys": N_("keys"),
    "no_input": N_("no key"),
    "too_soon": N_("key too soon"),
    "speak": N_("language"),
    "given": N_("given"),
    "action": N_("hospital asked"),
    "record": N_("recorded"),
    "dial": N_("put through"),
    "notify": N_("alert raised"),
    "notice": N_("next notice"),
    "stopped": N_("called off"),
    "unspoken": N_("not spoken"),
    "outcome": N_("outcome"),
    "broke": N_("something broke"),
    "refused": N_("refused"),
    "keys_in_band": N_("keys as tones"),
    "hung_up_by": N_("hung up by hand"),
    "ended": N_("ended"),
}
"""Kind of event -> what happened. One that is not here shows its own name."""


@dataclass(frozen=True, slots=True)
class StepLine:
    """One thing that happened."""

    at: datetime
    kind: str
    what: str
    about: str


def steps_of(call: CallRecord, visit: Visit) -> list[StepLine]:
    """In order."""
    return [_line(event, visit) for event in call.events]


def _line(event: CallEvent, visit: Visit) -> StepLine:
    what = visit._(KINDS[event.kind]) if event.kind in KINDS else event.kind
    return StepLine(event.at, event.kind, what, _about(event.kind, event.detail, visit))


def _about(kind: str, detail: Mapping[str, Any], visit: Visit) -> str:
    match kind:
        case "step":
            return f"{detail.get('flow', '')} › {detail.get('step', '')}"
        case "prompt":
            return ", ".join(str(one.get("id", "")) for one in detail.get("prompts", ()) if isinstance(one, dict))
        case "keys":
            return str(detail.get("keys", ""))
        case "action":
            return f"{detail.get('action', '')}: {value('outcome', detail.get('outcome', ''), visit)}"
        case "ended":
            return ", ".join(value(name, detail.get(name, ""), visit) for name in ("outcome", "cause"))
        case "given":
            return ", ".join(map(str, detail.get("variables", ())))
        case _:
            return line({name: brief(what) for name, what in detail.items() if what not in ("", None)}, visit)


def brief(what: object) -> str:
    """A value of a detail as text."""
    return what if isinstance(what, str) else json.dumps(what, ensure_ascii=False)
