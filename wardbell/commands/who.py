"""Who is at the keyboard, for the history and the audit."""

from __future__ import annotations

import getpass
import os
from datetime import datetime
from typing import Protocol

from accounts.audit import Hand


class Clock(Protocol):
    """What tells a command the time."""

    def wallclock(self) -> datetime:
        """Now, aware, in UTC."""


def os_user() -> str:
    """The user who logged in, also behind sudo; `unknown` where the system has no name for it."""
    try:
        return os.environ.get("SUDO_USER") or getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


def hand(desk: Clock, why: str = "") -> Hand:
    """Whose hand a command is: what the audit notes of everything that it changes."""
    return Hand(os_user(), desk.wallclock(), "command", reason=why)
