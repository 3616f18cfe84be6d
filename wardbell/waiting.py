"""A service that is started before its database waits for it, and says so. Nobody has to start it again.

Only what can pass is waited for. Missing tables are reported with the command that makes them.
"""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable
from typing import NoReturn

from sqlalchemy.engine import make_url
from twisted.logger import Logger

from db.errors import DatabaseAway, DatabaseBusy
from db.version import current
from wardbell.parts import Parts

log = Logger()

LOOK = 2.0
"""Seconds between two looks."""
SAY = 30
"""Looks between two lines in the log."""


def wait_for_database(parts: Parts, pause: Callable[[float], None] = time.sleep) -> None:
    """Return when the database answers. SIGTERM or Ctrl-C end the process meanwhile.

    A file of SQLite is there or not; only a lock on it is waited for. Raises `db.errors.DatabaseError`.
    """
    parts.data_dir()  # a wrong folder is reported first
    url = parts.settings.database_url
    waits_for = DatabaseBusy if make_url(url).get_backend_name() == "sqlite" else (DatabaseAway, DatabaseBusy)
    looks = 0
    before = {number: signal.signal(number, _stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        while True:
            try:
                current(url)
            except waits_for as away:
                if looks % SAY == 0:
                    log.error("waiting for the database; nothing is served meanwhile: {away}", away=away)
                looks += 1
                pause(LOOK)
                continue
            if looks:
                log.info("the database is there")
            return
    finally:
        for number, action in before.items():
            signal.signal(number, action)


def _stop(number: int, frame: object) -> NoReturn:
    log.info("stopped while waiting for the database")
    sys.exit(0)
