"""The console in four languages: texts beside each page as `.po` files, chosen by a switch, the user, the browser.

Message ids are the English sentences. Calls speak by other texts: `prompts`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from babel.support import NullTranslations, Translations

from forms.catalogue import read_catalogue

HERE = Path(__file__).parent
LANGUAGES: Mapping[str, str] = {"zh": "中文", "en": "English", "ru": "Русский", "pl": "Polski"}
"""Code -> its own name, in the order of the switch."""
COOKIE = "language"


def catalogues(language: str) -> Iterator[Path]:
    """The files of texts in `language`: those of each page first, then of all pages."""
    yield from sorted(HERE.glob(f"*/*/{language}.po"))
    yield from sorted(HERE.glob(f"texts/{language}.po"))


@cache
def texts_in(language: str, page: str = "") -> NullTranslations:
    """The texts of `page`, a folder under `pages`, in `language`. One word of English may be two on two pages, so a
    page's own come first, then those of all pages, then what it borrows from others. English stands in the pages."""
    if language == "en":
        return NullTranslations()
    own = HERE / "pages" / page / f"{language}.po"
    if page and own.exists():
        texts = read_catalogue(own)
        texts.add_fallback(texts_in(language))
        return texts
    merged = Translations()
    for path in catalogues(language):
        merged.merge(read_catalogue(path))
    return merged


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
