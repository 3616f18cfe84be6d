"""From a voice's or a studio's audio to what telephones play: 8 kHz mono 16-bit WAV, without
the parts that G.711 cannot carry, all clips equally loud, with quiet of a fixed length at both
ends so that clips joined in a row sound like one sentence.

ffmpeg filters and resamples (pydub's resampler aliases); pydub trims, measures and sets the
level. `loudnorm` is left out: on clips of a second it is up to 30 dB off.
"""

from __future__ import annotations

import math
import os
import subprocess
import tempfile
import uuid
from pathlib import Path

from pydub import AudioSegment
from pydub.exceptions import CouldntDecodeError

from prompts.errors import SoundFailed

RATE = 8000
LEVEL = -19.0
"""Speech level of every clip in dBFS: RMS of the parts where somebody speaks."""
PEAK = -1.0
"""No sample above this, in dBFS; a clip that would need more stays quieter."""
TOLERANCE = 1.0
"""How far from `LEVEL` a clip may be, in dB."""

_FILTERS = (
    "highpass=f=100,lowpass=f=3400,acompressor=threshold=-24dB:ratio=3:attack=5:release=80,alimiter=limit=0.9:level=0"
)
_FRAME = 20
"""Milliseconds; what is measured at once."""
_BELOW_LOUDEST = 25.0
"""dB; frames quieter than this below the loudest one are pauses and do not count."""
_QUIET = 40.0
"""dB below the loudest frame: the quiet at the ends that is cut away."""
_LEAD, _TAIL = 20, 50
"""Milliseconds of quiet left before and after a clip whose text has no mark there."""
_MARKS = {**dict.fromkeys("，,、", 180), **dict.fromkeys("；;：:", 250), **dict.fromkeys("。.！!？?…", 380)}
"""Milliseconds of quiet that a mark at either end is worth."""
SLOW = 0.8
"""Tempo of slow speech, for those who asked for it: a quarter longer, at the same pitch."""
_TIMEOUT = 60.0
_LONGEST = 10 * 60
"""Seconds; nothing longer is a prompt."""


def pads(text: str) -> tuple[int, int]:
    """Milliseconds of quiet before and after a text's clip: its marks at either end say how much."""
    stripped = text.strip()
    lead = _MARKS.get(stripped[:1], _LEAD)
    return lead, _MARKS.get(stripped[-1:], _TAIL)


def without_leading_marks(text: str) -> str:
    """What the voice is given: a mark at the beginning is quiet, not words."""
    return text.strip().lstrip("".join(_MARKS) + " ")


def to_telephone(source: Path, target: Path, lead: int, tail: int) -> None:
    """Convert `source` (anything that ffmpeg reads) into `target`, with `lead` and `tail`
    milliseconds of quiet at the ends.

    `target` appears whole or not at all. Raises `SoundFailed`: not audio, silent, too long, or
    ffmpeg is missing.
    """
    part = target.with_name(f".{target.name}.{uuid.uuid4().hex}.part")
    try:
        _ffmpeg(source, _FILTERS, part)
        try:
            made = AudioSegment.from_file(str(part), format="wav")
        except CouldntDecodeError as e:  # ffmpeg succeeds even when the disk took only a part of it
            raise SoundFailed("what ffmpeg wrote cannot be read again: is the disk full?") from e
        speech = _trim(made)
        levelled = speech.apply_gain(min(LEVEL - speech_level(speech), PEAK - speech.max_dBFS))
        quiet = AudioSegment.silent(duration=lead, frame_rate=RATE), AudioSegment.silent(duration=tail, frame_rate=RATE)
        whole = quiet[0] + levelled.fade_in(5).fade_out(5) + quiet[1]
        _write(whole, part)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def slow_down(clip: Path, target: Path) -> None:
    """Write `clip` (of the store) at the tempo `SLOW` into `target`, pauses too.

    `target` appears whole or not at all. Raises `SoundFailed`.
    """
    part = target.with_name(f".{target.name}.{uuid.uuid4().hex}.part")
    try:
        # The filter swallows up to 50 ms at the end: it gets quiet to swallow, and what is left of that goes.
        _ffmpeg(clip, f"apad=pad_dur=0.2,atempo={SLOW}", part)
        try:
            usual, made = (AudioSegment.from_file(str(file), format="wav") for file in (clip, part))
        except (CouldntDecodeError, OSError) as e:
            raise SoundFailed("what ffmpeg wrote cannot be read again: is the disk full?") from e
        _write(made[: round(len(usual) / SLOW)], part)  # in the plain header of the store's clips
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def decode(source: Path) -> AudioSegment:
    """What a file holds, mono and 16 bits, otherwise as it is. Raises `SoundFailed`: not audio, or too long."""
    with tempfile.TemporaryDirectory(prefix="wardbell-sound-") as aside:
        plain = Path(aside) / "plain.wav"
        _ffmpeg(source, None, plain)
        try:
            return AudioSegment.from_file(str(plain), format="wav")
        except CouldntDecodeError as e:
            raise SoundFailed("what ffmpeg wrote cannot be read again: is the disk full?") from e


def speech_level(clip: AudioSegment) -> float:
    """RMS in dBFS of the frames in which there is speech; -inf for silence."""
    levels = _frames(clip)
    loudest = max(levels, default=0)
    spoken = [level for level in levels if level and level >= loudest * 10 ** (-_BELOW_LOUDEST / 20)]
    if not spoken:
        return -math.inf
    return 20 * math.log10(math.sqrt(sum(level * level for level in spoken) / len(spoken)) / 32768)


def _write(sound: AudioSegment, to: Path) -> None:
    with to.open("wb") as out:
        sound.export(out, format="wav")
        out.flush()
        os.fsync(out.fileno())


def _ffmpeg(source: Path, filters: str | None, target: Path) -> None:
    """Through `filters` to the telephone's rate; without them the rate stays, too."""
    command = ["ffmpeg", "-nostdin", "-y", "-loglevel", "error", "-protocol_whitelist", "file"]
    command += ["-i", f"file:{source}", "-t", str(_LONGEST), "-map", "0:a:0", "-threads", "1"]
    command += ["-af", filters, "-ar", str(RATE)] if filters is not None else []
    command += ["-ac", "1", "-c:a", "pcm_s16le", "-f", "wav", f"file:{target}"]
    try:
        done = subprocess.run(command, capture_output=True, timeout=_TIMEOUT, check=False)
    except FileNotFoundError as e:
        raise SoundFailed("ffmpeg is not installed") from e
    except subprocess.TimeoutExpired as e:
        raise SoundFailed(f"ffmpeg took longer than {_TIMEOUT:g} s") from e
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise SoundFailed(f"ffmpeg cannot read it: {said[-1] if said else 'no reason given'}")


def _frames(clip: AudioSegment) -> list[int]:
    return [clip[at : at + _FRAME].rms for at in range(0, len(clip), _FRAME)]


def _trim(clip: AudioSegment) -> AudioSegment:
    levels = _frames(clip)
    loudest = max(levels, default=0)
    if loudest < 3:  # of 32768: digital silence and dither
        raise SoundFailed("there is nothing to hear in it")
    heard = [n for n, level in enumerate(levels) if level >= loudest * 10 ** (-_QUIET / 20)]
    return clip[max(0, heard[0] - 1) * _FRAME : (heard[-1] + 2) * _FRAME]  # one frame more for soft sounds
