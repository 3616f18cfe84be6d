"""Who hears what of what goes on: what somebody may not see is not sent to his browser."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property

from accounts.rights import Right, Role
from accounts.visitor import Visitor

LINE = "line"
"""The topic of lines, workers and calls."""
EVERYBODY = ""
"""The topic of what all may know who may come in."""
NOTICES = "notices"
"""The topic of a sign that some notice changed; not which one, nor how."""
ALARMS = "alarms/"
"""What the topic of an alert begins with; the code of its ward follows, or nothing when it is for no ward."""


@dataclass(frozen=True)
class Audience:
    """People who hear the same."""

    line: bool = False
    """Lines and calls in progress."""
    alarms: bool = False
    """Alerts."""
    wards: frozenset[str] | None = None
    """Only those of these wards; None: of all, and those that are for no ward."""

    def hears(self, topic: str) -> bool:
        """Whether this is for them."""
        if topic == EVERYBODY:
            return True
        if topic == LINE:
            return self.line
        if topic == NOTICES:
            return self.alarms
        if not (self.alarms and topic.startswith(ALARMS)):
            return False
        return self.wards is None or topic.removeprefix(ALARMS) in self.wards

    @cached_property
    def mark(self) -> str:
        """Stands in the ids of what they hear: who may see more or less than before begins anew."""
        wards = "all" if self.wards is None else "\x1f".join(sorted(self.wards))
        told = f"{self.line}\x1e{self.alarms}\x1e{wards}"
        return hashlib.sha256(told.encode()).hexdigest()[:8]


def audience_of(visitor: Visitor) -> Audience:
    """What somebody hears by his rights; a nurse of her wards."""
    wards = frozenset(visitor.wards) if visitor.role is Role.NURSE else None
    return Audience(visitor.may(Right.NOW), visitor.may(Right.NOTICES), wards)
