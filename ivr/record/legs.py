"""Who took part in a call and who was with whom, noted as it happens: legs, and segments between two of them.

Whoever moves people in a call (switchboard, dialler, queues, rooms, transfers) says here what it did; this keeps the
numbers, closes what a step ends, and sums up what the caller waited and talked. It knows neither lines nor tables: what
is to be written goes to `Sheet`, and `ivr.record.trace` has one.

A leg is a party (a caller, a desk, an agent) or a place in which parties are (a queue, a room, a mailbox). A party is
with one other at a time, though it may hold several; a place has as many as come, and is over when the last one leaves.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from ivr.switch.line import Cause, Ended, Seat

LINE = 0
"""Stands for the line itself where a leg is named."""
FIRST = 1
"""Whom the call is about: who called in, or whom we called."""

PICKED_UP = "picked_up"
"""Why a leg ended: somebody else answered instead."""
TRANSFERRED = "transferred"
"""Why a leg ended: it handed the other one on."""
LEFT = "left"
"""Why a place ended: nobody is in it any more."""


_BROKEN = frozenset((Cause.MEDIA_TIMEOUT, Cause.SWITCH_LOST, Cause.ERROR))
"""Ends that nobody wanted."""


def by_whom(leg: int, end: Ended, otherwise: int = LINE) -> int | None:
    """Whose doing the end of `leg` was: its own, that of `otherwise`, or nobody's."""
    if end.by_peer:
        return leg
    return None if end.cause in _BROKEN else otherwise


class Role(enum.StrEnum):
    """Who a leg is."""

    CALLER = "caller"
    CALLED = "called"  # whom we called for a notice
    DESK = "desk"  # whom a flow put the caller through to
    AGENT = "agent"
    EXPERT = "expert"
    QUEUE = "queue"
    ROOM = "room"
    MAILBOX = "mailbox"


PLACES = frozenset((Role.QUEUE, Role.ROOM, Role.MAILBOX))


class Kind(enum.StrEnum):
    """What two legs do in a segment."""

    TALK = "talk"  # a consultation is billed by these
    WAIT = "wait"  # for somebody who rings, or in a queue
    HOLD = "hold"  # put aside by the other one, with music
    MESSAGE = "message"  # left in a mailbox


NOWHERE = Seat()
"""That of a place."""


class Sheet(Protocol):
    """Takes the rows of one call."""

    def leg(self, number: int, values: dict[str, Any], *, new: bool = False) -> None:
        """A new leg with all its columns, or columns of it that changed."""

    def segment(self, number: int, values: dict[str, Any], *, new: bool = False) -> None:
        """The same for a segment."""


class NoSheet:
    """Implements `Sheet` where nothing is kept."""

    def leg(self, number: int, values: dict[str, Any], *, new: bool = False) -> None:
        """As `Sheet.leg`."""

    def segment(self, number: int, values: dict[str, Any], *, new: bool = False) -> None:
        """As `Sheet.segment`."""


class _Both:
    """Implements `Sheet` for two."""

    def __init__(self, one: Sheet, other: Sheet) -> None:
        self._one, self._other = one, other

    def leg(self, number: int, values: dict[str, Any], *, new: bool = False) -> None:
        """As `Sheet.leg`."""
        self._one.leg(number, values, new=new)
        self._other.leg(number, values, new=new)

    def segment(self, number: int, values: dict[str, Any], *, new: bool = False) -> None:
        """As `Sheet.segment`."""
        self._one.segment(number, values, new=new)
        self._other.segment(number, values, new=new)


@dataclass(slots=True)
class _Leg:
    role: Role
    rang: datetime | None = None
    over: bool = False


@dataclass(frozen=True, slots=True)
class _Segment:
    number: int
    kind: Kind
    leg: int
    other: int
    began: datetime


class Legs:
    """Those of one call, by their numbers. Whatever is reported of a leg after its end is ignored: two ends may
    race."""

    def __init__(self, sheet: Sheet, now: Callable[[], datetime]) -> None:
        self._sheet = sheet
        self._now = now
        self._legs: dict[int, _Leg] = {}
        self._going: list[_Segment] = []
        self._segments = 0
        self.waited = 0.0
        """Seconds for which the first leg waited for somebody, of what is over."""
        self.talked = 0.0
        """Seconds for which it talked with people."""

    def also(self, sheet: Sheet) -> None:
        """What is written from now on is written there, too."""
        self._sheet = _Both(self._sheet, sheet)

    def role(self, leg: int | None) -> str:
        """The role of a leg, `line` for the line, empty for nobody."""
        if leg is None:
            return ""
        return self._legs[leg].role.value if leg in self._legs else "line"

    def begin(
        self, role: Role, party: str = "", *, direction: str = "out", seat: Seat = NOWHERE, begun_by: int = LINE
    ) -> int:
        """Somebody is called, calls, or a place is entered for the first time; the leg's number in the call."""
        number = len(self._legs) + 1
        self._legs[number] = _Leg(role)
        now, is_place = self._now(), role in PLACES
        row = {
            "role": role.value,
            "direction": "" if is_place else direction,
            "party": party,
            "line": seat.line,
            "sip_call_id": seat.sip_call_id[:255],
            "worker": seat.worker,
            "begun_by": begun_by,
            "offered_at": now,
            "rang_at": None,
            "answered_at": now if is_place else None,
            "ended_at": None,
            "cause": "",
            "sip_code": 0,
            "ended_by": None,
        }
        self._sheet.leg(number, row, new=True)
        return number

    def rang(self, leg: int) -> None:
        """Its telephone rings. Stored with what comes next."""
        self._legs[leg].rang = self._legs[leg].rang or self._now()

    def answered(self, leg: int) -> None:
        """It is there: audio flows."""
        if not self._legs[leg].over:
            self._sheet.leg(leg, {**self._rang(leg), "answered_at": self._now()})

    def waits(self, leg: int, other: int) -> None:
        """`leg` waits for `other`: a telephone that rings, or its turn in a queue."""
        self._begin(Kind.WAIT, leg, other)

    def joined(self, leg: int, other: int) -> None:
        """The two talk from now on; whatever they did else is over. `other` may be a room."""
        self._begin(Kind.TALK, leg, other)

    def held(self, leg: int, by: int) -> None:
        """`leg` hears music until it is joined again, because `by` put it aside."""
        self._begin(Kind.HOLD, leg, by)

    def leaves_message(self, leg: int, mailbox: int) -> None:
        """What `leg` says is kept."""
        self._begin(Kind.MESSAGE, leg, mailbox)

    def left(self, leg: int) -> None:
        """`leg` is with nobody any more, the flow has it again."""
        now = self._now()
        for segment in [one for one in self._going if leg in (one.leg, one.other)]:
            self._end(segment, now)

    def ended(self, leg: int, cause: str, sip_code: int = 0, *, by: int | None = LINE) -> None:
        """`leg` is gone. `by`: whose doing it was, often its own; None when something broke."""
        told = self._legs[leg]
        if told.over:
            return
        told.over = True
        self.left(leg)
        end = {"ended_at": self._now(), "cause": cause, "sip_code": sip_code, "ended_by": by}
        self._sheet.leg(leg, {**self._rang(leg), **end})

    def hung_up(self, leg: int, end: Ended, *, otherwise: int = LINE) -> None:
        """As `ended`, for a leg on the switch. `otherwise`: whose doing it was if not its own."""
        self.ended(leg, end.cause.value, end.sip_code, by=by_whom(leg, end, otherwise))

    def _rang(self, leg: int) -> dict[str, Any]:
        rang, self._legs[leg].rang = self._legs[leg].rang, None
        return {"rang_at": rang} if rang is not None else {}

    def _begin(self, kind: Kind, leg: int, other: int) -> None:
        if self._legs[leg].over or self._legs[other].over:
            return
        now, before = self._now(), list(self._going)
        self._segments += 1
        self._going.append(_Segment(self._segments, kind, leg, other, now))  # first: a place is not left by who stays
        moved = {leg} if kind in (Kind.WAIT, Kind.HOLD) or self._legs[other].role in PLACES else {leg, other}
        for segment in before:
            if segment.leg in moved or (segment.other in moved and segment.kind is not Kind.HOLD):
                self._end(segment, now)
        row = {"kind": kind.value, "leg": leg, "other": other, "began_at": now, "ended_at": None, "seconds": None}
        self._sheet.segment(self._segments, row, new=True)

    def _end(self, segment: _Segment, now: datetime) -> None:
        self._going.remove(segment)
        seconds = max(0.0, (now - segment.began).total_seconds())
        self._sheet.segment(segment.number, {"ended_at": now, "seconds": seconds})
        if FIRST in (segment.leg, segment.other):
            if segment.kind is Kind.TALK:
                self.talked += seconds
            elif segment.kind is Kind.WAIT:
                self.waited += seconds
        place = self._legs[segment.other]
        if place.role in PLACES and not place.over and all(one.other != segment.other for one in self._going):
            self.ended(segment.other, LEFT, by=segment.leg)
