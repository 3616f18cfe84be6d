"""The look-up: what answers a number, for this caller, now. Pure: time and closings are handed in.

Exact numbers go before prefixes, longer prefixes before shorter ones, the default comes last. The first of a number's
lines that fits decides. While somebody has closed a number its lines that ask for the time are passed over, those that
ask only for the caller stand. See docs/features.md, 94 and 112.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TypeAlias

from forms.report import Mark
from ivr.flow.commands import Value
from ivr.numbers.closing import Closing
from ivr.numbers.hours import Calendar, Hours
from ivr.numbers.local_time import moment
from ivr.numbers.telephone_number import CallerList, Dialling

DEFAULT = "default"
"""The key of the numbers that are not listed."""
DECLINE = 603
FORBIDDEN = 403
NOT_FOUND = 404
AHEAD = 60
"""Days in which a next change or opening is looked for."""


@dataclass(frozen=True, slots=True)
class Route:
    """A flow answers, in a language."""

    flow: str
    language: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """The call is not taken; `sip_code` is what the caller's side is told."""

    sip_code: int = DECLINE


Answer: TypeAlias = Route | Refusal


@dataclass(frozen=True, slots=True)
class Clause:
    """One line under `when`. Each condition that is given must hold; of several lists or hours one is enough."""

    answer: Answer
    callers: tuple[CallerList, ...] = ()
    hours: tuple[Hours, ...] = ()
    holiday: Calendar | None = None
    place: str = ""
    """File and line, for the trace."""

    @property
    def by_time(self) -> bool:
        """Whether it asks for the time: such a line is passed over while the number is closed."""
        return bool(self.hours) or self.holiday is not None

    def fits(self, caller: str, now: datetime) -> str:
        """Why it fits, in the words of the file; empty when it does not."""
        whys = []
        if self.callers:
            whys.append(next((f"callers {one.name}" for one in self.callers if one.has(caller)), ""))
        if self.hours:
            whys.append(next((f"hours {one.name}" for one in self.hours if one.open_at(now)), ""))
        if self.holiday is not None:
            special = self.holiday.holiday(now.date())
            whys.append("" if special is None else f"holiday {special.title or self.holiday.name}")
        return ", ".join(whys) if all(whys) else ""


@dataclass(frozen=True, slots=True)
class Plan:
    """What answers one number, or all that begin so, or all that are not listed."""

    number: str
    """As `Dialling.same`, with * at the end for a beginning; `default` for the numbers that are not listed."""
    otherwise: Answer
    lines: tuple[Clause, ...] = ()
    closed: Answer | None = None
    """What callers get while somebody has closed it; None: it cannot be closed."""
    title: str = ""
    place: str = ""

    def decide(self, caller: str, now: datetime, closing: Closing | None = None) -> Found:
        """The answer and why. `now` is in the hospital's zone."""
        shut = self.closed if closing is not None and closing.holds(now) else None
        for line in self.lines:
            if (shut is None or not line.by_time) and (why := line.fits(caller, now)):
                return Found(line.answer, self.number, line.place, why)
        if shut is not None and closing is not None:
            return Found(shut, self.number, self.place, _told(closing, now))
        return Found(self.otherwise, self.number, self.place, "else" if self.lines else "always")

    def next_opening(self, now: datetime) -> datetime | None:
        """When the next window of its hours begins, in UTC; None without hours. Where all hours are those in which
        callers get what they get of a closed number, when the next of them ends."""
        hours = [line for line in self.lines if line.hours]
        opening = [line for line in hours if not self.shuts(line.answer)]
        moments = [begin if opening else end for begin, end in _spans(opening or hours, now)]
        return min((at for at in moments if at > now), default=None)

    def shuts(self, answer: Answer) -> bool:
        """Whether it is what callers get of a closed number, or no call is taken at all."""
        return not isinstance(answer, Route) or (isinstance(self.closed, Route) and answer.flow == self.closed.flow)

    def holiday_on(self, day: date) -> str:
        """The title of the holiday that `day` is by a calendar that its lines ask; empty when it is none."""
        asked = (calendar for line in self.lines for calendar in (line.holiday, *(one.calendar for one in line.hours)))
        found = (calendar.holiday(day) for calendar in asked if calendar is not None)
        return next((special.title or "holiday" for special in found if special is not None), "")

    def next_change(self, caller: str, now: datetime, closing: Closing | None = None) -> tuple[datetime, Found] | None:
        """When the caller would get another answer, local time, and which; None when not for a long time."""
        first = self.decide(caller, now, closing).answer
        moments = set(self.changes(now))
        if closing is not None and closing.until is not None and closing.until > now:
            moments.add(closing.until)
        for at in sorted(moments):
            found = self.decide(caller, local := at.astimezone(now.tzinfo), closing)
            if found.answer != first:
                return local, found
        return None

    def changes(self, now: datetime) -> Iterator[datetime]:
        """The moments after `now` at which time may bring another answer, in order, UTC."""
        assert now.tzinfo is not None
        edges = {edge for span in _spans(self.lines, now) for edge in span}
        if any(line.holiday is not None for line in self.lines):
            edges.update(moment(now.date() + timedelta(n), 0, now.tzinfo) for n in range(1, AHEAD))
        yield from sorted(edge for edge in edges if edge > now)


@dataclass(frozen=True, slots=True)
class Code:
    """A feature code that closes and opens numbers: who may dial it, and what it leads to."""

    code: str
    numbers: tuple[str, ...]
    """Keys of the plans that it switches."""
    callers: tuple[CallerList, ...]
    answer: Route
    pin: bool = True
    """False: the caller list is enough, because the house vouches for its own extensions."""
    place: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """What answers a call, and which line of the file says so."""

    answer: Answer
    number: str = ""
    """The key of the entry; empty when nothing answers."""
    place: str = ""
    why: str = ""
    variables: Mapping[str, Value] = field(default_factory=dict)
    """What the flow gets to begin with."""
    forwarded_from: str = ""
    """The number that counted as dialled instead of the one that was called."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numbers that are answered. Made by `read_numbers`; a bare `Route` is a number that it answers always."""

    listed: Mapping[str, Plan | Route]
    """By `Dialling.same`; the beginnings of numbers end with *."""
    default: Plan | Route | None = None
    codes: Mapping[str, Code] = field(default_factory=dict)
    dialling: Dialling = field(default_factory=Dialling)
    calendars: Mapping[str, Calendar] = field(default_factory=dict)
    named: Mapping[str, Mark] | None = field(default=None, compare=False, repr=False)
    """The flows that the file names, and where it does so first; None: the file could not be read."""
    by_code: frozenset[str] = field(default=frozenset(), compare=False, repr=False)
    """Those of them that feature codes name."""

    def find(
        self,
        dialled: str,
        caller: str,
        now: datetime,
        closed: Mapping[str, Closing] | None = None,
        forwarded: Sequence[str] = (),
    ) -> Found:
        """What answers a call. `now` is in the hospital's zone; `caller` is empty when withheld.

        `forwarded` are the numbers that the call was dialled to before, the first one first: the first of them that
        is listed counts as dialled. A feature code counts only when it was dialled itself.
        """
        who = self.dialling.same(caller)
        if (code := self.codes.get(self.dialling.same(dialled))) is not None:
            if any(one.has(who) for one in code.callers):
                return Found(code.answer, code.code, code.place, "feature code", {"code": code.code})
            return Found(Refusal(FORBIDDEN), code.code, code.place, "this caller may not use the code")
        plan, origin = None, ""
        for number in forwarded:
            if plan is None and (plan := self.plan(number)) is not None:
                origin = number
        plan = plan or self.plan(dialled) or self.by_key(DEFAULT)
        if plan is None:
            return Found(Refusal(NOT_FOUND), why="not listed")
        found = plan.decide(who, now, (closed or {}).get(plan.number))
        return Found(found.answer, found.number, found.place, found.why, forwarded_from=origin)

    def plan(self, number: str) -> Plan | None:
        """The entry of a number: itself, else its longest beginning that is listed."""
        same = self.dialling.same(number)
        for key in (same, *(f"{same[:size]}*" for size in range(len(same), 0, -1))):
            if key in self.listed:
                return self.by_key(key)
        return None

    def by_key(self, key: str) -> Plan | None:
        """The entry with this very key."""
        entry = self.default if key == DEFAULT else self.listed.get(key)
        return Plan(key, entry) if isinstance(entry, Route) else entry

    @property
    def plans(self) -> Mapping[str, Plan]:
        """Every entry by key, the default last."""
        every = {key: self.by_key(key) for key in (*self.listed, DEFAULT)}
        return {key: plan for key, plan in every.items() if plan is not None}


def _spans(lines: Sequence[Clause], now: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Begin and end of each window of these lines, from yesterday on, in UTC."""
    assert now.tzinfo is not None
    for line in lines:
        for hours in line.hours:
            yield from hours.spans(now.date() - timedelta(1), AHEAD, now.tzinfo)


def _told(closing: Closing, now: datetime) -> str:
    """Who closed it and for how long."""
    by = f" by {closing.who}" if closing.who else ""
    until = f" until {closing.until.astimezone(now.tzinfo):%Y-%m-%d %H:%M}" if closing.until else ""
    return f"closed{by}{until}"
