"""AMP boxes without Twisted: bytes in, boxes out. What the engine and its workers speak.

A box is a run of (2-byte length, key) (2-byte length, value) pairs closed by a zero length; keys have 1-255 bytes,
values at most 65,535 (https://amp-protocol.net).
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

    Box: TypeAlias = dict[bytes, bytes]


class BadBox(ValueError):
    """Bytes that are no AMP box."""


def write(box: Box) -> bytes:
    """A box as bytes; BadBox when a key or value is too long for the format."""
    parts = []
    for key, value in box.items():
        if not 1 <= len(key) <= 255 or len(value) > 0xFFFF:
            raise BadBox(f"{key!r} does not fit into a box")
        parts += [len(key).to_bytes(2, "big"), key, len(value).to_bytes(2, "big"), value]
    return b"".join(parts) + b"\0\0"


class Reader:
    """Collects bytes as they come and gives back the boxes that are complete."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, received: bytes) -> list[Box]:
        """The boxes that these bytes complete; BadBox when there is no way to go on."""
        self._rest += received
        boxes = []
        while (found := _first(self._rest)) is not None:
            box, used = found
            boxes.append(box)
            self._rest = self._rest[used:]
        return boxes


def _first(data: bytes) -> tuple[Box, int] | None:
    box: Box = {}
    at = 0
    while len(data) >= at + 2:
        length = int.from_bytes(data[at : at + 2], "big")
        at += 2
        if length == 0:
            return box, at
        if length > 255:
            raise BadBox("a key longer than 255 bytes")
        key = data[at : at + length]
        at += length
        if len(data) < at + 2:
            return None
        length = int.from_bytes(data[at : at + 2], "big")
        at += 2
        if len(data) < at + length:
            return None
        box[key] = data[at : at + length]
        at += length
    return None
