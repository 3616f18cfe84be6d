"""Rendered clips by content: what a clip is called follows from what it says and how, so that
any number of processes can fill one folder and never disagree.

    <folder>/ab/cdef0123….wav        8 kHz mono 16-bit WAV

A clip appears whole (written aside, renamed). One that was torn by a power cut is noticed when
it is first looked up, put away, and rendered anew. What is rendered, and by whom, is the studio's.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Callable
from pathlib import Path

from prompts.errors import StudioError
from prompts.sound import RATE

FORM = "1"
"""Part of every name: raise it when the same text would come out of the sound room differently."""
AGAIN = 3
"""Times that a clip is made which others throw away at once."""
REMEMBERED = 20_000
"""Clips that are known without a look at the disk; each costs some hundred bytes. Beyond that it starts over."""
_HEADER = struct.Struct("<4sI4s4sIHHIIHH4sI")


def name_of(*parts: str) -> str:
    """The content's name: 64 hexadecimal digits of SHA-256 over `parts`, whose borders count."""
    digest = hashlib.sha256()
    for part in (FORM, *parts):
        data = part.encode()
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()


def is_clip(path: Path) -> bool:
    """Whether `path` is a whole clip: the canonical header for our rate, and the length that it says."""
    try:
        with path.open("rb") as file:
            head = file.read(_HEADER.size)
        size = path.stat().st_size
    except OSError:
        return False
    if len(head) < _HEADER.size:
        return False
    riff, rest, wave, fmt, sixteen, pcm, channels, rate, _, _, bits, data, length = _HEADER.unpack(head)
    right_form = (riff, wave, fmt, sixteen, pcm, data) == (b"RIFF", b"WAVE", b"fmt ", 16, 1, b"data")
    right_sound = (channels, rate, bits) == (1, RATE, 16)
    return right_form and right_sound and length > 0 and length + _HEADER.size == size and rest + 8 == size


def seconds(clip: Path) -> float:
    """How long a clip of the store is."""
    return (clip.stat().st_size - _HEADER.size) / (RATE * 2)


class Store:
    """The folder of clips. Safe for several threads and processes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[str, Path] = {}

    def find(self, name: str) -> Path | None:
        """The clip of that name, or None. A known one costs no look at the disk; the first look
        also checks that it is whole."""
        known = self._known.get(name)
        if known is not None:
            return known
        path = self._path(name)
        if not is_clip(path):
            return None
        self._remember(name, path)
        return path

    def add(self, name: str, make: Callable[[Path], None]) -> Path:
        """The clip of that name; `make` writes it (whole or not at all) when it is not there.

        Two that make the same clip at once both succeed; the later one replaces the earlier by
        the same content. Raises what `make` raises, and `StudioError` when the disk refuses.
        """
        found = self.find(name)
        if found is not None:
            return found
        path = self._path(name)
        for _ in range(AGAIN):
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                make(path)
            except OSError as e:
                raise StudioError(f"cannot write {path}: {e.strerror}") from e
            if is_clip(path):
                self._remember(name, path)
                return path
            if path.exists():
                path.unlink(missing_ok=True)
                raise StudioError(f"what was written to {path} is not a clip")
            # Another engine swept it in this very moment: made again, it is young, and stays.
        raise StudioError(f"{path} was gone as often as it was written")

    def forget(self, name: str) -> None:
        """Look at the disk again for that clip; a player that found it missing or broken says so."""
        self._known.pop(name, None)

    def forget_all(self) -> None:
        """Look at the disk again for every clip: some were swept away."""
        self._known = {}

    def _remember(self, name: str, path: Path) -> None:
        if len(self._known) >= REMEMBERED:  # balances and slips make new clips every day
            self._known.clear()
        self._known[name] = path

    def _path(self, name: str) -> Path:
        return self._folder / name[:2] / f"{name[2:]}.wav"
