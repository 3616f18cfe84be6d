"""The steps of a call as lines: when, what, and a word or two about it. Secrets were masked when they were written."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ivr.record.call_records import CallEvent, CallRecord
from web.page import N_

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


def steps_of(call: CallRecord, translate: Callable[[str], str]) -> list[StepLine]:
    """In order."""
    return [_line(event, translate) for event in call.events]


def _line(event: CallEvent, translate: Callable[[str], str]) -> StepLine:
    what = translate(KINDS[event.kind]) if event.kind in KINDS else event.kind
    return StepLine(event.at, event.kind, what, _about(event.kind, event.detail))


def _about(kind: str, detail: Mapping[str, Any]) -> str:
    match kind:
        case "step":
            return f"{detail.get('flow', '')} › {detail.get('step', '')}"
        case "prompt":
            return ", ".join(str(one.get("id", "")) for one in detail.get("prompts", ()) if isinstance(one, dict))
        case "keys":
            return str(detail.get("keys", ""))
        case "action":
            return f"{detail.get('action', '')}: {detail.get('outcome', '')}"
        case "ended":
            return f"{detail.get('outcome', '')} ({detail.get('cause', '')})"
        case "given":
            return ", ".join(map(str, detail.get("variables", ())))
        case _:
            return "  ".join(f"{name}: {_brief(value)}" for name, value in detail.items() if value not in ("", None))


def _brief(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
