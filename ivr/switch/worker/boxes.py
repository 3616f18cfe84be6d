"""AMP boxes without Twisted: bytes in, boxes out. What the engine and its workers speak.

A box is a run of (2-byte length, key) (2-byte length, value) pairs closed by a zero length; keys have 1-255 bytes,
values at most 65,535 (https://amp-protocol.net).
"""

from __future__ import annotations

from struct import Struct

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

    Box: TypeAlias = dict[bytes, bytes]


_LENGTHS = Struct("!H")


class BadBox(ValueError):
    """Bytes that are no AMP box."""


def write(box: Box) -> bytes:
    """A box as bytes; BadBox when a key or value is too long for the format."""
    parts = []
    for key, value in box.items():
        if not 1 <= len(key) <= 255 or len(value) > 0xFFFF:
            raise BadBox(f"{key!r} does not fit into a box")
        parts += [_LENGTHS.pack(len(key)), key, _LENGTHS.pack(len(value)), value]
    parts.append(b"\0\0")
    return b"".join(parts)


class Reader:
    """Collects bytes as they come and gives back the boxes that are complete."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, received: bytes) -> list[Box]:
        """The boxes that these bytes complete; BadBox when there is no way to go on."""
        data = self._rest + received if self._rest else received
        length_at, end = _LENGTHS.unpack_from, len(data) - 2
        found: list[Box] = []
        box: Box = {}
        begin = at = 0
        while at <= end:
            (length,) = length_at(data, at)
            at += 2
            if length == 0:
                found.append(box)
                box, begin = {}, at
                continue
            if length > 255:
                raise BadBox("a key longer than 255 bytes")
            after_key = at + length
            if after_key > end:
                break
            (size,) = length_at(data, after_key)
            after = after_key + 2 + size
            if after > end + 2:
                break
            box[data[at:after_key]] = data[after_key + 2 : after]
            at = after
        self._rest = data[begin:]
        return found
