"""The voice of a rehearsed call: says how long each text takes, and what its words are.

A text whose clip is in the store takes as long as the clip, when a studio is given. Else its length is
reckoned from its words: four Chinese characters a second, fourteen other letters or digits a second,
a third of a second for each mark, and a quarter more where speech is slow. Flow tests always reckon, so that
they tell the same on every machine.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ivr.call.voice import Spoken
from ivr.flow.commands import Prompt
from ivr.rehearsal.moments import Saying, Unspoken
from prompts.catalog import Catalog
from prompts.errors import PromptError
from prompts.speech import speak
from prompts.store import seconds
from prompts.studio import Studio

TALK = "rehearsal.talk"
"""Stands for the time in which the caller talks to somebody else; its value `seconds` is how long."""
SLOWER = 1.25
_HAN, _LETTER, _MARK = 0.25, 0.07, 0.33
_CHINESE = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
_GLUED = frozenset({"zh", "yue"})


def reckoned(text: str, slow: bool = False) -> float:
    """Seconds that a text takes when nobody has spoken it yet; the rule stands above."""
    han = len(_CHINESE.findall(text))
    letters = len(re.findall(r"\w", text)) - han
    marks = len(re.findall(r"[^\w\s'’\-]", text))
    return (han * _HAN + letters * _LETTER + marks * _MARK) * (SLOWER if slow else 1.0)


def joined(language: str, texts: Sequence[str]) -> str:
    """The texts of a play as one sentence."""
    if language in _GLUED:
        return "".join(texts)
    return re.sub(r" ([.,:;])", r"\1", " ".join(texts))


@dataclass(frozen=True, slots=True)
class _Clip:
    path: Path
    seconds: float
    real: bool


class RehearsedVoice:
    """Implements `ivr.call.voice.Voice`; announces what it says as it begins."""

    def __init__(
        self,
        texts: Catalog,
        tell: Callable[[Saying | Unspoken], None],
        studio: Studio | None = None,
        render: bool = False,
    ) -> None:
        """`studio`: real clips where it has them; with `render` it makes those that are missing, and takes its time."""
        self._texts = texts
        self._tell = tell
        self._studio = studio
        self._render = render
        self._lengths: dict[Path, float] = {}

    def seconds(self, clip: Path) -> float:
        """How long a clip takes that came from here."""
        return self._lengths[clip]

    async def clips(self, language: str, prompts: Sequence[Prompt], slow: bool = False) -> Spoken:
        """As `Voice.clips`."""
        clips: list[_Clip] = []
        words: list[str] = []
        missing: list[str] = []
        for prompt in prompts:
            if prompt.id == TALK:
                clips.append(self._quiet(float(str(prompt.values["seconds"]))))
                continue
            try:
                texts = speak(self._texts, language, prompt.id, prompt.values)
            except PromptError as wrong:
                missing.append(f"{prompt.id}: {wrong}")
                continue
            words.extend(texts)
            clips.extend(self._clip(language, text, slow) for text in texts)
        if missing:
            self._tell(Unspoken(tuple(missing)))
        if words:
            real = tuple(clip.path for clip in clips if clip.real)
            self._tell(Saying(language, tuple(prompts), joined(language, words), slow, real))
        return Spoken(tuple(clip.path for clip in clips), tuple(missing))

    async def renewed(self, language: str, prompts: Sequence[Prompt], slow: bool = False) -> Spoken:
        """As `Voice.renewed`."""
        return await self.clips(language, prompts, slow)

    def moment(self, language: str, slow: bool = False) -> tuple[Path, ...]:
        """As `Voice.moment`: here nobody waits."""
        return ()

    def _clip(self, language: str, text: str, slow: bool) -> _Clip:
        found = None
        if self._studio is not None:
            found = self._studio.ready(language, text, slow)
            if found is None and self._render:
                found = self._studio.render(language, text, slow=slow, patient=True)
        if found is not None:
            self._lengths[found] = seconds(found)
            return _Clip(found, self._lengths[found], real=True)
        return self._quiet(reckoned(text, slow))

    def tone(self, length: float) -> Path:
        """A clip of so many seconds that says nothing."""
        return self._quiet(length).path

    def _quiet(self, length: float) -> _Clip:
        path = Path(f"rehearsal-{len(self._lengths)}.wav")
        self._lengths[path] = length
        return _Clip(path, length, real=False)
