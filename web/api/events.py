"""Events in: what happened in the hospital, told as its HL7 messages tell it. Accepted means committed."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Request
from fastapi.responses import JSONResponse
from pydantic import Field
from sqlalchemy.orm import Session

from accounts.rights import Right
from notify.notice_board import tell_event
from web.api.asked import Asking
from web.api.noun import Code, Line, Moment, Noun, Told, Wanted
from web.api.once import Reply
from web.api.problem import Problem

NOUN = Noun("events")


class NewEvent(Wanted):
    """Something happened."""

    key: Annotated[Line, Field(min_length=1, max_length=120, examples=["HIS-2026-11-28-000417"])]
    """The sender's own number of it: told twice, it is one event."""
    kind: Annotated[Code, Field(examples=["admission"])]
    """As the rules name it (`event:` in flows/notices.yaml)."""
    ward: Annotated[Line, Field(max_length=40, examples=["W3"])] = ""
    facts: Annotated[dict[str, Any], Field(examples=[{"bed": "12", "urgent": False}])] = Field(default_factory=dict)
    """What steers the rules, and what the called flow says."""
    visit: Annotated[Line, Field(max_length=64, examples=["V-88123"])] = ""
    happened_at: Moment | None = Field(None, examples=["2026-11-28T09:00:00+08:00"])


class EventTold(Told):
    """What came of it."""

    new: bool = Field(examples=[True])
    """False: it was told before, and calls nobody a second time."""
    notices: list[int] = Field(examples=[[4711]])
    """The notices that follow."""


@NOUN.post("/events", Right.EVENTS, "tellEvent", status_code=201, response_model=EventTold)
def tell_event_(asked: Asking, request: Request, event: NewEvent) -> JSONResponse:
    """Tell that something happened."""
    line = request.app.state.behind.line
    rules = line.notice_rules()
    known = sorted({rule.event for rule in rules.rules.values()})
    if event.kind not in known:
        raise Problem(422, f"no notice follows the event {event.kind}; there are: {', '.join(known)}", "no-rule")

    def work(session: Session) -> Reply:
        stored = tell_event(
            session,
            rules,
            event.kind,
            {**event.facts, **({"ward": event.ward} if event.ward else {})},
            f"api:{asked.key.key_id}:{event.key}",
            f"api {asked.key.name}",
            asked.now,
            event.visit,
            event.happened_at,
        )
        asked.hand().note(session, "tell", "event", event.key, kind=event.kind, new=stored.new)
        told = EventTold(new=stored.new, notices=list(stored.notices))
        return Reply.of(201, told, line.look_for_notices if stored.notices else None)

    return asked.once(work)
