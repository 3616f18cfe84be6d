"""What the worker does later: a heap of calls by time. The worker's loop asks when the next is due and runs it."""

from __future__ import annotations

import heapq

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


class Alarm:
    """One call in the future."""

    __slots__ = ("action",)

    def __init__(self, action: Callable[[], None]) -> None:
        self.action: Callable[[], None] | None = action

    def cancel(self) -> None:
        """Not to be run. No error when it already was."""
        self.action = None


class Alarms:
    """Those of a worker. `monotonic` gives seconds of a clock that never goes back."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self.now = monotonic
        self._heap: list[tuple[float, int, Alarm]] = []
        self._count = 0

    def after(self, seconds: float, action: Callable[[], None]) -> Alarm:
        """Run `action` in `seconds`."""
        self._count += 1
        alarm = Alarm(action)
        heapq.heappush(self._heap, (self.now() + seconds, self._count, alarm))
        return alarm

    def wait(self, at_most: float) -> float:
        """Seconds until the next alarm, never more than `at_most`."""
        while self._heap and self._heap[0][2].action is None:
            heapq.heappop(self._heap)
        return max(0.0, min(at_most, self._heap[0][0] - self.now())) if self._heap else at_most

    def run(self) -> None:
        """Run what is due."""
        while self._heap and self._heap[0][0] <= self.now():
            _, _, alarm = heapq.heappop(self._heap)
            action, alarm.action = alarm.action, None
            if action is not None:
                action()


class NamedAlarms:
    """Those of one call. Set again, an alarm is put off; when the call is over, all are dropped at once."""

    __slots__ = ("_named", "after", "now")

    def __init__(self, alarms: Alarms) -> None:
        self._named: dict[str, Alarm] = {}
        self.now = alarms.now
        self.after = alarms.after
        """For what must come about although the call is over."""

    def set(self, name: str, seconds: float, action: Callable[[], None]) -> None:
        """Run `action` in `seconds`, and not when it was set before."""
        before = self._named.get(name)
        if before is not None:
            before.cancel()
        self._named[name] = self.after(seconds, action)

    def drop(self, name: str) -> None:
        """No error when it was never set."""
        alarm = self._named.pop(name, None)
        if alarm is not None:
            alarm.cancel()

    def drop_all(self) -> None:
        """The call is over."""
        for alarm in self._named.values():
            alarm.cancel()
        self._named.clear()
