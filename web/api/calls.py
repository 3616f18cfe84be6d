"""Calls: of the past, in progress, and one that another system has the line make."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import Path, Query, Request
from fastapi.responses import JSONResponse
from pydantic import Field, StringConstraints

from accounts.rights import Right
from ivr.in_progress.elsewhere import calls_elsewhere
from ivr.in_progress.hang_ups import ask_by_hand
from ivr.record.call_records import CallEvent, CallRecord, show_call
from ivr.record.cursor import Cursor
from ivr.record.leg_records import LegRecord, SegmentRecord
from ivr.record.search import Wanted as Search
from ivr.record.search import search
from web.api.asked import Asking
from web.api.line import NoLine
from web.api.noun import Line, Moment, Noun, Told, Wanted
from web.api.once import Reply
from web.api.problem import Problem, unknown
from web.live.standing import others_running

NOUN = Noun("calls")
CallId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,32}$", description="The call's id.", examples=["b2c4d1e0f3a5"])]
Words = Annotated[str, Query(pattern=r"^[A-Za-z0-9_.-]{0,64}$")]


class LegTold(Told):
    """Who took part, or a place in which he was."""

    number: int
    role: str = Field(examples=["caller"])
    direction: str
    party: str = Field(examples=["13900000001"])
    begun_by: int
    offered_at: datetime
    rang_at: datetime | None
    answered_at: datetime | None
    ended_at: datetime | None
    cause: str
    sip_code: int
    ended_by: int | None


class SegmentTold(Told):
    """Who was with whom."""

    number: int
    kind: str = Field(examples=["talk"])
    leg: int
    other: int
    began_at: datetime
    ended_at: datetime | None
    seconds: float | None


class CallEventTold(Told):
    """One thing that happened. Secrets are masked."""

    number: int
    at: datetime
    kind: str = Field(examples=["keys"])
    detail: dict[str, Any] = Field(examples=[{"keys": "1"}])


class CallTold(Told):
    """A call as it is listed."""

    id: str = Field(examples=["b2c4d1e0f3a5"])
    direction: str = Field(examples=["in"])
    dialled: str = Field(examples=["1000"])
    caller: str = Field(examples=["13900000001"])
    flow: str = Field(examples=["main"])
    language: str = Field(examples=["zh"])
    notice: str = Field(examples=[""])
    edition: int | None = Field(examples=[7])
    began_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None
    outcome: str = Field(examples=["booked"])
    cause: str = Field(examples=["normal"])
    sip_code: int = Field(examples=[0])
    ended_by: str = Field(examples=["caller"])
    waited: float | None = Field(examples=[0.0])
    talked: float | None = Field(examples=[0.0])
    recorded: bool | None = Field(None, examples=[False])
    """Whether the caller left words; told in lists."""

    @classmethod
    def of(cls, one: CallRecord, recorded: bool | None = None) -> CallTold:
        """From its record."""
        return cls(**_listed(one), recorded=recorded)


class CallWhole(CallTold):
    """One call with all that happened in it."""

    legs: list[LegTold]
    segments: list[SegmentTold]
    events: list[CallEventTold]


class CallsTold(Told):
    """A page of calls, the newest first."""

    calls: list[CallTold]
    next: str | None = Field(examples=["bzE3OTU5MDY4MDAwMDAwMDAuYjJjNA"])
    """The `cursor` of older ones; none: there are none."""
    reached: datetime | None = Field(None, examples=[None])
    """The search stopped here, at the most that it does at once: `next` goes on."""


class CallNowTold(Told):
    """A call in progress."""

    id: str = Field(examples=["b2c4d1e0f3a5"])
    direction: str = Field(examples=["in"])
    dialled: str = Field(examples=["1000"])
    caller: str = Field(examples=["13900000001"])
    stage: str = Field(examples=["menu"])
    since: datetime
    began_at: datetime
    answered_at: datetime | None
    flow: str = Field(examples=["main"])
    step: str = Field(examples=["welcome"])
    language: str = Field(examples=["zh"])
    party: str = Field(examples=[""])
    notice: str = Field(examples=[""])
    engine: str = Field(examples=["wardbell"])


class CallsNowTold(Told):
    """Calls in progress."""

    calls: list[CallNowTold]


class NewCall(Wanted):
    """A call that the line makes: the hospital's telephone rings first, then the other one."""

    own: Annotated[str, StringConstraints(pattern=r"^[0-9]{2,6}$"), Field(examples=["8101"])]
    """A telephone of the hospital: two to six digits."""
    other: Annotated[str, StringConstraints(pattern=r"^\+?[0-9]{2,20}$"), Field(examples=["13900000001"])]
    ring: Annotated[int, Field(ge=5, le=120, examples=[25])] = 25
    """Seconds that each may ring."""
    reason: Annotated[Line, Field(examples=["call back"])] = ""


class CallBegunTold(Told):
    """The hospital's telephone rings. What becomes of the call is in `GET /calls/{id}`."""

    id: str = Field(examples=["b2c4d1e0f3a5"])


class HangUp(Wanted):
    """Why a call is ended."""

    reason: Annotated[Line, Field(min_length=1, examples=["abusive caller"])]


class HungUp(Told):
    """The call is being ended."""

    id: str = Field(examples=["b2c4d1e0f3a5"])


@NOUN.get("/calls", Right.CALLS, "listCalls", response_model=CallsTold)
def list_calls(
    asked: Asking,
    since: Annotated[Moment | None, Query()] = None,
    until: Annotated[Moment | None, Query()] = None,
    number: Annotated[
        str,
        Query(pattern=r"^[0-9+*# -]{0,32}$", description="Of the caller or the called; its last digits are enough."),
    ] = "",
    direction: Annotated[Literal["", "in", "out"], Query()] = "",
    flow: Words = "",
    outcome: Words = "",
    cause: Words = "",
    shortest: Annotated[float | None, Query(ge=0, le=1e6, description="Seconds talked at least.")] = None,
    longest: Annotated[float | None, Query(ge=0, le=1e6)] = None,
    recorded: Annotated[bool, Query(description="Only those whose caller left words.")] = False,
    cursor: Annotated[str, Query(max_length=200, description="`next` of the page before.")] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> CallsTold:
    """Calls, the newest first."""
    wanted = Search(since, until, number, direction, flow, outcome, cause, shortest, longest, recorded)
    place = Cursor.read(cursor) if cursor else None
    found = asked.site.database.run_now(search, wanted, place, limit)
    return CallsTold(
        calls=[CallTold.of(one, one.call_id in found.recorded) for one in found.calls],
        next=None if found.older is None else str(found.older),
        reached=found.reached,
    )


@NOUN.get("/calls/current", Right.NOW, "listCurrentCalls", response_model=CallsNowTold)
def list_current_calls(asked: Asking, request: Request) -> CallsNowTold:
    """Calls in progress on every engine that runs."""
    behind = request.app.state.behind
    here, own = behind.line.calls(), asked.site.door.engine.now().engine.name
    run = asked.site.database.run_now
    far = run(calls_elsewhere, run(others_running, asked.now, own))
    return CallsNowTold(
        calls=[
            CallNowTold(
                id=one.call_id,
                direction=one.direction,
                dialled=one.dialled,
                caller=one.caller,
                stage=str(one.stage),
                since=one.since,
                began_at=one.began_at,
                answered_at=one.answered_at,
                flow=one.flow,
                step=one.step,
                language=one.language,
                party=one.party,
                notice=one.notice,
                engine=one.engine or own,
            )
            for one in (*here, *far)
        ]
    )


@NOUN.get("/calls/{call}", Right.CALLS, "getCall", 404, response_model=CallWhole)
def get_call(asked: Asking, call: CallId) -> CallWhole:
    """One call with all that happened in it."""
    found = asked.site.database.run_now(show_call, call)
    if found is None or found.call_id != call:
        raise unknown()
    return CallWhole(
        **_listed(found),
        legs=[_leg(one) for one in found.legs],
        segments=[_segment(one) for one in found.segments],
        events=[_event(one) for one in found.events],
    )


@NOUN.post("/calls", Right.ORIGINATE, "makeCall", status_code=202, response_model=CallBegunTold)
def make_call(asked: Asking, request: Request, new: NewCall) -> JSONResponse:
    """Ring a telephone of the hospital, then another one, and let the two talk."""
    line = request.app.state.behind.line

    def work() -> Reply:
        try:
            call = line.originate(new.own, new.other, float(new.ring))
        except NoLine as full:
            raise Problem(503, str(full), "no-line", {"Retry-After": "10"}) from full
        run = asked.site.database.run_now
        run(lambda session: asked.hand(new.reason).note(session, "originate", "call", call, own=new.own))
        return Reply.of(202, CallBegunTold(id=call))

    return asked.once_outside(work)


@NOUN.post("/calls/{call}/hang-up", Right.HANG_UP, "hangUpCall", 404, status_code=202, response_model=HungUp)
def hang_up(asked: Asking, request: Request, call: CallId, why: HangUp) -> JSONResponse:
    """End a call in progress, whichever engine has it; another one than that which is asked does so in a second."""

    def work() -> Reply:
        run, hand = asked.site.database.run_now, asked.hand(why.reason)
        if not request.app.state.behind.line.hang_up(call, f"key:{asked.key.name}", why.reason):
            own = asked.site.door.engine.now().engine.name
            if not run(ask_by_hand, call, run(others_running, asked.now, own), hand):
                raise unknown("no such call is in progress")
            return Reply.of(202, HungUp(id=call))  # its engine finds it within a second
        run(lambda session: hand.note(session, "hang_up", "call", call))
        return Reply.of(202, HungUp(id=call))

    return asked.once_outside(work)


def _listed(one: CallRecord) -> dict[str, Any]:
    names = [name for name in CallTold.model_fields if name not in ("id", "recorded")]
    return {"id": one.call_id, **{name: getattr(one, name) for name in names}}


def _leg(one: LegRecord) -> LegTold:
    return LegTold.model_validate(one)


def _segment(one: SegmentRecord) -> SegmentTold:
    return SegmentTold.model_validate(one)


def _event(one: CallEvent) -> CallEventTold:
    return CallEventTold(number=one.number, at=one.at, kind=one.kind, detail=dict(one.detail))
