"""What happened in a call, event by event, in words that a person reads; of a prompt what was said.

Secrets were masked before they were written. How the kinds are called is for whoever shows them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ivr.record.call_records import CallEvent, CallRecord
from prompts.catalog import Catalog
from prompts.errors import PromptError
from prompts.speech import speak

WHOLE, CUT, SKIPPED = "whole", "cut", "skipped"
"""How a prompt was heard: to its end, to a key or the hanging up, not at all because keys were typed ahead."""
ALONE = "alone"
"""It came to its end after the caller had hung up."""


@dataclass(frozen=True, slots=True)
class Told:
    """One event."""

    at: datetime
    kind: str
    words: str
    how: str = ""
    """`WHOLE`, `CUT`, `SKIPPED`, `ALONE`, or nothing to say."""
    language: str = ""
    """Of the words, where they were said to the caller."""
    detail: Mapping[str, str] = field(default_factory=dict)
    """What else is known of it, by name, where that is not in `words` as people read it."""


def story(record: CallRecord, texts: Catalog) -> Iterator[Told]:
    """The events of a call; `texts` are those of its edition."""
    language = record.language
    for event in record.events:
        if event.kind == "speak":
            language = str(event.detail.get("language", language))
        yield _told(texts, language, event)


def _told(texts: Catalog, language: str, event: CallEvent) -> Told:
    detail = dict(event.detail)
    match event.kind:
        case "prompt":
            words = " ".join(_said(texts, language, prompt) for prompt in detail["prompts"])
            how = SKIPPED if detail.get("skipped") else WHOLE if detail["heard"] else CUT
            return Told(event.at, event.kind, words, how, language)
        case "step":
            return Told(event.at, event.kind, f"{detail['flow']}.{detail['step']}")
        case "action":
            asked = ", ".join(f"{key} {_brief(value)}" for key, value in detail["arguments"].items())
            words = f"{detail['action']}({asked}): {detail['outcome']}"
            told = {"asked": f"{detail['action']}({asked})", "outcome": str(detail["outcome"])}
            return Told(event.at, event.kind, words, ALONE if detail.get("alone") else "", detail=told)
        case "keys":
            return Told(event.at, event.kind, str(detail["keys"]))
        case _:
            alone = ALONE if detail.pop("alone", False) else ""
            told = {key: _plain(value) for key, value in detail.items()}
            return Told(event.at, event.kind, "  ".join(f"{key}={told[key]}" for key in told), alone, detail=told)


def _said(texts: Catalog, language: str, prompt: Mapping[str, Any]) -> str:
    try:
        return " ".join(speak(texts, language, prompt["id"], prompt.get("values", {})))
    except PromptError:  # of a call from before there were editions, and the text was changed since
        return f"<{prompt['id']}>"


def _brief(value: object) -> str:
    """A record by its code."""
    if isinstance(value, dict):
        return str(value.get("code") or value.get("date") or _plain(value))
    return _plain(value)


def _plain(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
