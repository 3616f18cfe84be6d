"""How long it takes: what one examination usually needs in a room, and when somebody's turn comes.

Pure: what there was and what there is goes in, moments come out. Who waits is `queue.py`'s.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

HALF_LIFE = timedelta(days=2)
"""After this long an examination of before counts half: a room has another pace with another person in it."""
PLANNED_COUNTS = 3.0
"""The planned time counts as so many examinations of this minute, so that the first of a day does not decide alone."""
LONGEST = timedelta(hours=3)
"""What is noted as longer was not noted when it ended."""
AT_LEAST = 0.2
"""The share of the usual time that one who is inside still needs, however long it has been: nobody knows better."""
EARLIER = timedelta(minutes=10)
"""So much earlier a patient is told to come: an empty turn is worse than a short wait."""
STEP = timedelta(minutes=5)
"""Times are told in steps of this: nobody believes "in 23 minutes"."""


@dataclass(frozen=True, slots=True)
class Past:
    """An examination that is over: when it ended, and what it took from the call into the room."""

    ended_at: datetime
    took: timedelta


@dataclass(frozen=True, slots=True)
class Turn:
    """Somebody who is before us: what such an examination usually needs, and not before when it begins."""

    needs: timedelta
    not_before: datetime


@dataclass(frozen=True, slots=True)
class Expected:
    """When a turn comes. `come_at` is what the patient is told."""

    begins_at: datetime
    wait: timedelta
    come_at: datetime


def usual(past: Sequence[Past], planned: timedelta, now: datetime) -> timedelta:
    """What one takes: the median of those that were, each counting half as much with every `HALF_LIFE` since, and of
    the planned time (docs/features.md, 14). One patient who took an hour does not move it; a slow day soon does."""
    weighed = [(planned, PLANNED_COUNTS)]
    for one in past:
        if timedelta() < one.took <= LONGEST:
            age = max(timedelta(), now - one.ended_at)
            weighed.append((one.took, 0.5 ** (age / HALF_LIFE)))
    weighed.sort()
    half, gone = sum(weight for _, weight in weighed) / 2, 0.0
    for took, weight in weighed:
        gone += weight
        if gone >= half:
            return took
    return planned


def expect(
    now: datetime, opens_at: datetime, inside: tuple[timedelta, datetime] | None, before: Sequence[Turn], mine: datetime
) -> Expected:
    """When my turn comes, if all goes as usual: the room goes on from one to the next, never before its hours nor
    before an appointed time. `inside`: what the one in the room needs, and since when; `mine`: my appointed time, or
    any moment of before."""
    free_at = max(now, opens_at)
    if inside is not None:
        needs, since = inside
        free_at = max(free_at, now + max(needs - (now - since), needs * AT_LEAST))
    for turn in before:
        free_at = max(free_at, turn.not_before) + turn.needs
    begins_at = max(free_at, mine)
    come_at = max(now, _down(begins_at - EARLIER))
    return Expected(begins_at, _nearest(begins_at - now), come_at)


def _nearest(wait: timedelta) -> timedelta:
    """To a step; what is less than one is one, what is nothing is nothing."""
    if wait <= timedelta():
        return timedelta()
    return max(STEP, STEP * ((wait + STEP / 2) // STEP))


def _down(moment: datetime) -> datetime:
    hour = moment.replace(minute=0, second=0, microsecond=0)
    return hour + STEP * ((moment - hour) // STEP)
