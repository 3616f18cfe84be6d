"""What each catalogue text sounds like, from what, and for how long: rows for people."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from prompts.catalog import Catalog
from prompts.fallbacks import UNSPOKEN, Fallbacks
from prompts.speech import fixed_texts
from prompts.store import seconds
from prompts.studio import Studio


@dataclass(frozen=True, slots=True)
class Row:
    """One fixed text. `name` is what its recording would be called."""

    language: str
    name: str
    text: str
    source: str
    """Who made the clip that callers hear, `recording` or a voice; who would make it while there is none."""
    seconds: float | None
    """None: not rendered yet."""
    fallback: str
    """What is said when no voice can: `own words`, `without values`, or nothing when it is only an apology."""


def rows(catalog: Catalog, studio: Studio, language: str) -> Iterator[Row]:
    """Every fixed text of a language in the order of its ids."""
    fallbacks = Fallbacks(catalog)
    for name, text in fixed_texts(catalog, language):
        clip = studio.ready(language, text)
        length = seconds(clip) if clip is not None else None
        source = studio.heard_from(language, text) or studio.source_of(language, text)
        yield Row(language, name, text, source, length, _said_instead(catalog, fallbacks, language, name))


def _said_instead(catalog: Catalog, fallbacks: Fallbacks, language: str, name: str) -> str:
    id = name if catalog.has(language, name) else name.rpartition(".")[0]
    file = fallbacks.of(language, id)
    if file is None or (file.stem == UNSPOKEN and id != UNSPOKEN):
        return ""
    return "own words" if file.stem == id else "without values"
