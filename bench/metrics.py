"""What measuring costs: `python -m bench.metrics` prints microseconds for each thing that is counted on a call's
way."""

from __future__ import annotations

import time
from collections.abc import Callable

from wardbell.metrics.metrics import Metrics

ROUNDS = 100_000


def microseconds(work: Callable[[], object]) -> float:
    """Of one call, the quickest of three series."""
    series = []
    for _ in range(3):
        began = time.perf_counter()
        for _ in range(ROUNDS):
            work()
        series.append(time.perf_counter() - began)
    return min(series) / ROUNDS * 1e6


def main() -> None:
    """Print it."""
    metrics = Metrics()
    for what, work in (
        ("a call over", lambda: metrics.call_over("in", "main", "booked")),
        ("a set-up", lambda: metrics.setup.labels("in").observe(0.02)),
        ("a key to a prompt", lambda: metrics.prompt.observe(0.03)),
        ("a transaction", lambda: metrics.transaction(False, 0.002, None)),
    ):
        print(f"{what:<20}{microseconds(work):6.1f} us")
    began = time.perf_counter()
    size = len(metrics.text())
    print(f"{'the text':<20}{(time.perf_counter() - began) * 1e6:6.0f} us, {size} bytes, without what is asked")


if __name__ == "__main__":
    main()
