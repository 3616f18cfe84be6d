"""What messages tell of stays and charges goes to the hospital's fees: taken, or set aside with the reason."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from hospital.fees import set_aside
from hospital.fees.intake import Terms
from hospital.fees.scheme import Insurance
from notify.errors import MessageBroken
from notify.hl7.billing import Billing


class Bills:
    """`insurance` gives what is live; `zone` is the hospital's."""

    def __init__(self, insurance: Callable[[], Insurance], zone: ZoneInfo) -> None:
        self._insurance = insurance
        self._zone = zone

    def take(self, session: Session, billing: Billing, sender: str, source: str, now: datetime) -> list[str]:
        """Take what can be taken; why the rest was set aside. Raises `MessageBroken` for a message that is too long to
        be read whole, and for one that bills nothing: nothing of those is taken."""
        if not billing.whole:
            raise MessageBroken("AE", "207", "more is billed than is read of one message: send it in several")
        if not billing.entries:
            raise MessageBroken("AE", "100", "the message bills nothing: it has no FT1 segment", "FT1")
        terms = Terms(self._insurance(), self._zone)
        reasons = []
        for number, entry in enumerate(billing.entries, start=1):
            why = set_aside.receive(session, entry.values, sender, source, entry.raw, terms, now)
            if why:
                reasons.append(f"entry {number}: {why}" if len(billing.entries) > 1 else why)
        return reasons
