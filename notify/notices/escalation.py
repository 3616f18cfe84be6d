"""Who is called next: the pure rule of rounds, waits and escalation. No row, no clock, no call.

A rule has steps (the station, then the head nurse, then the duty manager). A step has targets, called
one after the other: a round. After a round the wait depends on how its last call ended; the n-th entry
of that cause's list is the wait after the n-th round, and when the list is used up the next step
begins at once. So every path is finite: a notice ends confirmed, or at the end of its last step.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from forms.report import Mark
from ivr.switch.line import Cause
from notify.notices.addressee import To
from notify.notices.facts import same


class Priority(enum.IntEnum):
    """Who gets a line first, and whom a telephone hears first. The number is what the table stores."""

    EMERGENCY = 0  # may take a line that a lesser call only rings on
    ALERT = 1
    CARE = 2
    MONEY = 3

    @property
    def alarms(self) -> bool:
        """Whether it may use the lines that are kept for alerts."""
        return self <= Priority.ALERT


class Confirm(enum.StrEnum):
    """What counts as the end of a notice. Confirmed by a key isn't the same as heard; both are stored."""

    KEY = "key"
    HEARD = "heard"
    ANSWERED = "answered"


class Missed(enum.StrEnum):
    """Why an attempt was not enough: the causes that a rule gives waits for."""

    BUSY = "busy"
    NO_ANSWER = "no_answer"
    REJECTED = "rejected"
    UNREACHABLE = "unreachable"  # no such number
    CONGESTION = "congestion"  # the network or the PBX had no way
    HUNG_UP = "hung_up"  # answered, but left before the text was over
    UNCONFIRMED = "unconfirmed"  # heard to the end, no key
    LOST = "lost"  # the line, the worker or the engine died under the call: nobody knows what was heard
    ERROR = "error"  # anything else


_BY_CAUSE = {
    Cause.BUSY: Missed.BUSY,
    Cause.NO_ANSWER: Missed.NO_ANSWER,
    Cause.REJECTED: Missed.REJECTED,
    Cause.UNREACHABLE: Missed.UNREACHABLE,
    Cause.CONGESTION: Missed.CONGESTION,
    Cause.MEDIA_TIMEOUT: Missed.LOST,
    Cause.SWITCH_LOST: Missed.LOST,
}


def missed(cause: Cause, *, answered: bool, heard: bool) -> Missed:
    """The cause by which a rule looks up its wait. A telephone that died heard nothing, whatever was played to it."""
    if _BY_CAUSE.get(cause) is Missed.LOST:
        return Missed.LOST
    if heard:
        return Missed.UNCONFIRMED
    if answered and cause is Cause.NORMAL:
        return Missed.HUNG_UP
    return _BY_CAUSE.get(cause, Missed.ERROR)


@dataclass(frozen=True, slots=True)
class Step:
    """One rung of the ladder: whom to call (roles of the ward, the addressee's own telephones, or numbers), how long it
    rings."""

    call: tuple[str, ...]
    ring: timedelta
    waits: Mapping[Missed, tuple[timedelta, ...]]


@dataclass(frozen=True, slots=True)
class Rule:
    """What follows from a kind of event."""

    name: str
    event: str
    flow: str
    language: str
    priority: Priority
    confirm: Confirm
    expires_after: timedelta
    steps: tuple[Step, ...]
    to: To = field(default_factory=To)
    when: Mapping[str, str | bool] = field(default_factory=dict)
    """Facts that the event must have."""
    cancels: tuple[str, ...] = ()
    """Events that this one takes back: the notices of the same stay stop, and only who had confirmed is called."""
    corrects: tuple[str, ...] = ()
    """Events that this one corrects: notices of the same stay get its values, and who had confirmed is called."""
    within: timedelta = timedelta(days=1)
    """How old an event may be that is taken back or corrected."""
    title: str = field(default="", compare=False)
    """In a sentence, for people who see its notices."""
    mark: Mark = field(default=Mark(""), compare=False, repr=False)
    """Where the file names its flow."""
    steps_mark: Mark = field(default=Mark(""), compare=False, repr=False)

    @property
    def revises(self) -> bool:
        """Whether it changes earlier notices instead of telling something new."""
        return bool(self.cancels or self.corrects)

    def fits(self, kind: str, facts: Mapping[str, object]) -> bool:
        """Whether an event of `kind` with `facts` is followed by this rule."""
        return kind == self.event and not self.unmet(facts)

    def unmet(self, facts: Mapping[str, object]) -> str:
        """The conditions of `when` that `facts` do not meet, as the file writes them."""
        lacking = [(name, value) for name, value in self.when.items() if not same(facts.get(name), value)]
        shown = ((name, str(value).lower() if isinstance(value, bool) else value) for name, value in lacking)
        return ", ".join(f"{name}: {value}" for name, value in shown)


@dataclass(frozen=True, slots=True)
class Silence:
    """Events that are meant to call nobody."""

    event: str
    when: Mapping[str, str | bool] = field(default_factory=dict)

    def fits(self, kind: str, facts: Mapping[str, object]) -> bool:
        """Whether an event of `kind` with `facts` is one of them."""
        return kind == self.event and all(same(facts.get(name), value) for name, value in self.when.items())


@dataclass(frozen=True, slots=True)
class Rung:
    """Where a notice stands: step, round within the step, target within the round; all count from 0."""

    step: int = 0
    round: int = 0
    place: int = 0


def next_rung(rule: Rule, now_at: Rung, places: int, why: Missed) -> tuple[Rung, timedelta] | None:
    """The next place and the wait before it, or None at the end of the escalation.

    `places` is how many targets the step had. A step that the rule has no longer (the file was edited
    since) ends the notice, so that it's reported.
    """
    at_once = timedelta()
    if now_at.step >= len(rule.steps):
        return None
    if now_at.place + 1 < places:
        return Rung(now_at.step, now_at.round, now_at.place + 1), at_once
    waits = rule.steps[now_at.step].waits.get(why, ())
    if now_at.round < len(waits):
        return Rung(now_at.step, now_at.round + 1, 0), waits[now_at.round]
    if now_at.step + 1 < len(rule.steps):
        return Rung(now_at.step + 1), at_once
    return None


def longest(rule: Rule, talk: timedelta) -> timedelta:
    """How long the whole ladder may take with one telephone per role and `talk` for every conversation."""
    total = timedelta()
    for step in rule.steps:
        rounds = max((len(waits) for waits in step.waits.values()), default=0)
        for number in range(rounds + 1):
            total += (step.ring + talk) * max(len(step.call), 1)
            total += max((waits[number] for waits in step.waits.values() if number < len(waits)), default=timedelta())
    return total
