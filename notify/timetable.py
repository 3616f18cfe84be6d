"""Wakes what must be woken: ticks each second, and calendar times such as "every day at 03:30".

APScheduler gives the calendar (`CronTrigger`); the waking is one `callLater` of the injected reactor.
Its schedulers stay out: a job that comes due while the process was blocked is dropped, they run jobs on
the reactor's own threads, and an interval counted on the wall clock stops when that clock is set back.
Nothing here is the truth: what is due stands in the tables, and a missed waking is made good by the next.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from apscheduler.triggers.cron import CronTrigger
from twisted.logger import Logger

from background.reactor import Time, Timer, call_later

log = Logger()

LONGEST_SLEEP = 60.0
"""Seconds after which the wall clock is looked at again: somebody may have set it."""


def next_firing(expression: str, zone: ZoneInfo, after: datetime) -> datetime:
    """The first moment later than `after` (aware) that a crontab line names in `zone`, as UTC.

    A time that the clocks show twice in autumn fires once, the first time; one that they leave out in
    spring fires as much after the gap as it would have been in it. Raises ValueError for a wrong line.
    """
    trigger = CronTrigger.from_crontab(expression, zone)
    fired = after.astimezone(zone)
    while True:
        found: datetime | None = trigger.get_next_fire_time(fired, fired)
        if found is None:
            raise ValueError(f'"{expression}" never comes')
        moment = found.astimezone(UTC)
        if moment > after and not _second_showing(found):
            return moment
        fired = found


def _second_showing(local: datetime) -> bool:
    first = local.replace(fold=0)
    return local.fold == 1 and first.utcoffset() != local.utcoffset()


class Timetable:
    """Calls functions at their times, in the reactor's thread. They mustn't raise; one that does is logged."""

    def __init__(self, clock: Time, wallclock: Callable[[], datetime], zone: ZoneInfo) -> None:
        self._clock = clock
        self._wallclock = wallclock
        self._zone = zone
        self._plans: list[Callable[[], None]] = []
        self._timers: dict[int, Timer] = {}
        self._running = False

    def every(self, seconds: float, wake: Callable[[], object]) -> None:
        """Call `wake` each `seconds`, from the start on; a blocked reactor skips, it doesn't catch up."""
        number = len(self._plans)

        def again() -> None:
            self._sleep(number, seconds, again)
            self._wake(wake)

        self._plans.append(lambda: self._sleep(number, seconds, again))

    def at(self, expression: str, wake: Callable[[], object]) -> None:
        """Call `wake` at the times of a crontab line (minute hour day month weekday), local time."""
        number = len(self._plans)
        due = next_firing(expression, self._zone, self._wallclock())  # a wrong line is reported here, not at night

        def look() -> None:
            nonlocal due
            now = self._wallclock()
            firing = now >= due
            if firing:
                due = next_firing(expression, self._zone, now)
            self._sleep(number, min(max((due - now).total_seconds(), 0.0), LONGEST_SLEEP), look)
            if firing:
                self._wake(wake)

        self._plans.append(look)

    def start(self) -> None:
        """Begin to wake."""
        self._running = True
        for plan in self._plans:
            plan()

    def stop(self) -> None:
        """Stop waking."""
        self._running = False
        for timer in self._timers.values():
            if timer.active():
                timer.cancel()
        self._timers.clear()

    def _sleep(self, number: int, seconds: float, then: Callable[[], None]) -> None:
        if self._running:
            self._timers[number] = call_later(self._clock, seconds, then)

    @staticmethod
    def _wake(wake: Callable[[], object]) -> None:
        try:
            wake()
        except Exception:  # noqa: BLE001 - logged with its traceback; the next waking comes all the same
            log.failure("what the timetable woke failed")
