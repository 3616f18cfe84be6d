"""The hospital's recordings of texts in their folder: which text each says, and a mark that changes when they do."""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from pathlib import Path
from typing import TypeAlias

from prompts.catalog import Catalog
from prompts.sound import pads
from prompts.speech import fixed_texts
from prompts.store import name_of

Recorded: TypeAlias = dict[tuple[str, str], tuple[Path, str]]
"""(language, text) -> the recording, and its name in the store of clips."""
Mark: TypeAlias = frozenset[tuple[str, int, int]]


def recordings_in(catalog: Catalog, folder: Path) -> Recorded:
    """What is recorded of these texts. Reads every file: belongs on a thread of its own."""
    found: Recorded = {}
    for language in catalog.languages:
        files = {file.stem: file for file in sorted((folder / language).glob("*")) if file.is_file()}
        for name, text in fixed_texts(catalog, language):
            file = files.get(name)
            if file is not None and (language, text) not in found:
                lead, tail = pads(text)
                content = hashlib.sha256(file.read_bytes()).hexdigest()
                found[language, text] = file, name_of("recording", content, str(lead), str(tail))
    return found


def mark_of(folder: Path) -> Mark:
    """Another one when a recording was taken, replaced or put away. Looks at names, sizes and times, reads nothing."""
    found: set[tuple[str, int, int]] = set()
    with suppress(OSError):
        for language in os.scandir(folder):
            for file in os.scandir(language) if language.is_dir() else ():
                if not file.name.startswith("."):
                    seen = file.stat()
                    found.add((f"{language.name}/{file.name}", seen.st_size, seen.st_mtime_ns))
    return frozenset(found)


def files_of(folder: Path, language: str, name: str) -> list[Path]:
    """The recordings of a text, whatever their format: one, unless somebody put a second beside it."""
    return [file for file in sorted((folder / language).glob("*")) if file.stem == name and file.is_file()]
