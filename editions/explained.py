"""What a mistake means and what to do about it, in the language of whoever wrote the file.

The mistake itself is an English sentence with the names and values of the place; this stands beside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from babel.support import NullTranslations

from editions.codes import CODES
from editions.remedies import REMEDIES
from forms.catalogue import read_catalogue

TEXTS = Path(__file__).parent / "texts"


@dataclass(frozen=True, slots=True)
class Explained:
    """A code in words."""

    title: str
    remedy: str


@cache
def explained(code: str, language: str) -> Explained:
    """The code in a language; of one that there is not, in English. Of an unknown code there is nothing to say."""
    words = _texts(language).ugettext
    title, remedy = CODES.get(code, ""), REMEDIES.get(code, "")
    return Explained(title and words(title), remedy and words(remedy))


@cache
def _texts(language: str) -> NullTranslations:
    file = TEXTS / f"{language}.po"
    return read_catalogue(file) if file.exists() else NullTranslations()
