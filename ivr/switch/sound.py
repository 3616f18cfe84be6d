"""Files to ears and mouths to files, inside a worker: one play, one recording. Which call hears them is for `held.py`.

A pjsua2 player must not be destroyed from inside its own callback, nor while the thread that called it is still on
its way out: players are handed to `drop`, which lets go of them a moment later. Recorders call nobody.
"""

from __future__ import annotations

import os

import pjsua2

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

MOST_CLIPS = 60
"""What one playlist takes (pjsua2 has 64)."""

RATE = (8000).to_bytes(4, "little")
HEADER = 44
SECOND = 16000
"""Bytes of a second of 8 kHz 16-bit mono."""


def is_clip(path: str) -> bool:
    """Is it a WAV file of 8 kHz, mono, 16 bit? PJSIP aborts or resamples on others."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123  pathlib is slower here and this runs for every clip
            head = file.read(36)
    except OSError:
        return False
    shape = (
        head[20:24] == b"\x01\x00\x01\x00"
        and head[24:28] == (8000).to_bytes(4, "little")
        and head[34:36] == b"\x10\x00"
    )
    return head[:4] == b"RIFF" and head[8:16] == b"WAVEfmt " and shape


class _Player(pjsua2.AudioMediaPlayer):  # type: ignore[misc]
    def __init__(self, at_end: Callable[[], None]) -> None:
        super().__init__()
        self._at_end = at_end

    def onEof2(self) -> None:
        self._at_end()


class Play:
    """Clips one after the other, without a gap, into one call."""

    def __init__(
        self, clips: list[str], stop_on: str, at_end: Callable[[Play], None], drop: Callable[[object], None]
    ) -> None:
        """`at_end` is called in the owner's thread through the worker's inbox. Raises pjsua2.Error."""
        self.stop_on = stop_on
        self._left = clips
        self._at_end = at_end
        self._drop = drop
        self._sink: pjsua2.AudioMedia | None = None
        self._player: _Player | None = None
        self._next()

    def _next(self) -> None:
        clips, self._left = self._left[:MOST_CLIPS], self._left[MOST_CLIPS:]
        self._player = _Player(self._finished)
        self._player.createPlaylist(pjsua2.StringVector(clips), "", pjsua2.PJMEDIA_FILE_NO_LOOP)

    def into(self, sink: pjsua2.AudioMedia) -> None:
        """Let `sink` hear it, also again after the call's audio was set up anew."""
        self._sink = sink
        if self._player is not None:
            self._player.startTransmit(sink)

    def _finished(self) -> None:
        self._at_end(self)

    def goes_on(self) -> bool:
        """At the end of a playlist: start the next one if clips are left."""
        if not self._left or self._sink is None:
            return False
        self.close()
        self._next()
        self.into(self._sink)
        return True

    def close(self) -> None:
        """Silence. Safe to call twice."""
        player, self._player = self._player, None
        if player is not None:
            self._drop(player)


class Recording:
    """What one call says, into one file."""

    def __init__(self, path: str, end_keys: str, silence: float) -> None:
        """Raises pjsua2.Error when the file cannot be written."""
        self.path = path
        self.end_keys = end_keys
        self.silence = silence
        self.quiet = 0.0
        """s of silence so far."""
        self._recorder: pjsua2.AudioMediaRecorder | None = pjsua2.AudioMediaRecorder()
        self._recorder.createRecorder(path)

    def of(self, source: pjsua2.AudioMedia) -> None:
        """Record `source`, also again after the call's audio was set up anew."""
        if self._recorder is not None:
            source.startTransmit(self._recorder)

    def close(self) -> None:
        """No more is written; the file is whole a few ms later (`seconds`)."""
        self._recorder = None

    def seconds(self) -> float | None:
        """Length of the finished file, None as long as PJSIP has not closed it."""
        try:
            with open(self.path, "rb") as file:  # noqa: PTH123
                head = file.read(HEADER)
        except OSError:
            return 0.0
        size = os.path.getsize(self.path)  # noqa: PTH202
        # PJSIP writes the lengths last; until then they are 0.
        return (size - HEADER) / SECOND if int.from_bytes(head[4:8], "little") == size - 8 else None
