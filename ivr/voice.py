"""Turns prompts into clips that a line can play, without making a caller wait in silence.

What is in the store is found at once. What is not is rendered on a thread of its own within
a deadline; past it the caller hears the rest, or the trouble prompt when nothing is left.
Texts, readings and voices are the prompts room's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.interfaces import IReactorFromThreads
from twisted.internet.threads import deferToThreadPool
from twisted.logger import Logger
from twisted.python.threadpool import ThreadPool

from ivr.flow.commands import Prompt
from ivr.switch.reactor import Time, call_later
from prompts.catalog import Catalog
from prompts.errors import PromptError
from prompts.speech import speak
from prompts.studio import Studio

log = Logger()

DEADLINE = 1.5
"""Seconds in which a text that is not in the store must be rendered."""
TROUBLE = "system.trouble"


@dataclass(frozen=True, slots=True)
class Spoken:
    """Clips to play in order, and the texts that could not be had in time."""

    clips: tuple[Path, ...]
    missing: tuple[str, ...] = ()


class Voice(Protocol):
    """Where a conversation gets its clips."""

    async def clips(self, language: str, prompts: Sequence[Prompt], slow: bool = False) -> Spoken:
        """The clips of `prompts`. Never raises for a text that can't be had: it is `missing`.

        `slow`: at the tempo for those who asked for slower speech.
        """

    async def renewed(self, language: str, prompts: Sequence[Prompt], slow: bool = False) -> Spoken:
        """As `clips`, after the switch found one of them missing or broken on disk."""


class StudioVoice:
    """The prompts room behind a deadline."""

    def __init__(
        self,
        catalog: Catalog,
        studio: Studio,
        reactor: IReactorFromThreads,
        clock: Time,
        threads: ThreadPool,
        deadline: float = DEADLINE,
    ) -> None:
        self._catalog = catalog
        self._studio = studio
        self._reactor = reactor
        self._clock = clock
        self._threads = threads
        self._deadline = deadline

    async def clips(self, language: str, prompts: Sequence[Prompt], slow: bool = False) -> Spoken:
        """As `Voice.clips`. A slow clip that cannot be made in time is said at the usual tempo."""
        return await self._clips(language, *self._texts(language, prompts), slow)

    async def renewed(self, language: str, prompts: Sequence[Prompt], slow: bool = False) -> Spoken:
        """As `Voice.renewed`."""
        texts, missing = self._texts(language, prompts)
        for text in texts:
            self._studio.forget(language, text)
        return await self._clips(language, texts, missing, slow)

    def _texts(self, language: str, prompts: Sequence[Prompt]) -> tuple[list[str], list[str]]:
        """What is to be voiced, and the prompts that cannot be."""
        texts: list[str] = []
        missing: list[str] = []
        for prompt in prompts:
            try:
                texts.extend(speak(self._catalog, language, prompt.id, prompt.values))
            except PromptError as wrong:
                log.error("prompt {id} cannot be spoken: {wrong}", id=prompt.id, wrong=wrong)
                missing.append(prompt.id)
        return texts, missing

    async def _clips(self, language: str, texts: list[str], missing: list[str], slow: bool) -> Spoken:
        found = [self._studio.ready(language, text, slow) for text in texts]
        if None in found:
            found = await self._render(language, texts, found, slow)
            if slow:
                found = [clip or self._studio.ready(language, text) for text, clip in zip(texts, found, strict=True)]
        missing.extend(text for text, clip in zip(texts, found, strict=True) if clip is None)
        clips = tuple(clip for clip in found if clip is not None)
        if missing and not clips:
            clips = self._trouble(language)
        return Spoken(clips, tuple(missing))

    async def _render(
        self, language: str, texts: Sequence[str], found: Sequence[Path | None], slow: bool
    ) -> list[Path | None]:
        """What could be rendered before the deadline; the thread goes on and fills the store."""
        clips = list(found)

        def fill() -> None:
            for index, text in enumerate(texts):
                if clips[index] is None:
                    try:
                        clips[index] = self._studio.render(language, text, slow=slow)
                    except PromptError as failed:
                        log.error("no voice for a text of {n} characters: {failed}", n=len(text), failed=failed)

        rendering: Deferred[None] = deferToThreadPool(self._reactor, self._threads, fill)
        late = call_later(self._clock, self._deadline, rendering.cancel)
        try:
            await rendering
        except CancelledError:
            if late.active():  # the call went away, not the time
                raise
            log.warn("a text was not rendered within {deadline} s", deadline=self._deadline)
        finally:
            if late.active():
                late.cancel()
        return list(clips)

    def _trouble(self, language: str) -> tuple[Path, ...]:
        """The recorded apology, when it is in the store."""
        try:
            ready = [self._studio.ready(language, text) for text in speak(self._catalog, language, TROUBLE, {})]
        except PromptError:
            return ()
        return tuple(clip for clip in ready if clip is not None)


class SilentVoice:
    """A voice for tests: one clip named after each prompt, nothing on disk. Remembers what was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Prompt]] = []

    async def clips(self, language: str, prompts: Sequence[Prompt], slow: bool = False) -> Spoken:
        """As `Voice.clips`; a slow clip is `zh/main.welcome.slow.wav`."""
        self.asked.extend((language, prompt) for prompt in prompts)
        pace = ".slow" if slow else ""
        return Spoken(tuple(Path(f"{language}/{prompt.id}{pace}.wav") for prompt in prompts))

    async def renewed(self, language: str, prompts: Sequence[Prompt], slow: bool = False) -> Spoken:
        """As `Voice.renewed`."""
        return await self.clips(language, prompts, slow)
