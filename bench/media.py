"""Audio of the bench: what callers send, and marker prompts that tell on the wire which one plays.

Every sample of a high marker is positive, every sample of a low one negative, and G.711 keeps
the sign in one bit of the byte: one look at a packet tells the prompt, through any path that does
not mix. `rtp.py` looks.
"""

from __future__ import annotations

import wave
from pathlib import Path

from tests.phone.packets import Tape, write_pcap

LEVEL = 7932
RATE = 8000


def marker(path: Path, seconds: float, *, high: bool) -> Path:
    """A WAV of one value, 8 kHz mono 16-bit."""
    path.parent.mkdir(parents=True, exist_ok=True)
    sample = (LEVEL if high else -LEVEL).to_bytes(2, "little", signed=True)
    with wave.open(str(path), "wb") as out:
        out.setparams((1, 2, RATE, 0, "NONE", ""))
        out.writeframes(sample * int(seconds * RATE))
    return path


def pcaps(directory: Path) -> None:
    """What SIPp's scenarios play: a talker; a caller who presses 5 after two seconds."""
    write_pcap(directory / "voice.pcap", Tape().voice(75).packets)
    write_pcap(directory / "menu.pcap", Tape().voice(2).key("5", ms=160).voice(4).packets)
