"""Signs of life of the party of a call: sound, keys and reports that came in, and what their absence means. Pure: the
caller gives the time and the counts, now and then.
"""

from __future__ import annotations

REPORTED = 8.0
"""s for which a report vouches for a telephone that sends no sound while nobody speaks: it sends one every 5 s or so,
7.5 at most (RFC 3550 §6.2)."""


class Signs:
    """Of one call. A telephone that sent sound and reports and then neither is silent; one that goes on to report is
    there and says nothing (silence suppression)."""

    def __init__(self, now: float) -> None:
        self._packets = self._reports = 0
        self._sound_at = self._report_at = now
        self.answered_at = now
        """When its SIP last showed that it is there."""

    def seen(self, packets: int, reports: int, now: float) -> None:
        """This many have come in so far. Fewer than before means that the stream was set up anew."""
        if packets > self._packets:
            self._sound_at = now
        if reports > self._reports:
            self._report_at = now
        self._packets, self._reports = packets, reports

    def silence(self, now: float) -> float:
        """s since the last sign; 0 while one vouches."""
        if self._sound_at < self._report_at and now - self._report_at < REPORTED:
            return 0.0
        return now - max(self._sound_at, self._report_at)

    def absence(self, now: float) -> float:
        """s since anything came, SIP included."""
        return min(now - self.answered_at, now - max(self._sound_at, self._report_at))
