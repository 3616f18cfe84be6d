"""Where the engine's log goes: one line an event on stderr, for a terminal or a journal."""

from __future__ import annotations

import sys
from typing import Any, TextIO

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
    # Twisted's log classes implement zope interfaces, which the type checker does not follow: hence Any.
    wanted: Any = LogLevelFilterPredicate(defaultLogLevel=LEVELS[level])
    observer: Any = textFileLogObserver(to)
    filtered: Any = FilteringLogObserver(observer, [wanted])
    globalLogBeginner.beginLoggingTo([filtered], redirectStandardIO=False, discardBuffer=True)
