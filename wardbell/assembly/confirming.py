"""How nurses confirm: in the database, or on disk while that is away."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from twisted.logger import Logger

from actions.action import Action
from background.threads import SlowWork
from notify.notices.actions import NoticeActions
from notify.notices.confirmations import Confirmations
from notify.notices.journal import Journal
from wardbell.assembly.clocks import Clocks
from wardbell.assembly.ground import Ground

log = Logger()


class Confirming:
    """`close` at the end, after the database."""

    def __init__(self, ground: Ground, clocks: Clocks) -> None:
        self._disk = SlowWork(ground.reactor, threads=1)
        self._journal = _journal(ground.settings.journal)
        self.confirmations = Confirmations(ground.database, self._journal, self._disk, ground.reactor, clocks.steady)
        self.actions: Mapping[str, Action] = NoticeActions(self.confirmations).actions()

    def close(self) -> None:
        """Let the last write end. Blocks."""
        self._disk.close()
        if self._journal is not None:
            self._journal.close()


def _journal(path: Path) -> Journal | None:
    """The line works without it: then only the database can note a confirmation."""
    try:
        return Journal(path)
    except OSError as wrong:
        log.error("confirmations cannot be kept on disk while the database is away: {wrong}", wrong=wrong)
        return None
