"""What each catalogue text sounds like, from what, and for how long: rows for people."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from prompts.catalog import Catalog
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
    seconds: float | None
    """None: not rendered yet."""


def rows(catalog: Catalog, studio: Studio, language: str) -> Iterator[Row]:
    """Every fixed text of a language in the order of its ids."""
    for name, text in fixed_texts(catalog, language):
        clip = studio.ready(language, text)
        length = seconds(clip) if clip is not None else None
        yield Row(language, name, text, studio.source_of(language, text), length)
