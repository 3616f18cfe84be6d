"""Recorded words for when nothing else speaks: no voice in time, no disk, no program. They come with Wardbell
as files that a line can play as they are, so an alert is heard even then, and nobody hears silence.

A text with values has its words without them under `<id>.plain`. After a change of those texts,
`python -m prompts.fallbacks` makes again the files whose words changed (it takes the best offline voices:
`make voices`). Words that a hospital has changed are not said in the shipped ones: they may name other keys.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

from prompts.catalog import Catalog
from prompts.sound import pads, to_telephone
from prompts.speech import fixed_texts
from prompts.voices import Voice

PLAIN = ".plain"
"""The ending of the name of a text without values: `ward_admission.urgent.plain`."""
UNSPOKEN = "system.unspoken"
"""Says that something cannot be read out: for texts that have no words of their own here."""
MOMENT = "system.moment"
"""Asks for a moment while a text is rendered."""
_NEAREST = {"yue": "zh"}
"""Whose words a language without files borrows: one that its callers understand, rather than silence."""
IDS = (
    "system.trouble",
    "system.away",
    UNSPOKEN,
    MOMENT,
    "system.nothing_pressed",
    "system.not_understood",
    "system.goodbye",
    "ward.thanks",
    "ward.stale",
    "ward.not_stored",
    "ward.unconfirmed",
    "ward.another",
    "ward.called_off",
    "ward_admission.usual.plain",
    "ward_admission.urgent.plain",
    "ward_discharge.notice.plain",
    "ward_cancelled.admission.plain",
    "ward_cancelled.discharge.plain",
    "ward_changed.admission.plain",
    "ward_changed.discharge.plain",
    "ward_changed.moved.plain",
)
"""The texts that are recorded: what every call may need, and all that alerts say."""
FOLDER = Path(str(resources.files("prompts"))) / "fallbacks"
WORDS = "words.json"
"""What each file says: language -> id -> text, as it was when the files were made."""


class Fallbacks:
    """The files that fit the texts of one hospital. Reads them when it is made, never later."""

    def __init__(self, catalog: Catalog) -> None:
        self._files: dict[tuple[str, str], Path] = {}
        said: dict[str, dict[str, str]] = json.loads((FOLDER / WORDS).read_text(encoding="utf-8"))
        ours = words(catalog)
        for language in catalog.languages:
            nearest = _NEAREST.get(language, language)
            for id, text in said.get(nearest, {}).items():
                file = FOLDER / nearest / f"{id}.wav"
                same = nearest != language or ours[language].get(id) == text
                if file.is_file() and (id == UNSPOKEN or (same and _same_keys(catalog, language, id))):
                    self._files[language, id] = file

    def of(self, language: str, id: str) -> Path | None:
        """The file for a text: its own words, else those without values, else that something cannot be read out;
        None for a language that has none."""
        for name in (id, f"{id}{PLAIN}", UNSPOKEN):
            if (file := self._files.get((language, name))) is not None:
                return file
        return None

    def own(self, language: str, id: str) -> Path | None:
        """The file that says just the words of a text, or None."""
        return self._files.get((language, id))


def _same_keys(catalog: Catalog, language: str, id: str) -> bool:
    """Whether words without values name the keys that the text with values names."""
    full = id.removesuffix(PLAIN)
    return full == id or catalog.keys_named(language, id) == catalog.keys_named(language, full)


def words(catalog: Catalog) -> dict[str, dict[str, str]]:
    """What the files should say: language -> id -> text."""
    return {
        language: {id: text for id, text in fixed_texts(catalog, language) if id in IDS}
        for language in catalog.languages
    }


def make(catalog: Catalog, voices: dict[str, Voice], folder: Path = FOLDER) -> Iterator[Path]:
    """Speak into `folder` every text whose file is not there or says other words; the words are noted at the end."""
    spoken = words(catalog)
    noted = folder / WORDS
    before = json.loads(noted.read_text(encoding="utf-8")) if noted.is_file() else {}
    for language, texts in spoken.items():
        (folder / language).mkdir(parents=True, exist_ok=True)
        for id, text in texts.items():
            raw, target = folder / language / f".{id}.raw", folder / language / f"{id}.wav"
            if before.get(language, {}).get(id) == text and target.is_file():
                continue
            try:
                voices[language].render(text, language, raw)
                to_telephone(raw, target, *pads(text))
            finally:
                raw.unlink(missing_ok=True)
            yield target
    noted.write_text(json.dumps(spoken, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    """Make the files that come with Wardbell."""
    from prompts.voices.festival import Festival
    from prompts.voices.kokoro import Kokoro

    kokoro = Kokoro()
    voices: dict[str, Voice] = {"zh": kokoro, "en": kokoro, "ru": Festival(), "pl": kokoro}
    for file in make(Catalog.load(), voices):
        sys.stdout.write(f"{file}\n")


if __name__ == "__main__":
    main()
