"""Calls that the switch refused before a flow could answer: a row each with the reason, so that "we could not get
through" can be looked up. A crowd must not fill the table or the log: beyond some a minute they are only counted.
"""

from __future__ import annotations

from twisted.logger import Logger

from background.reactor import Time, call_later
from ivr.call.book import TURNED_AWAY, Book, CallBegun
from ivr.record.redacted import Number
from ivr.switch.line import Cause, Ended, Seat, TurnedAway

log = Logger()

A_MINUTE = 60
"""Rows and lines of the log that are written at most; the others of the minute are told as a number."""
OUTCOME = "refused"
_NO_ROOM = frozenset((486, 503))


class TurnedAwayCalls:
    """Notes them in the book of calls."""

    def __init__(self, book: Book, clock: Time) -> None:
        self._book = book
        self._clock = clock
        self._noted = 0
        self._only_counted = 0
        self._is_minute = False

    def note(self, refused: TurnedAway) -> None:
        """One more."""
        if not self._is_minute:
            self._is_minute = True
            call_later(self._clock, 60.0, self._minute_over)
        if self._noted >= A_MINUTE:
            self._only_counted += 1
            return
        self._noted += 1
        offer = refused.offer
        log.warn(
            "call {call} to {dialled} from {caller} was refused with {code}: {why} (offered: {codecs})",
            call=refused.call_id,
            dialled=Number(offer.dialled),
            caller=Number(offer.caller),
            code=refused.sip_code,
            why=refused.why,
            codecs=refused.codecs or "-",
        )
        seat = Seat(refused.call_id, offer.headers.get("Call-ID", ""))
        row = self._book.begin(CallBegun(refused.call_id, "in", offer.dialled, offer.caller, "", "", seat=seat))
        row.event(TURNED_AWAY, sip_code=refused.sip_code, why=refused.why, codecs=refused.codecs, display=offer.display)
        cause = Cause.CONGESTION if refused.sip_code in _NO_ROOM else Cause.REJECTED
        row.finished(Ended(cause, refused.sip_code), OUTCOME)

    def _minute_over(self) -> None:
        if self._only_counted:
            log.warn("{calls} more calls were refused within a minute", calls=self._only_counted)
        self._noted = self._only_counted = 0
        self._is_minute = False
