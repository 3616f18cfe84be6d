"""Where the engine's log goes: one line an event on stderr, for a terminal or a journal."""

from __future__ import annotations

import sys
from functools import lru_cache
from typing import Any, TextIO

from twisted.logger import (
    FileLogObserver,
    FilteringLogObserver,
    LogLevel,
    LogLevelFilterPredicate,
    formatEventAsClassicLogText,
    formatTime,
    globalLogBeginner,
)

LEVELS = {"debug": LogLevel.debug, "info": LogLevel.info, "warn": LogLevel.warn, "error": LogLevel.error}


def begin(level: str, to: TextIO = sys.stderr) -> None:
    """Log everything from `level` up. Called once, before the reactor runs.

    Standard output stays what it is: `wardbell` prints results there.
    """
    # Twisted's log classes implement zope interfaces, which the type checker does not follow: hence Any.
    wanted: Any = LogLevelFilterPredicate(defaultLogLevel=LEVELS[level])
    observer: Any = FileLogObserver(to, lambda event: formatEventAsClassicLogText(event, formatTime=_moment))
    filtered: Any = FilteringLogObserver(observer, [wanted])
    globalLogBeginner.beginLoggingTo([filtered], redirectStandardIO=False, discardBuffer=True)


def _moment(when: float | None) -> str:
    return formatTime(when) if when is None else _second(int(when))


@lru_cache(maxsize=2)
def _second(when: int) -> str:
    """To write a moment costs a third of a line of the log, and a second has many lines."""
    return formatTime(when)
