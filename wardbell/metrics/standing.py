"""What is asked when somebody looks: lines, workers, the outbox, webhooks. In the thread of whoever looks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from twisted.logger import Logger

from db.database import Database
from db.errors import DatabaseError
from ivr.in_progress.line_now import LineNow
from notify.notices.standing import standing
from webhooks.listing import list_targets

log = Logger()


@dataclass(frozen=True, slots=True)
class EngineStanding:
    """What the engine says of itself."""

    line: LineNow
    calls: dict[str, int]
    """Direction -> calls in progress."""
    senders: int
    """Connections to the HL7 port."""
    edition: int


class Standing(Collector):
    """`engine` may raise when it does not answer; then its part is missing and `wardbell_up` says so."""

    def __init__(
        self, database: Database, engine: Callable[[], EngineStanding], wallclock: Callable[[], datetime]
    ) -> None:
        self._database = database
        self._engine = engine
        self._wallclock = wallclock

    def describe(self) -> list[GaugeMetricFamily]:
        """Nothing is asked before somebody looks."""
        return []

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """As `Collector.collect`."""
        up = GaugeMetricFamily("wardbell_up", "Whether a part answers", labels=["part"])
        for part, ask in (("engine", self._of_engine), ("database", self._of_database)):
            try:
                found = list(ask())
            except (DatabaseError, Exception) as wrong:  # noqa: BLE001 - told by the gauge, and the rest is still told
                log.warn("{part} could not be measured: {wrong}", part=part, wrong=wrong)
                up.add_metric([part], 0)
                continue
            up.add_metric([part], 1)
            yield from found
        yield up

    def _of_engine(self) -> Iterator[GaugeMetricFamily]:
        now = self._engine()
        yield _gauge("lines", "Calls that the line can hold", now.line.lines)
        yield _gauge("lines_busy", "Calls that it holds, ringing ones included", now.line.busy)
        workers = GaugeMetricFamily("wardbell_workers", "Worker processes", labels=["health"])
        for health in ("starting", "ready", "leaving", "dead"):
            workers.add_metric([health], sum(one.health == health for one in now.line.workers))
        yield workers
        calls = GaugeMetricFamily("wardbell_calls_in_progress", "Calls in progress", labels=["direction"])
        for direction in ("in", "out"):
            calls.add_metric([direction], now.calls.get(direction, 0))
        yield calls
        yield _gauge("trunk_fails", "Whether the last call found nobody at the trunk", float(now.line.trunk.fails))
        yield _gauge("hl7_connections", "Connections to the HL7 port", now.senders)
        yield _gauge("edition", "The number of the live edition", now.edition)

    def _of_database(self) -> Iterator[GaugeMetricFamily]:
        now = self._wallclock()
        outbox = self._database.run_now(standing, now)
        notices = GaugeMetricFamily("wardbell_notices", "Notices, counted to 10000", labels=["state"])
        for state in ("due", "late", "in_air"):
            notices.add_metric([state], getattr(outbox, state))
        yield notices
        yield _gauge("notices_oldest_seconds", "How long the oldest due notice has waited", outbox.oldest)
        waiting = GaugeMetricFamily("wardbell_webhooks_waiting", "Messages to be sent", labels=["webhook"])
        oldest = GaugeMetricFamily("wardbell_webhooks_oldest_seconds", "How long the oldest waits", labels=["webhook"])
        off = GaugeMetricFamily("wardbell_webhooks_off", "Whether a webhook was switched off", labels=["webhook"])
        for one in self._database.run_now(list_targets):
            waiting.add_metric([one.name], one.waiting)
            oldest.add_metric([one.name], (now - one.oldest).total_seconds() if one.oldest else 0.0)
            off.add_metric([one.name], float(one.off_at is not None))
        yield from (waiting, oldest, off)


def _gauge(name: str, about: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"wardbell_{name}", about, value=value)
