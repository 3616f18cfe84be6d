"""What Prometheus reads, read back for people: values by name and label, and how long things take."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from math import inf

from prometheus_client.parser import text_string_to_metric_families

HALF, MOST = 0.5, 0.95
"""The shares of all whose time is told."""


@dataclass(frozen=True, slots=True)
class Spread:
    """How long so many took. `half` and `most` are in seconds, infinite beyond the last bucket, None of nothing."""

    count: int = 0
    half: float | None = None
    most: float | None = None
    top: float | None = None
    """The end of the last bucket that has one."""


class Readings:
    """One reading of all instruments."""

    def __init__(self, text: bytes) -> None:
        self._samples: dict[str, list[tuple[Mapping[str, str], float]]] = defaultdict(list)
        for family in text_string_to_metric_families(text.decode()):
            for sample in family.samples:
                self._samples[sample.name.removeprefix("wardbell_")].append((sample.labels, sample.value))

    @property
    def since(self) -> datetime | None:
        """From when on things are counted: the start of the engine."""
        began = self.value("info_created")
        return None if began is None else datetime.fromtimestamp(began, UTC)

    def value(self, name: str, **labels: str) -> float | None:
        """The sum of what fits `labels`; None: nothing was measured."""
        found = [value for there, value in self._samples.get(name, ()) if labels.items() <= there.items()]
        return sum(found) if found else None

    def count(self, name: str, **labels: str) -> int:
        """As `value`, of things that are counted; nothing is 0."""
        return round(self.value(name, **labels) or 0)

    def by(self, name: str, label: str) -> dict[str, int]:
        """What was counted for each value of a label, in its order."""
        return {each: self.count(name, **{label: each}) for each in self.labels(name, label)}

    def labels(self, name: str, label: str) -> list[str]:
        """The values that a label has."""
        return sorted({there[label] for there, _ in self._samples.get(name, ()) if label in there})

    def spread(self, name: str, **labels: str) -> Spread:
        """How long what fits `labels` took: the upper ends of the buckets in which the shares lie."""
        ends: dict[float, float] = defaultdict(float)
        for there, value in self._samples.get(f"{name}_bucket", ()):
            if labels.items() <= there.items():
                ends[float(there["le"])] += value
        count = round(ends.get(inf, 0))
        if not count:
            return Spread()
        half, most = (min(end for end, below in ends.items() if below >= share * count) for share in (HALF, MOST))
        return Spread(count, half, most, max((end for end in ends if end < inf), default=None))
