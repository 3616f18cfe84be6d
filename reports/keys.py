"""Questions about keys: what callers press at each step of a flow, where they press nothing, where they hang up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo

from sqlalchemy.orm import Session

from db.reading import reading
from db.tables.reports import ReportKeyRow
from reports.asked import Period, Seen, Sums
from reports.counting import HUNG_UP_THERE, NO_KEY, SEVERAL


@dataclass(frozen=True, slots=True)
class StepKeys:
    """A step of a flow at which callers were asked for keys."""

    flow: str
    step: str
    pressed: Mapping[str, int]
    """By key, of answers of one key."""
    several: int
    """Answers of several keys, and those that are hidden."""
    nothing: int
    hung_up: int

    @property
    def asked(self) -> int:
        """How often somebody answered, pressed nothing or hung up there."""
        return sum(self.pressed.values()) + self.several + self.nothing + self.hung_up


@dataclass(frozen=True, slots=True)
class KeysReport:
    """The steps of a period, by flow, those where most was asked first."""

    steps: tuple[StepKeys, ...]
    hung_up: tuple[tuple[str, str, int], ...]
    """Where else callers hung up: flow, step, how often."""
    seen: Seen


@reading
def keys_report(session: Session, period: Period, zone: tzinfo, now: datetime, flow: str = "") -> KeysReport:
    """What callers keyed, in one flow or in all."""
    sums = Sums(session, period, zone, now)
    by_step: dict[tuple[str, str], dict[str, int]] = {}
    found = sums.by(ReportKeyRow, ("flow", "step", "did"), {"flow": flow} if flow else None)
    for (of_flow, step, did), (times,) in found.items():
        by_step.setdefault((of_flow, step), {})[did] = times
    steps, elsewhere = [], []
    for (of_flow, step), did_there in by_step.items():
        hung_up = did_there.get(HUNG_UP_THERE, 0)
        if did_there.keys() == {HUNG_UP_THERE}:
            elsewhere.append((of_flow, step, hung_up))
            continue
        pressed = {key: did_there[key] for key in "1234567890*#" if key in did_there}
        several, nothing = did_there.get(SEVERAL, 0), did_there.get(NO_KEY, 0)
        steps.append(StepKeys(of_flow, step, pressed, several, nothing, hung_up))
    steps.sort(key=lambda one: (one.flow, -one.asked, one.step))
    elsewhere.sort(key=lambda one: (-one[2], one[0], one[1]))
    return KeysReport(tuple(steps), tuple(elsewhere), sums.seen)
