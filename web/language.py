"""The console in four languages: texts beside each page as `.po` files, chosen by a switch, the user, the browser.

Message ids are the English sentences. Calls speak by other texts: `prompts`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

HERE = Path(__file__).parent
LANGUAGES: Mapping[str, str] = {"zh": "中文", "en": "English", "ru": "Русский", "pl": "Polski"}
"""Code -> its own name, in the order of the switch."""
COOKIE = "language"


def catalogues(language: str) -> Iterator[Path]:
    """The files of texts in `language`: those of all pages first, then of each page."""
    yield from sorted(HERE.glob(f"texts/{language}.po"))
    yield from sorted(HERE.glob(f"*/*/{language}.po"))


@cache
def texts_in(language: str) -> NullTranslations:
    """All texts of the console in `language`; English is what stands in the pages."""
    if language == "en":
        return NullTranslations()
    merged: Translations | None = None
    for path in catalogues(language):
        with path.open("rb") as file:
            catalogue = read_po(file, locale=language)
        compiled = BytesIO()
        write_mo(compiled, catalogue)
        compiled.seek(0)
        page = Translations(compiled)
        merged = page if merged is None else merged.merge(page)
    return merged or NullTranslations()


def choose(cookie: str, own: str, accepts: str, usual: str) -> str:
    """By the switch, else the user's own, else the browser's first that there is (RFC 9110, 12.5.4), else `usual`."""
    for wanted in (cookie, own):
        if wanted in LANGUAGES:
            return wanted
    return next((code for code in _by_preference(accepts) if code in LANGUAGES), usual)


def _by_preference(accepts: str) -> list[str]:
    weighed: list[tuple[float, int, str]] = []
    for place, part in enumerate(accepts.split(",")[:20]):
        name, _, parameters = part.strip().partition(";")
        quality = parameters.strip().removeprefix("q=")
        try:
            weight = float(quality) if quality else 1.0
        except ValueError:
            continue
        weighed.append((-weight, place, name.strip().lower().partition("-")[0]))
    return [code for weight, _, code in sorted(weighed) if weight < 0]
