"""Files to ears, mouths to files, in a worker: one play, one recording. When, and for whom, is for `player.py` and
`recorder.py`."""

from __future__ import annotations

import os
from functools import lru_cache

import pjsua2

from ivr.switch.call_tones import SECONDS, CallTones

MOST_CLIPS = 60
"""What one playlist takes (pjsua2 has 64)."""

TAIL = 4000
"""Bytes of quiet behind a playlist: PJSIP reads so many at a time and drops the last ones when they are fewer."""

RATE = (8000).to_bytes(4, "little")
HEADER = 44
DEAD = 4.0
"""s of tones at least before a line counts as dead."""
AT_ONCE = 32_000
"""Bytes of a recording that are listened to at once."""
SECOND = 16000
"""Bytes of a second of 8 kHz 16-bit mono."""


def seconds_of(path: str) -> float:
    """Length of a WAV file of 8 kHz, mono, 16 bit; -1 for anything else (PJSIP would resample it or abort)."""
    try:
        now = os.stat(path)  # noqa: PTH116  as below
    except OSError:
        return -1.0
    return _seconds_of(path, now.st_ino, now.st_mtime_ns, now.st_size)


@lru_cache(maxsize=4096)
def _seconds_of(path: str, inode: int, changed: int, size: int) -> float:
    try:
        with open(path, "rb") as file:  # noqa: PTH123  pathlib is slower here and this runs for every clip
            head = file.read(4096)
    except OSError:
        return -1.0
    if head[:4] != b"RIFF" or head[8:16] != b"WAVEfmt " or head[20:24] != b"\x01\0\x01\0":
        return -1.0
    if (head[24:28], head[34:36]) != (RATE, b"\x10\0"):
        return -1.0
    at = 20 + int.from_bytes(head[16:20], "little")
    while at + 8 <= len(head):
        length = int.from_bytes(head[at + 4 : at + 8], "little")
        if head[at : at + 4] == b"data":
            return length / SECOND
        at += 8 + length + length % 2
    return -1.0


def silence() -> str:
    """Half a second of nothing as a file in memory; its path, valid as long as this process lives.

    It ends every playlist: PJSIP 2.15 drops what stands in its last, partly filled buffer (up to 250 ms), and 2.17
    loses a frame there.
    """
    length = SECOND // 2
    header = b"RIFF" + (length + 36).to_bytes(4, "little") + b"WAVEfmt " + (16).to_bytes(4, "little") + b"\x01\0\x01\0"
    header += RATE + SECOND.to_bytes(4, "little") + b"\x02\0\x10\0" + b"data" + length.to_bytes(4, "little")
    memory = os.memfd_create("silence", 0)
    os.write(memory, header + bytes(length))
    return f"/proc/self/fd/{memory}"


class Play:
    """Clips one after the other, without a gap, into one call.

    When it is over is known from the clips, not from PJSIP's end-of-file event, which comes early or late by up to
    250 ms (it goes by buffers), and from a thread of its own.
    """

    def __init__(self, clips: list[str], seconds: list[float], stop_on: str, silence: str) -> None:
        """Raises pjsua2.Error."""
        self.stop_on = stop_on
        self._left = list(zip(clips, seconds, strict=True))
        self._silence = silence
        self._sink: pjsua2.AudioMedia | None = None
        self._player: pjsua2.AudioMediaPlayer | None = None
        self.seconds = 0.0
        """How long what plays now lasts: all clips, or as many as go into one playlist."""
        self._next()

    def _next(self) -> None:
        now, self._left = self._left[:MOST_CLIPS], self._left[MOST_CLIPS:]
        self.seconds = sum(seconds for _, seconds in now)
        clips = pjsua2.StringVector([*(clip for clip, _ in now), self._silence])
        self._player = pjsua2.AudioMediaPlayer()
        self._player.createPlaylist(clips, "", pjsua2.PJMEDIA_FILE_NO_LOOP)
        if self._sink is not None:
            self._player.startTransmit(self._sink)

    def goes_on(self) -> bool:
        """Play the next playlist, False when no clips are left."""
        if not self._left:
            return False
        self._next()
        return True

    def into(self, sink: pjsua2.AudioMedia) -> None:
        """Let `sink` hear it, also again after the call's audio was set up anew."""
        self._sink = sink
        if self._player is not None:
            self._player.startTransmit(sink)

    def stop(self) -> None:
        """Silence, at once."""
        self._player = None

    def rest(self) -> object:
        """What is still to be let go when its last frames have gone out."""
        player, self._player = self._player, None
        return player


class Recording:
    """What one call says, into one file."""

    def __init__(self, path: str, end_keys: str, silence: float) -> None:
        """Raises pjsua2.Error when the file cannot be written."""
        self.path = path
        self.end_keys = end_keys
        self.silence = silence
        self.quiet = 0.0
        """s of silence so far."""
        self._tones = CallTones()
        self._listened = HEADER
        self._recorder: pjsua2.AudioMediaRecorder | None = pjsua2.AudioMediaRecorder()
        self._recorder.createRecorder(path)

    def of(self, source: pjsua2.AudioMedia) -> None:
        """Record `source`, also again after the call's audio was set up anew."""
        if self._recorder is not None:
            source.startTransmit(self._recorder)

    def is_dead(self) -> bool:
        """Whether nothing but tones of an exchange has been heard for `silence` seconds, at least for some: nobody is
        there any more. To be asked from time to time; looks only at what was written since."""
        try:
            with open(self.path, "rb") as file:  # noqa: PTH123
                file.seek(self._listened)
                data = file.read(AT_ONCE)
        except OSError:
            return False
        self._listened += len(data)
        self._tones.feed(data)
        last = int(max(self.silence, DEAD) / SECONDS)
        spoken, tones = self._tones.told(last)
        return self._tones.pieces >= last and tones >= 1.0 and spoken < 0.2

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
