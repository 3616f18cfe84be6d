"""How far calls go ahead of all other work of the machine: sound that comes late is broken words.

Imported by every worker: costs nothing. Whether the machine allows it is for the doctor to say.
"""

from __future__ import annotations

import os

AHEAD = -10
"""Niceness of a process that holds calls."""


def go_ahead() -> None:
    """Put this process and the threads that it will have first, where that is allowed."""
    try:
        os.setpriority(os.PRIO_PROCESS, 0, AHEAD)
    except OSError:
        return
