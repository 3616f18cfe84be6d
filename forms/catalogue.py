"""Sentences of the program's own in another language: a gettext catalogue, whose ids are the English sentences."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations


def read_catalogue(path: Path) -> Translations:
    """The `.po` file `zh.po`, which is named after its language."""
    with path.open("rb") as file:
        catalogue = read_po(file, locale=path.stem)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled)
