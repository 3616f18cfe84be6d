"""A failure that the product logs fails the test that caused it, unless the test expected it."""

from __future__ import annotations

from twisted.logger import LogEvent, LogLevel, formatEvent, globalLogPublisher


class Faults:
    """Failures logged while a test runs."""

    def __init__(self) -> None:
        self._logged: list[LogEvent] = []

    def __call__(self, event: LogEvent) -> None:
        if event.get("log_level") is LogLevel.critical:
            self._logged.append(event)

    def expected(self) -> list[str]:
        """What was logged so far, now accounted for."""
        told = [f"{formatEvent(event)}: {event.get('log_failure')}" for event in self._logged]
        self._logged.clear()
        return told

    def __enter__(self) -> Faults:
        globalLogPublisher.addObserver(self)
        return self

    def __exit__(self, *_: object) -> None:
        globalLogPublisher.removeObserver(self)
