"""Recordings of texts are heard as soon as they are there: the folder is looked at every few seconds, whoever put them
there (the page, `wardbell prompts import`, a copy by hand), and a text whose recording is gone is the voice's again.

The words decide: a recording belongs to a text by its name, so one of an edition that is not live waits for it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from twisted.logger import Logger

from background.spawn import spawn
from prompts.errors import StudioError
from prompts.recorded import Mark, mark_of
from prompts.studio import Studio

log = Logger()

EVERY = 2.0
"""Seconds between two looks."""


class RecordedTexts:
    """`tick` every `EVERY` seconds."""

    def __init__(
        self,
        folder: Path,
        studios: Callable[[], Iterable[Studio]],
        aside: Callable[[Callable[[], int]], Awaitable[Any]],
    ) -> None:
        """`studios`: those that calls use now. `aside` does slow work on a thread of its own."""
        self._folder = folder
        self._studios = studios
        self._aside = aside
        self._seen: WeakKeyDictionary[Studio, Mark] = WeakKeyDictionary()
        self._looking = False

    def tick(self) -> None:
        """Look, unless that goes on."""
        if not self._looking:
            self._looking = True
            spawn(self._look(), "looking for recordings of texts")

    async def _look(self) -> None:
        try:
            changed = await self._aside(self._look_now)
        except StudioError as wrong:
            log.error("recordings of texts cannot be read; those of before are heard: {wrong}", wrong=wrong)
        else:
            if changed:
                log.info("{n} texts have another recording, or none any more: callers hear it from now on", n=changed)
        finally:
            self._looking = False

    def _look_now(self) -> int:
        mark, changed = mark_of(self._folder), 0
        for studio in self._studios():
            if self._seen.get(studio) != mark:
                self._seen[studio] = mark  # told once, also when it cannot be read
                changed = max(changed, studio.look_for_recordings())
        return changed
