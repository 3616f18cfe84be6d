"""What flows and calls say of themselves, in the language of who looks: verbs, outcomes, the labels of pictures.

What a hospital writes (names of steps, conditions, outcomes of its own) is no word of ours and stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

from forms.catalogue import read_catalogue

TEXTS = Path(__file__).parent / "texts"

Words = Callable[[str], str]
"""English -> the same in another language; what is not known stays."""


@cache
def words_in(language: str) -> Words:
    """The words in a language; of one that there is not, the English ones."""
    file = TEXTS / f"{language}.po"
    return read_catalogue(file).ugettext if file.exists() else str
