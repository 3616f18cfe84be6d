"""How many lines calling out may use: callers keep a reserve, alerts keep one against everything else.

Emergencies are alerts here. They may also take the line of a lesser call that only rings: the outbox sees to that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ivr.switch.line import Capacity
from notify.notices.escalation import Priority


@dataclass(frozen=True, slots=True)
class Room:
    """How many calls may begin now: `all` of any class, and of those `others` that are no alerts."""

    all: int
    others: int

    def of(self, priority: Priority) -> int:
        """How many of this class."""
        return self.all if priority.alarms else min(self.all, self.others)

    def less(self, priority: Priority, taken: int) -> Room:
        """What is left when `taken` calls of this class have begun."""
        return Room(self.all - taken, self.others - (0 if priority.alarms else taken))


@dataclass(frozen=True, slots=True)
class LineBudget:
    """Lines that stay free for callers, and of the rest those that only alerts may take."""

    for_callers: int = 1
    for_alerts: int = 1

    def room(self, capacity: Capacity, in_air: Mapping[Priority, int]) -> Room:
        """What may begin while calls of these classes are in the air.

        A switch with a single line gives it to alerts: a reserve that stopped them for ever would be none.
        """
        callers = min(self.for_callers, max(capacity.lines - 1, 0))
        free = max(capacity.lines - capacity.busy - callers, 0)
        others_in_air = sum(count for priority, count in in_air.items() if not priority.alarms)
        return Room(free, max(capacity.lines - callers - self.for_alerts - others_in_air, 0))
