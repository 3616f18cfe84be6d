"""Recorded words for when nothing else speaks: no voice in time, no disk, no program. They come with Wardbell
as files that a line can play as they are, so an alert is heard even then, and nobody hears silence.

A text with values has its words without them under `<id>.plain`. After a change of those texts,
`python -m prompts.fallbacks` makes the files anew (it takes the best offline voices: `make voices`).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from functools import cache
from importlib import resources
from pathlib import Path

from prompts.catalog import Catalog
from prompts.sound import pads, to_telephone
from prompts.speech import fixed_texts
from prompts.voices import Voice

PLAIN = ".plain"
"""What the name of a text without values ends with: `ward_admission.urgent.plain`."""
UNSPOKEN = "system.unspoken"
"""Says that something cannot be read out: for texts that have no words of their own here."""
IDS = (
    "system.trouble",
    UNSPOKEN,
    "system.nothing_pressed",
    "system.not_understood",
    "system.goodbye",
    "ward.thanks",
    "ward.stale",
    "ward.not_stored",
    "ward.unconfirmed",
    "ward_admission.usual.plain",
    "ward_admission.urgent.plain",
    "ward_discharge.notice.plain",
)
"""The texts that are recorded: what every call may need, and all that alerts say."""
FOLDER = Path(str(resources.files("prompts"))) / "fallbacks"
WORDS = "words.json"
"""What each file says: language -> id -> text, as it was when the files were made."""


@cache
def fallback(language: str, id: str) -> Path | None:
    """The file for a text: its own words, else those without values, else that something cannot be read out;
    None for a language that has none."""
    for name in (id, f"{id}{PLAIN}", UNSPOKEN):
        file = FOLDER / language / f"{name}.wav"
        if file.is_file():
            return file
    return None


def words(catalog: Catalog) -> dict[str, dict[str, str]]:
    """What the files should say: language -> id -> text."""
    return {
        language: {id: text for id, text in fixed_texts(catalog, language) if id in IDS}
        for language in catalog.languages
    }


def make(catalog: Catalog, voices: dict[str, Voice], folder: Path = FOLDER) -> Iterator[Path]:
    """Speak every text into `folder`; a language's folder is made whole before its words are noted."""
    spoken = words(catalog)
    for language, texts in spoken.items():
        (folder / language).mkdir(parents=True, exist_ok=True)
        for id, text in texts.items():
            raw, target = folder / language / f".{id}.raw", folder / language / f"{id}.wav"
            try:
                voices[language].render(text, language, raw)
                to_telephone(raw, target, *pads(text))
            finally:
                raw.unlink(missing_ok=True)
            yield target
    (folder / WORDS).write_text(json.dumps(spoken, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


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
