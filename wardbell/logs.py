"""Where the engine's log goes: one line an event on stderr, for a terminal or a journal."""

from __future__ import annotations

import sys
from typing import TextIO

from twisted.logger import (
    FilteringLogObserver,
    LogLevel,
    LogLevelFilterPredicate,
    globalLogBeginner,
    textFileLogObserver,
)

LEVELS = {"debug": LogLevel.debug, "info": LogLevel.info, "warn": LogLevel.warn, "error": LogLevel.error}


def begin(level: str, to: TextIO = sys.stderr) -> None:
    """Log everything from `level` up. Called once, before the reactor runs.

    Standard output stays what it is: `wardbell` prints results there.
    """
    wanted = LogLevelFilterPredicate(defaultLogLevel=LEVELS[level])
    globalLogBeginner.beginLoggingTo(
        [FilteringLogObserver(textFileLogObserver(to), [wanted])], redirectStandardIO=False, discardBuffer=True
    )
