"""A catalogue text with its values as a row of clips' texts: fixed words and readings in turn.

Pure. Each text becomes one clip. Texts keep their punctuation: it gives the voice its tune and
the sound room the pause (`prompts.sound` turns a comma or a full stop at either end into
quiet). Quotes and brackets are silent and left out; a lone comma after a value joins the value.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from prompts.catalog import Catalog
from prompts.errors import Unreadable
from prompts.phrase import FAMILIES, Field, Fixed, Phrase
from prompts.values import read, tidy

_SILENT = re.compile(r"[\"“”‘’「」『』《》()（）\[\]【】]")
_PAUSE = "，。；、：！？,.;:!?…"
_WORDS = re.compile(r"\w")


def speak(catalog: Catalog, language: str, id: str, values: Mapping[str, Any]) -> tuple[str, ...]:
    """The texts to be voiced, in order. Raises `NoSuchPrompt`, `Unreadable` (a value is missing
    or of the wrong kind)."""
    phrase = catalog.phrase(language, id)
    currency = values.get("currency", catalog.currency)
    texts: list[str] = []
    for part, after in _parts(phrase):
        if isinstance(part, Fixed):
            texts.append(part.text)
            continue
        try:
            value = _look_up(values, part.path)
            texts.append(read(part.language, part.type, value, part.argument, str(currency)) + after)
        except Unreadable as e:
            raise Unreadable(f"{id} in {language}, field {{{part.path}}}: {e}") from e
    return tuple(texts)


def fixed_texts(catalog: Catalog, language: str) -> Iterator[tuple[str, str]]:
    """Every fixed text as (name, text). The name is the id; where a text has values or two languages, its fixed
    parts are `<id>.1`, `<id>.2`, ... in order. Recordings carry these names."""
    for id in catalog.ids:
        if catalog.has(language, id):
            phrase = catalog.phrase(language, id)
            fixed = [part.text for part, _ in _parts(phrase) if isinstance(part, Fixed)]
            for n, text in enumerate(fixed, 1):
                yield (f"{id}.{n}" if phrase.fields or len(fixed) > 1 else id), text


def marked_texts(catalog: Catalog) -> dict[tuple[str, str], str]:
    """(language, fixed text) -> the language that it is marked to be in: `{pl: naciśnij 9}` in an English text."""
    return {
        (language, part.text): part.language
        for language in catalog.languages
        for id in catalog.ids
        if catalog.has(language, id)
        for part, _ in _parts(catalog.phrase(language, id))
        if isinstance(part, Fixed) and part.marked
    }


def value_texts(catalog: Catalog, language: str, type_: str, value: Any) -> tuple[str, ...]:
    """Every text that a known value becomes in any phrase of the catalogue (bare, and with the
    comma or full stop that follows it there), to render ahead. Raises `Unreadable`."""
    found: dict[str, None] = {}
    for id in catalog.ids:
        if not catalog.has(language, id):
            continue
        for part, after in _parts(catalog.phrase(language, id)):
            if isinstance(part, Field) and FAMILIES[part.type] == FAMILIES.get(type_):
                found[read(part.language, part.type, value, part.argument, catalog.currency) + after] = None
    return tuple(found)


@lru_cache(maxsize=4096)
def _parts(phrase: Phrase) -> tuple[tuple[Fixed | Field, str], ...]:
    """Parts that sound, fixed words made fit for a voice; beside a field the pause that follows it."""
    return tuple(_sounding(phrase))


def _sounding(phrase: Phrase) -> Iterator[tuple[Fixed | Field, str]]:
    cleaned: list[Fixed | Field] = []
    for part in phrase.parts:
        if isinstance(part, Field):
            cleaned.append(part)
            continue
        text = _SILENT.sub("", part.text).strip()
        if text:
            cleaned.append(replace(part, text=text))
    for n, part in enumerate(cleaned):
        if isinstance(part, Fixed):
            if _WORDS.search(part.text):
                yield replace(part, text=tidy(part.language, part.text)), ""
            continue
        following = cleaned[n + 1] if n + 1 < len(cleaned) else None
        lone = isinstance(following, Fixed) and not _WORDS.search(following.text)
        yield part, following.text[0] if lone and isinstance(following, Fixed) and following.text[0] in _PAUSE else ""


def _look_up(values: Mapping[str, Any], path: str) -> Any:
    found: Any = values
    for name in path.split("."):
        if not isinstance(found, Mapping) or name not in found:
            raise Unreadable(f'"{name}" is not set')
        found = found[name]
    return found
