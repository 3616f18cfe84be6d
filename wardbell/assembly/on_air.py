"""The edition that calls begin with: chosen at the start, swapped when another one is published."""

from __future__ import annotations

from editions.first import begin, log_start
from editions.live import Live, LiveEdition
from editions.status import disk_against
from editions.store import StoredEdition
from editions.watch import EditionWatch
from ivr.call.edition import OnAir
from wardbell.assembly.ground import Ground
from wardbell.assembly.speech import Speech
from wardbell.commands.who import os_user
from wardbell.parts import wallclock


class EditionOnAir:
    """Raises `FilesError` or `PromptError` when there is no edition that can be used."""

    def __init__(self, ground: Ground, speech: Speech) -> None:
        self._ground = ground
        self._speech = speech
        parts, settings, database = ground.parts, ground.settings, ground.database
        begun = begin(database, parts.on_disk, parts.check, self._open, os_user(), wallclock())
        log_start(begun, disk_against(database, begun.live.head, parts.on_disk))
        self.live = Live(begun.live)
        self._watch = EditionWatch(
            database, self.live, self._open, ground.slow, settings.engine, wallclock, begun.refused
        )

    def tick(self) -> None:
        """Look whether something was published."""
        self._watch.tick()

    async def leave(self) -> None:
        """Nothing is served any more."""
        await self._ground.within_grace(self._watch.leave(), "telling that this engine stops")

    def _open(self, stored: StoredEdition) -> LiveEdition:
        checked = self._ground.parts.check(stored.bundle(), stored.record.number)
        voice = self._speech.voice_of(checked.edition.texts)
        return LiveEdition(stored.record.head, OnAir(checked.edition, voice), checked.rules, checked.insurance)
