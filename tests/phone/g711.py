"""G.711 to samples and back, and the sound of a pcap of RTP: what tests and benches of tones are made of."""

from __future__ import annotations

import struct
from array import array
from pathlib import Path

SHIPPED = Path("/usr/share/sip-tester/g711a.pcap")
"""Speech in A-law that comes with SIPp."""


def _from_ulaw(byte: int) -> int:
    byte = ~byte & 0xFF
    size = (((byte & 0x0F) << 3) + 0x84 << (byte >> 4 & 7)) - 0x84
    return -size if byte & 0x80 else size


def _from_alaw(byte: int) -> int:
    byte ^= 0x55
    exponent, size = byte >> 4 & 7, (byte & 0x0F) << 4
    size = size + 8 if exponent == 0 else size + 0x108 << exponent - 1
    return size if byte & 0x80 else -size


ULAW = [_from_ulaw(byte) for byte in range(256)]
ALAW = [_from_alaw(byte) for byte in range(256)]


def through(samples: array[int], law: list[int]) -> array[int]:
    """What is left of samples that went through G.711."""
    nearest = _nearest(law)
    return array("h", (nearest[sample + 32768 >> 3] for sample in samples))


def encoded(samples: array[int], law: list[int]) -> bytes:
    """Samples as bytes of the law."""
    code = {value: byte for byte, value in enumerate(law)}
    return bytes(code[sample] for sample in through(samples, law))


def _nearest(law: list[int]) -> list[int]:
    if id(law) not in _TABLES:
        steps, table, at = sorted(law), [], 0
        for sample in range(-32768, 32768, 8):
            while at + 1 < len(steps) and abs(steps[at + 1] - sample) <= abs(steps[at] - sample):
                at += 1
            table.append(steps[at])
        _TABLES[id(law)] = table
    return _TABLES[id(law)]


_TABLES: dict[int, list[int]] = {}


def sound_of(pcap: Path, law: list[int]) -> array[int]:
    """The samples of the RTP packets of a pcap, one after the other."""
    data = pcap.read_bytes()
    order = "<" if data[:4] in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1") else ">"
    samples, at = array("h"), 24
    while at + 16 <= len(data):
        size = struct.unpack_from(order + "I", data, at + 8)[0]
        frame = data[at + 16 : at + 16 + size]
        at += 16 + size
        samples.extend(law[byte] for byte in frame[14 + 20 + 8 + 12 :])
    return samples
