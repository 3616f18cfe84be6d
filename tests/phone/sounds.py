"""What a telephone hears goes into a file; what it says when nobody speaks is a breath. For `handset.py` only."""

from __future__ import annotations

import io
import random
import struct
import wave
from pathlib import Path
from typing import Any

import pjsua2 as pj

FRAME = 320
"""Bytes of 20 ms."""


def breath(path: Path) -> None:
    """Two seconds of very quiet noise: what a silent person still sends."""
    source = random.Random(1)
    samples = [source.randint(-12, 12) for _ in range(16000)]
    with wave.open(str(path), "wb") as out:
        out.setparams((1, 2, 8000, 0, "NONE", ""))
        out.writeframes(struct.pack(f"<{len(samples)}h", *samples))


class Ear(pj.AudioMediaPort):  # type: ignore[misc]
    """Writes what a call says into a WAV file as it comes: a recorder of pjsua2 is a quarter second behind."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._file: io.FileIO | None = path.open("wb", buffering=0)
        self._file.write(self._header(0))
        self._length = 0
        form = pj.MediaFormatAudio()
        form.type = pj.PJMEDIA_TYPE_AUDIO
        form.clockRate, form.channelCount, form.bitsPerSample, form.frameTimeUsec = 8000, 1, 16, 20000
        self.createPort(path.stem, form)

    @staticmethod
    def _header(length: int) -> bytes:
        form = struct.pack("<IHHIIHH", 16, 1, 1, 8000, 16000, 2, 16)
        return b"RIFF" + struct.pack("<I", length + 36) + b"WAVEfmt " + form + b"data" + struct.pack("<I", length)

    def onFrameReceived(self, frame: Any) -> None:
        """Called each 20 ms by PJSIP's clock, in its thread; a frame without sound is quiet."""
        if self._file is not None:
            sound = bytes(frame.buf) if frame.size else bytes(FRAME)
            self._length += len(sound)
            self._file.write(sound)

    def close(self) -> None:
        """Make the file a whole WAV."""
        file, self._file = self._file, None
        if file is not None:
            file.seek(0)
            file.write(self._header(self._length))
            file.close()
