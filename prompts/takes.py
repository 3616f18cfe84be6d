"""Recordings that come back from a studio: looked at one by one, and taken into the folder of recordings.

What cannot be used (no audio, silence, a name that no text has) is left out and reported; what can be used but is
doubtful (clipped, faint, too long or short for its words) is reported and taken.
"""

from __future__ import annotations

import enum
import shutil
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydub import AudioSegment

from prompts.catalog import Catalog
from prompts.errors import SoundFailed, StudioError
from prompts.recorded import files_of
from prompts.script import about, lines
from prompts.sound import decode, speech_level

LOUD, QUIET = -9.0, -40.0
"""dBFS of speech outside of which a recording is doubtful; what lies between is levelled anyway."""
CLIPPED = 3
"""Samples in a row at the end of the scale that are heard as a crack."""
SHORT, LONG = 0.45, 2.4
"""Times the length that the words should take, beyond which other words (or another language) were recorded."""


class Verdict(enum.StrEnum):
    """The verdict on a recording, or on one that is not there."""

    GOOD = "good"
    MISSING = "missing"
    ORPHANED = "orphaned"
    UNREADABLE = "unreadable"
    SILENT = "silent"
    TOO_LOUD = "too loud"
    TOO_QUIET = "too quiet"
    CLIPPED = "clipped"
    WRONG_LENGTH = "wrong length"


REFUSED = frozenset({Verdict.MISSING, Verdict.ORPHANED, Verdict.UNREADABLE, Verdict.SILENT})
"""What cannot be used."""


@dataclass(frozen=True, slots=True)
class Take:
    """One name of the script, or one file too many. `detail` says what was measured, or what to do."""

    language: str
    name: str
    verdict: Verdict
    detail: str = ""
    file: Path | None = None


def look(catalog: Catalog, folder: Path, languages: Sequence[str]) -> Iterator[Take]:
    """Every take of `folder/<language>/<name>.*`, then what is missing. Decodes each file: takes a while."""
    for language in languages:
        wanted = {line.name: line.text for line in lines(catalog, language)}
        found: set[str] = set()
        place = folder / language
        for file in sorted(place.iterdir()) if place.is_dir() else ():
            name = file.stem
            if not file.is_file() or name.startswith("."):
                continue
            if name not in wanted:
                told = "no text has this name: see `wardbell prompts script`"
                yield Take(language, name, Verdict.ORPHANED, told, file)
            elif name in found:
                yield Take(language, name, Verdict.ORPHANED, f"{name} is there twice, in two formats", file)
            else:
                found.add(name)
                yield judge(language, name, wanted[name], file)
        for name in wanted.keys() - found:
            yield Take(language, name, Verdict.MISSING, wanted[name])


def take_in(take: Take, folder: Path) -> Path:
    """Copy a take to `folder/<language>/<name>.<ending>`, whole or not at all; an earlier one, of whatever
    format, goes. Raises `StudioError` when the disk refuses."""
    assert take.file is not None
    place = folder / take.language
    target = place / f"{take.name}{take.file.suffix.lower()}"
    part = place / f".{target.name}.{uuid.uuid4().hex}.part"
    try:
        place.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(take.file, part)
        part.replace(target)
        for other in place.glob(f"{take.name}.*"):
            if other.stem == take.name and other != target:
                other.unlink()
    except OSError as e:
        part.unlink(missing_ok=True)
        raise StudioError(f"cannot write {target}: {e.strerror}") from e
    return target


def put_away(language: str, name: str, folder: Path) -> None:
    """Delete the recording of a text, whatever its format. Raises `StudioError` when the disk refuses."""
    for file in files_of(folder, language, name):
        try:
            file.unlink(missing_ok=True)
        except OSError as e:
            raise StudioError(f"cannot delete {file}: {e.strerror}") from e


def judge(language: str, name: str, text: str, file: Path) -> Take:
    """What a recording of a text is worth. Decodes it."""
    try:
        sound = decode(file)
    except SoundFailed as e:
        return Take(language, name, Verdict.UNREADABLE, str(e), file)
    level = speech_level(sound)
    seconds = len(sound) / 1000
    if level < -70:
        return Take(language, name, Verdict.SILENT, f"{seconds:.1f} s without a sound", file)
    if run := _clipped(sound):
        return Take(language, name, Verdict.CLIPPED, f"{run} samples in a row at the end of the scale", file)
    if level > LOUD:
        return Take(language, name, Verdict.TOO_LOUD, f"speech at {level:.0f} dBFS", file)
    if level < QUIET:
        return Take(language, name, Verdict.TOO_QUIET, f"speech at {level:.0f} dBFS", file)
    expected = about(language, text)
    if not expected * SHORT <= seconds <= expected * LONG:
        told = f"{seconds:.1f} s, the words take about {expected:.1f} s"
        return Take(language, name, Verdict.WRONG_LENGTH, told, file)
    return Take(language, name, Verdict.GOOD, f"{seconds:.1f} s, {level:.0f} dBFS", file)


def _clipped(sound: AudioSegment) -> int:
    """The longest run of samples at either end of the scale; 0 when there is none to hear."""
    longest = run = 0
    last = 0
    for sample in sound.get_array_of_samples():
        if sample in (32767, -32768) and sample == last:
            run += 1
        else:
            run = 1 if sample in (32767, -32768) else 0
        last = sample
        longest = max(longest, run)
    return longest if longest >= CLIPPED else 0
