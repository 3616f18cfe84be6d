"""Who is at the keyboard, for the history."""

from __future__ import annotations

import getpass
import os


def os_user() -> str:
    """The user who logged in, also behind sudo; `unknown` where the system has no name for it."""
    try:
        return os.environ.get("SUDO_USER") or getpass.getuser()
    except (KeyError, OSError):
        return "unknown"
