"""How calls speak: the voices with their threads, the clips in use and those that nobody will miss."""

from __future__ import annotations

from background.spawn import spawn
from ivr.call.rendering import Rendering
from ivr.call.voice import StudioVoice
from prompts.catalog import Catalog
from prompts.voices import Voice
from wardbell.assembly.ground import Ground
from wardbell.clip_sweep import ClipSweep
from wardbell.metrics.voices import MeasuredVoice
from wardbell.parts import wallclock
from wardbell.recorded_texts import RecordedTexts

LOADING = 120.0
"""Seconds that a voice may take to load; the calls do not wait for it."""


class Speech:
    """`start`, then `hush` and `close` at the end; `look` every few seconds, `night` once a day."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        ground.parts.measured = self._measured
        self._rendering = Rendering(ground.reactor, ground.reactor)
        self._clips = ClipSweep(
            ground.database,
            ground.slow,
            ground.calendar,
            wallclock,
            ground.settings.store_dir,
            ground.parts.store_limit,
        )

        folder = ground.parts.recordings_dir
        self._recorded = RecordedTexts(folder, self._clips.studios, ground.slow) if folder is not None else None

    def voice_of(self, texts: Catalog) -> StudioVoice:
        """What calls of an edition with these texts speak with. Raises `PromptError`."""
        studio = self._clips.watch(self._ground.parts.studio_of(texts))
        own = self._ground.settings.voices
        return StudioVoice(studio, self._rendering, own.deadline, fill_silence=own.fill_silence)

    def start(self) -> None:
        """Let the voices' threads begin, and load the one that takes long."""
        self._rendering.start()
        spawn(self._warm_up(), "loading the voice")

    def look(self) -> None:
        """See whether somebody recorded a text, or put a recording away."""
        if self._recorded is not None:
            self._recorded.tick()

    def night(self) -> None:
        """Sweep the clips."""
        spawn(self._clips.night(), "sweeping clips")

    def hush(self) -> None:
        """What is being rendered comes to nothing, so that nobody waits for it."""
        self._ground.parts.kokoro.close()

    def close(self) -> None:
        """Let running work finish and end the threads. Blocks."""
        self._rendering.close()

    def _measured(self, voice: Voice) -> Voice:
        return MeasuredVoice(voice, self._ground.metrics)

    async def _warm_up(self) -> None:
        await self._rendering.within(LOADING, self._ground.parts.warm_up)
