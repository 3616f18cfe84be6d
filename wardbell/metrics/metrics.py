"""The instruments. Names end as Prometheus wants it; docs/metrics.md lists them, a test holds it to that."""

from __future__ import annotations

from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.registry import Collector

from db.errors import DatabaseError
from wardbell import __version__

QUICK = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
SETUP = (0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 40.0)
LONG = (0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 40.0, 60.0)
SHORT = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 2.0)
MOST_LABELS = 300
"""Sets of labels of one counter whose values come from files that people edit; all further ones are `other`."""
OTHER = "other"


class Metrics:
    """One for each service."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry(auto_describe=False)
        self._known: set[tuple[str, ...]] = set()

        def counter(name: str, about: str, *labels: str) -> Counter:
            return Counter(f"wardbell_{name}", about, labels, registry=self.registry)

        def histogram(name: str, about: str, buckets: Iterable[float], *labels: str) -> Histogram:
            return Histogram(f"wardbell_{name}", about, labels, registry=self.registry, buckets=tuple(buckets))

        self.calls = counter("calls", "Calls that are over", "direction", "flow", "outcome")
        about = "From the offer to the answer; of our calls, from dialling to the answer"
        self.setup = histogram("call_setup_seconds", about, SETUP, "direction")
        self.prompt = histogram("key_to_prompt_seconds", "From a whole input to the order to say what follows", QUICK)
        self.hl7 = counter("hl7_messages", "HL7 messages answered", "answer")
        self.voice = histogram("voice_seconds", "Making one clip", LONG, "voice")
        self.voice_failures = counter("voice_failures", "Clips that a voice did not make", "voice")
        self.database = histogram("database_seconds", "Transactions, with what they waited for", SHORT, "kind")
        self.database_errors = counter("database_errors", "Transactions that failed", "error")
        self.web = histogram("web_seconds", "Requests answered", QUICK, "side", "status")
        self.webhooks = counter("webhooks_sent", "Messages sent to webhooks", "webhook", "well")
        info = counter("info", "The version, as a label", "version")
        info.labels(__version__)

    def add(self, collector: Collector) -> None:
        """Something that is asked when somebody looks."""
        self.registry.register(collector)

    def call_over(self, direction: str, flow: str, outcome: str) -> None:
        """A call is over."""
        labels = (direction, flow or "none", outcome or "none")
        if labels not in self._known:
            if len(self._known) >= MOST_LABELS:
                labels = (direction, OTHER, OTHER)
            else:
                self._known.add(labels)
        self.calls.labels(*labels).inc()

    def transaction(self, reads: bool, seconds: float, failed: DatabaseError | None) -> None:
        """A transaction has ended."""
        self.database.labels("read" if reads else "write").observe(seconds)
        if failed is not None:
            self.database_errors.labels(type(failed).__name__).inc()

    def hl7_answered(self, code: str) -> None:
        """A message of the hospital's systems was answered."""
        self.hl7.labels(code).inc()

    def webhook_sent(self, name: str, well: bool) -> None:
        """A message was sent, or not."""
        self.webhooks.labels(name, str(well).lower()).inc()

    def text(self) -> bytes:
        """What Prometheus reads."""
        return generate_latest(self.registry)
