"""Where clips come from: a recording when there is one, else the language's voices in order.

`ready` is for the thread that runs calls: it renders nothing and runs no program. `render`
blocks and belongs on a thread of its own; deadlines and apologies are the caller's business.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from copy import copy
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from prompts.catalog import Catalog
from prompts.errors import CannotSay, PromptError, SoundFailed, StudioError, VoiceFailed
from prompts.recorded import Recorded, recordings_in
from prompts.sound import SLOW, pads, slow_down, to_telephone, without_leading_marks
from prompts.speakers import Speaker, Speakers
from prompts.speech import marked_texts, speak
from prompts.store import REMEMBERED, Store, name_of
from prompts.tongues import language_of
from prompts.voices import Voice


@dataclass(frozen=True, slots=True)
class Missing:
    """A text for which the store has no clip yet."""

    language: str
    text: str


class Studio:
    """Finds and makes clips. Safe for several threads; the store is shared with other processes."""

    def __init__(
        self,
        catalog: Catalog,
        store: Store,
        voices: Mapping[str, Sequence[Voice]],
        recordings: Path | None = None,
        tell: Callable[[str], None] = lambda sentence: None,
    ) -> None:
        """`voices`: language -> voices, first choice first; those that cannot speak it here are
        left out and listed in `unavailable`. `recordings`: a folder `<language>/<name>.wav` (or
        another format), names as `fixed_texts` gives them. `tell` hears, once each time, that a voice
        fell out and that it speaks again."""
        self.catalog = catalog
        self._marked = marked_texts(catalog)
        self._store = store
        self._speakers = Speakers(voices, tell)
        self._ready: dict[tuple[str, str, bool], Path] = {}
        self._folder = recordings
        self._recordings: Recorded = recordings_in(catalog, recordings) if recordings is not None else {}

    def of(self, catalog: Catalog) -> Studio:
        """This studio for another edition of the texts: the same store and voices, recordings found anew.

        Reads the recordings: belongs on a thread of its own. The two live side by side, for calls in
        progress keep their texts. Raises `StudioError` when the recordings cannot be read.
        """
        other = copy(self)
        other.catalog = catalog
        other._marked = marked_texts(catalog)
        other._ready = {}
        if self._folder is not None:
            if not self._folder.is_dir():  # better the old edition than a line without its recorded voice
                raise StudioError(f"recordings_dir {self._folder}: there is no such folder")
            try:
                other._recordings = recordings_in(catalog, self._folder)
            except OSError as unreadable:
                raise StudioError(f"{unreadable.filename}: {unreadable.strerror}") from unreadable
        return other

    def look_for_recordings(self) -> int:
        """Find recordings anew: callers from now on hear those that are there now, and the voice where one is gone. How
        many texts that changes. Their clips are made before. Blocks; raises `StudioError`."""
        fresh = self.of(self.catalog)
        texts = {**self._recordings, **fresh._recordings}
        changed = [text for text in texts if self._recordings.get(text) != fresh._recordings.get(text)]
        for language, text in changed:
            for slow in (False, True):
                with suppress(StudioError):  # then it is made, or replaced, when the first caller needs it
                    fresh.render(language, text, slow=slow, patient=True)
        self._recordings = fresh._recordings
        if changed:
            self._ready = {}
        return len(changed)

    def ready(self, language: str, text: str, slow: bool = False) -> Path | None:
        """The best clip that the store has, or None. A hit is remembered: no look at the disk.

        `slow`: the clip for callers who asked for slower speech; it is there only when it was rendered too.
        """
        hit = self._ready.get((language, text, slow))
        if hit is not None:
            return hit
        for name in self._names(language, text):
            found = self._store.find(_slow(name) if slow else name)
            if found is not None:
                self._remember(language, text, slow, found)
                return found
        return None

    def render(self, language: str, text: str, *, slow: bool = False, patient: bool = False) -> Path:
        """The clip of a text, made now if need be. Blocks. Raises `StudioError`.

        `slow`: the same clip, recording or voice, stretched in time. A voice that failed is skipped for the next
        texts unless `patient`.
        """
        name, path = self._usual(language, text, patient)
        if slow:
            path = self._stretched(name, path)
        self._remember(language, text, slow, path)
        return path

    def render_quickly(self, language: str, text: str, *, slow: bool = False) -> Path:
        """The clip of a text by a voice that is quick, for a caller who waits already. Blocks. Raises `StudioError`.

        `slow`: stretched, or at the usual tempo when that fails.
        """
        answers: list[str] = []
        for source in self._speakers.of(self._spoken_in(language, text)):
            if not source.voice.quick:
                continue
            name = self._name(source, language, text)
            try:
                path = self._store.add(name, partial(self._speak, source, language, text))
            except PromptError as e:
                answers.append(f"{source.voice.name}: {e}")
                continue
            if slow:
                with suppress(StudioError):
                    path = self._stretched(name, path)
            return path
        raise StudioError(f"no quick clip in {language}: {'; '.join(answers) or 'no voice is quick'}")

    def render_by_voice(self, language: str, text: str) -> None:
        """Make the clips that would be heard without the recording of a text. Blocks. Raises `StudioError`."""
        name, path = self._spoken(language, text, True, [])
        self._stretched(name, path)

    def _usual(self, language: str, text: str, patient: bool) -> tuple[str, Path]:
        """Name in the store and clip at the usual tempo. Raises `StudioError`."""
        answers: list[str] = []
        recording = self._recordings.get((language, text))
        if recording is not None:
            path, name = recording
            lead, tail = pads(text)
            try:
                return name, self._store.add(name, partial(to_telephone, path, lead=lead, tail=tail))
            except PromptError as e:
                answers.append(f"recording {path.name}: {e}")
        return self._spoken(language, text, patient, answers)

    def _spoken(self, language: str, text: str, patient: bool, answers: list[str]) -> tuple[str, Path]:
        """As `_usual`, by a voice. `answers`: why nothing before was of use."""
        sources = self._speakers.of(self._spoken_in(language, text))
        for source in sources:
            name = self._name(source, language, text)
            if (found := self._store.find(name)) is not None:
                return name, found
            if not patient and (self._speakers.rests(source) or (source.voice.busy and source is not sources[-1])):
                continue
            try:
                path = self._store.add(name, partial(self._speak, source, language, text))
            except PromptError as e:
                answers.append(f"{source.voice.name}: {e}")
                if isinstance(e, VoiceFailed) and not isinstance(e, CannotSay):
                    self._speakers.let_rest(source, str(e))
            else:
                self._speakers.speaks_again(source)
                return name, path
        raise StudioError(f"no clip in {language}: {'; '.join(answers) or 'no voice is available'}")

    def _stretched(self, name: str, usual: Path) -> Path:
        try:
            return self._store.add(_slow(name), partial(slow_down, usual))
        except SoundFailed as e:
            self._store.forget(name)  # what it was to be made of may be gone
            raise StudioError(f"no slow clip: {e}") from e

    def clips(self, language: str, id: str, values: Mapping[str, Any], slow: bool = False) -> list[Path | Missing]:
        """What to play for a catalogue text, in order; what is not in the store is `Missing`.
        Raises what `speak` raises."""
        texts = speak(self.catalog, language, id, values)
        return [self.ready(language, text, slow) or Missing(language, text) for text in texts]

    def names(self, language: str, text: str) -> Iterator[str]:
        """What the clips of a text are called in the store, whoever spoke it, usual and slow."""
        for name in self._names(language, text):
            yield name
            yield _slow(name)

    def stamp(self, now: float) -> None:
        """Mark the clips that were heard since the last time, for the sweep of the store. `now`: POSIX time."""
        heard, self._ready = self._ready, {}
        for path in heard.values():
            with suppress(OSError):
                os.utime(path, (now, now))

    def speaks_at_once(self, language: str, text: str) -> bool:
        """Whether the voice of first choice for a text can speak others of the same sentence at the same time."""
        sources = self._speakers.of(self._spoken_in(language, text))
        return bool(sources) and sources[0].voice.at_once

    def is_quick(self, language: str) -> bool:
        """Whether a voice can step in when the others are late."""
        return any(source.voice.quick for source in self._speakers.of(language))

    def look_again(self) -> None:
        """Forget which clips are on the disk: somebody has thrown some away."""
        self._ready = {}
        self._store.forget_all()

    def source_of(self, language: str, text: str) -> str:
        """Who would speak a text: `recording`, the first voice's name, or `nobody`."""
        return next(iter(self._makers(language, text)), "nobody")

    def heard_from(self, language: str, text: str) -> str:
        """Who made the clip that callers hear, or nothing while there is none."""
        made = zip(self._makers(language, text), self._names(language, text), strict=True)
        return next((maker for maker, name in made if self._store.find(name) is not None), "")

    def is_best(self, language: str, text: str, slow: bool = False) -> bool:
        """Whether the clip is there and of the first choice: nobody could make a better one."""
        name = next(iter(self._names(language, text)), "")
        return bool(name) and self._store.find(_slow(name) if slow else name) is not None

    @property
    def unavailable(self) -> list[str]:
        """Sentences for `doctor`: voices that the settings name for languages of this line and that this machine
        lacks."""
        return self._speakers.lacking(self.catalog.languages)

    def voices(self, language: str) -> list[str]:
        """The voices that can speak a language here, first choice first."""
        return [source.voice.name for source in self._speakers.of(language)]

    def forget(self, language: str, text: str) -> None:
        """A clip turned out missing or broken when it was to be played: look at the disk again."""
        for slow in (False, True):
            self._ready.pop((language, text, slow), None)
        for name in self._names(language, text):
            self._store.forget(name)
            self._store.forget(_slow(name))

    def _spoken_in(self, language: str, text: str) -> str:
        """The language whose voice can read the letters: a Chinese name inside an English sentence is for a
        Chinese voice (an English one would say "Chinese letter" for each character), an English name inside a
        Russian or a Chinese sentence for an English one (a Mandarin voice would take it for pinyin). Letters do not
        tell where the text itself says it: `{pl: naciśnij 9}`."""
        return self._marked.get((language, text)) or language_of(text, language)

    def _names(self, language: str, text: str) -> list[str]:
        recording = self._recordings.get((language, text))
        names = [recording[1]] if recording is not None else []
        sources = self._speakers.of(self._spoken_in(language, text))
        return names + [self._name(source, language, text) for source in sources]

    def _makers(self, language: str, text: str) -> list[str]:
        """Who `_names` belong to."""
        recording = ["recording"] if (language, text) in self._recordings else []
        sources = self._speakers.of(self._spoken_in(language, text))
        return recording + [source.voice.name for source in sources]

    def _name(self, source: Speaker, language: str, text: str) -> str:
        return name_of(source.voice.name, source.version, self._spoken_in(language, text), text)

    def _remember(self, language: str, text: str, slow: bool, path: Path) -> None:
        if len(self._ready) >= REMEMBERED:
            self._ready.clear()
        self._ready[language, text, slow] = path

    def _speak(self, source: Speaker, language: str, text: str, to: Path) -> None:
        lead, tail = pads(text)
        with tempfile.TemporaryDirectory(prefix="wardbell-voice-") as aside:
            raw = Path(aside) / "raw"
            source.voice.render(without_leading_marks(text), self._spoken_in(language, text), raw)
            to_telephone(raw, to, lead, tail)


def _slow(name: str) -> str:
    """The name of the slow clip that is made of the clip `name`."""
    return name_of("slow", str(SLOW), name)
