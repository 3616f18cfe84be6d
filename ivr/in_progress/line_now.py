"""The line as a whole at a moment: lines, workers, and how the trunk has answered lately."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ivr.switch.line import Cause
from ivr.switch.pool import Pool


@dataclass(frozen=True, slots=True)
class WorkerNow:
    """A process that holds calls."""

    name: str
    health: str
    """`starting`, `ready`, `leaving` or `dead` (`ivr.switch.worker_process.Health`)."""
    lines: int
    """How many calls it can hold; 0 until it is ready."""
    busy: int


@dataclass(frozen=True, slots=True)
class TrunkNow:
    """How calls of ours on the trunk went last. Nothing is asked of it: these calls were made anyway."""

    reached_at: datetime | None = None
    """When the other side last rang, answered or said no."""
    failed_at: datetime | None = None
    """When it last said nothing, or that it could not."""
    sip_code: int = 0
    """Its answer then; 0: none."""

    @property
    def fails(self) -> bool:
        """Whether the last call found nobody there."""
        return self.failed_at is not None and (self.reached_at is None or self.failed_at > self.reached_at)


@dataclass(frozen=True, slots=True)
class LineNow:
    """What this engine has."""

    lines: int
    """Calls that it can hold when it has all its workers."""
    busy: int
    workers: tuple[WorkerNow, ...]
    trunk: TrunkNow


NOBODY = frozenset((Cause.CONGESTION.value, Cause.ERROR.value))
"""Causes of calls that did not come through the trunk."""


def trunk_after(before: TrunkNow, leg: dict[str, Any], now: datetime) -> TrunkNow:
    """What a leg on the trunk tells by what is written of it: it rang, it was answered, or how it ended."""
    if leg.get("rang_at") is not None or leg.get("answered_at") is not None:
        return TrunkNow(now, before.failed_at, before.sip_code)
    if not leg.get("cause"):
        return before
    code = int(leg["sip_code"])
    if code in (0, 408) or code // 100 == 5 or leg["cause"] in NOBODY:
        nobody = leg["cause"] in NOBODY or leg["cause"] == Cause.NO_ANSWER
        return TrunkNow(before.reached_at, now, code) if nobody else before
    return TrunkNow(now, before.failed_at, before.sip_code)


def line_now(pool: Pool, trunk: TrunkNow) -> LineNow:
    """The line of this engine."""
    capacity, held = pool.capacity(), pool.held()
    workers = (
        WorkerNow(worker.name, worker.health.value, worker.lines, held.get(worker.name, 0)) for worker in pool.workers
    )
    return LineNow(capacity.lines, capacity.busy, tuple(workers), trunk)
