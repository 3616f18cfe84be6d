"""A place in the list of calls, from which the list goes on; handed out as a word that means nothing to anybody else.

It names the call that was last seen, not a page: calls that come in meanwhile move nothing.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ivr.errors import IvrError

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FIRST, LAST = "", "~"
"""Before and behind the id of any call."""
_WRITTEN = re.compile(r"([on])(\d{1,17})\.([0-9A-Za-z_-]{0,32}|~)")


class WrongCursor(IvrError):
    """It was not handed out here."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """Beside a call, or beside a place where one could be."""

    at: datetime
    call_id: str
    older: bool
    """Which way the list goes on: to calls that are older, or newer."""

    def __str__(self) -> str:
        moment = (self.at - EPOCH) // timedelta(microseconds=1)
        told = f"{'o' if self.older else 'n'}{moment}.{self.call_id}"
        return base64.urlsafe_b64encode(told.encode()).decode().rstrip("=")

    @staticmethod
    def read(written: str) -> Cursor:
        """What `str` gave. Raises `WrongCursor`."""
        try:
            told = base64.b64decode(written + "=" * (-len(written) % 4), altchars=b"-_", validate=True).decode("ascii")
            found = _WRITTEN.fullmatch(told)
            if found is None or not written:
                raise WrongCursor("this is no place in the list of calls")
            moment = EPOCH + timedelta(microseconds=int(found[2]))
        except (binascii.Error, ValueError, OverflowError) as wrong:
            raise WrongCursor("this is no place in the list of calls") from wrong
        return Cursor(moment, found[3], found[1] == "o")

    def back(self) -> Cursor:
        """The other way from here."""
        return Cursor(self.at, FIRST if self.older else LAST, not self.older)
