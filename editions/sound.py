"""The sound of an edition's texts, made before it is live; and the recordings that still say old words."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from prompts.catalog import Catalog
from prompts.render import Known, Summary, render_all, texts_ahead
from prompts.speech import fixed_texts
from prompts.studio import Studio


@dataclass(frozen=True, slots=True)
class Sound:
    """What came of rendering."""

    made: Summary
    silent: tuple[str, ...] = ()
    """Languages that no voice speaks here: their texts stay silent."""


def make_sound(studio: Studio, known: Collection[Known], missing: bool = False) -> Sound:
    """Render what is not there yet of the studio's texts and of the values that callers will hear. Blocks. `missing`:
    only what has no sound at all; what another voice or recording could say better stays as it is."""
    wanted = texts_ahead(studio.catalog, known)
    voiced = [one for one in wanted if studio.source_of(*one) != "nobody"]
    silent = sorted({language for language, _ in wanted} - {language for language, _ in voiced})
    return Sound(render_all(studio, voiced, slow=True, missing=missing), tuple(silent))


def old_recordings(folder: Path, before: Catalog, after: Catalog) -> Iterator[tuple[str, str]]:
    """Language and text whose words changed under a recording: it goes before every voice, and says the old ones."""
    for language in after.languages:
        spoken = dict(fixed_texts(before, language)) if language in before.languages else {}
        recorded = {file.stem for file in (folder / language).glob("*")}
        for name, words in fixed_texts(after, language):
            if name in recorded and spoken.get(name, words) != words:
                yield language, name
