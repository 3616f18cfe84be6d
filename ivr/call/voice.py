"""Turns prompts into clips that a line can play, without making a caller wait in silence.

What is in the store is found at once. What is not is rendered on threads of its own: by the language's voices
within a deadline, past it by a quick one, and past that the prompt gives way to recorded words that come with
Wardbell and need neither voice nor disk. Texts, readings, voices and those words are the prompts room's.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

from twisted.logger import Logger

from ivr.call.rendering import Rendering
from ivr.flow.commands import Prompt
from prompts.errors import PromptError
from prompts.fallbacks import MOMENT, Fallbacks
from prompts.speech import speak
from prompts.studio import Studio

log = Logger()

DEADLINE = 1.5
"""Seconds in which a text that is not in the store must be rendered by the voices of first choice."""
QUICK = 1.0
"""Seconds more for a quick voice when they were late."""
PROCESSORS = os.cpu_count() or 1
"""Texts of one sentence that are rendered at the same time, by voices that allow it."""
TROUBLE = "system.trouble"


@dataclass(frozen=True, slots=True)
class Spoken:
    """Clips to play in order."""

    clips: tuple[Path, ...]
    missing: tuple[str, ...] = ()
    """Prompts whose own words are not among them: other words stand for them, or nothing."""
    instead: tuple[str, ...] = ()
    """Names of the recorded words that are among them."""


class Voice(Protocol):
    """Where a conversation gets its clips."""

    async def clips(self, language: str, prompts: Sequence[Prompt], slow: bool = False) -> Spoken:
        """The clips of `prompts`. Never raises for a text that can't be had: it is `missing`.

        `slow`: at the tempo for those who asked for slower speech.
        """

    async def renewed(self, language: str, prompts: Sequence[Prompt], slow: bool = False) -> Spoken:
        """As `clips`, after the switch found one of them missing or broken on disk."""

    def moment(self, language: str, slow: bool = False) -> tuple[Path, ...]:
        """A filler that asks for a moment while `clips` takes its time; ready at once, or empty."""


class StudioVoice:
    """The prompts room behind a deadline."""

    def __init__(
        self, studio: Studio, rendering: Rendering, deadline: float = DEADLINE, *, fill_silence: bool = True
    ) -> None:
        """Reads the recorded words: belongs on a thread of its own, as making the studio does. Without `fill_silence`
        nobody is asked for a moment."""
        self._studio = studio
        self._rendering = rendering
        self._deadline = deadline
        self._fill_silence = fill_silence
        self._fallbacks = Fallbacks(studio.catalog)

    async def clips(self, language: str, prompts: Sequence[Prompt], slow: bool = False) -> Spoken:
        """As `Voice.clips`. A slow clip that cannot be made in time is said at the usual tempo."""
        return await self._spoken(language, [(prompt.id, self._texts(language, prompt)) for prompt in prompts], slow)

    async def renewed(self, language: str, prompts: Sequence[Prompt], slow: bool = False) -> Spoken:
        """As `Voice.renewed`."""
        said = [(prompt.id, self._texts(language, prompt)) for prompt in prompts]
        for _, texts in said:
            for text in texts or ():
                self._studio.forget(language, text)
        return await self._spoken(language, said, slow)

    def moment(self, language: str, slow: bool = False) -> tuple[Path, ...]:
        """As `Voice.moment`."""
        if not self._fill_silence:
            return ()
        texts = self._texts(language, Prompt(MOMENT)) or ()
        clips = [self._ready(language, text, slow) for text in texts]
        ready = tuple(clip for clip in clips if clip is not None)
        if texts and len(ready) == len(clips):
            return ready
        recorded = self._fallbacks.own(language, MOMENT)
        return (recorded,) if recorded is not None else ()

    def _texts(self, language: str, prompt: Prompt) -> tuple[str, ...] | None:
        """What is to be voiced, or None when that cannot be determined."""
        try:
            return speak(self._studio.catalog, language, prompt.id, prompt.values)
        except PromptError as wrong:
            log.error("prompt {id} cannot be spoken: {wrong}", id=prompt.id, wrong=wrong)
            return None

    async def _spoken(self, language: str, said: Sequence[tuple[str, tuple[str, ...] | None]], slow: bool) -> Spoken:
        """A prompt is said whole in its own words, or gives way whole."""
        found = iter(await self._found(language, [text for _, texts in said for text in texts or ()], slow))
        clips: list[Path] = []
        missing: list[str] = []
        recorded: list[Path] = []
        for id, texts in said:
            own = [next(found) for _ in texts or ()]
            whole = [clip for clip in own if clip is not None]
            if texts is not None and len(whole) == len(own):
                clips.extend(whole)
                continue
            instead = self._fallbacks.of(language, id)
            if instead is None or instead.stem != id:
                missing.append(id)
            if instead is not None and instead not in recorded:
                recorded.append(instead)
                clips.append(instead)
        return Spoken(tuple(clips), tuple(missing), tuple(file.stem for file in recorded))

    async def _found(self, language: str, texts: Sequence[str], slow: bool) -> list[Path | None]:
        """A clip for each text that can be had in time."""
        clips = [self._studio.ready(language, text, slow) for text in texts]
        if None in clips:
            render = partial(self._studio.render, slow=slow)
            clips = await self._made(language, texts, clips, self._deadline, render)
            clips = [clip or self._ready(language, text, slow) for text, clip in zip(texts, clips, strict=True)]
        if None in clips:
            render = partial(self._studio.render_quickly, slow=slow)
            clips = await self._made(language, texts, clips, QUICK, render, quick=True)
        return clips

    def _ready(self, language: str, text: str, slow: bool) -> Path | None:
        """At the usual tempo rather than not at all."""
        return self._studio.ready(language, text, slow) or (self._studio.ready(language, text) if slow else None)

    async def _made(
        self,
        language: str,
        texts: Sequence[str],
        clips: Sequence[Path | None],
        within: float,
        render: Callable[[str, str], Path],
        *,
        quick: bool = False,
    ) -> list[Path | None]:
        """`clips` with what could be rendered in time."""
        made = list(clips)
        missing = [index for index, clip in enumerate(clips) if clip is None]
        together = quick or all(self._studio.speaks_at_once(language, texts[index]) for index in missing)

        def fill() -> None:
            failures: list[PromptError] = []

            def one(index: int) -> None:
                try:
                    made[index] = render(language, texts[index])
                except PromptError as failed:
                    failures.append(failed)

            with ThreadPoolExecutor(PROCESSORS if together else 1, "a sentence") as pool:
                list(pool.map(one, missing))
            if failures:
                log.error("{n} texts of a prompt have no voice: {failed}", n=len(failures), failed=failures[0])

        if not await self._rendering.within(within, fill, quick=quick):
            who = "a quick voice" if quick else "the voices"
            log.warn("{who} did not render a text within {within} s", who=who, within=within)
        return list(made)


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

    def moment(self, language: str, slow: bool = False) -> tuple[Path, ...]:
        """As `Voice.moment`."""
        return (Path(f"{language}/{MOMENT}.wav"),)
