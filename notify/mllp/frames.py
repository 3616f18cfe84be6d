"""Cuts the bytes of a connection into frames: 0x0B, the message, 0x1C 0x0D.

TCP may split and join them anywhere. Senders are met halfway: a message without its 0x0B begins with its MSH, an end
may lack its 0x0D, and a 0x0B or 0x1C within a text is text. What a frame holds is for `notify.hl7.frame`; connections,
answers and time are for `connection.py`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass

from notify.hl7.frame import BEGINS, Frame, Gathering

START = b"\x0b"
END = b"\x1c"
CARRIAGE_RETURN = b"\x0d"

_MARK = re.compile(rb"[\x0b\x1c]")
_BEGINNING = re.compile(rb"\x0b|" + BEGINS.pattern)
_ANEW = re.compile(rb"\x0b[\s\0]{0,8}(?:\xef\xbb\xbf)?" + BEGINS.pattern)
_MAYBE_ANEW = re.compile(rb"\x0b[\s\0]{0,8}(?:\xef(?:\xbb(?:\xbf)?)?)?(?i:[MFB]|MS|FH|BH|MSH|FHS|BHS)?\Z")
_MAYBE_BEGINS = re.compile(rb"(?i:[MFB]|MS|FH|BH|MSH|FHS|BHS)\Z")


def framed(message: bytes) -> bytes:
    """`message` as it goes over the wire."""
    return START + message + END + CARRIAGE_RETURN


@dataclass(frozen=True, slots=True)
class Whole:
    """A frame with its end."""

    frame: Frame


@dataclass(frozen=True, slots=True)
class CutOff:
    """A frame that another one began in: the sender died in the middle of it, or forgot its end."""

    frame: Frame


class Frames:
    """The frames of one connection. `take` bytes, then ask for the `next` frame until there is none."""

    def __init__(self, wanted: Callable[[], Collection[str]]) -> None:
        self._wanted = wanted
        self._buffer = bytearray()
        self._gathering: Gathering | None = None
        self.garbage = 0
        """Bytes outside frames, line ends and blanks not counted."""

    @property
    def begun(self) -> bool:
        """Whether a frame has begun and not ended."""
        return self._gathering is not None

    @property
    def length(self) -> int:
        """Bytes of the frame that has begun."""
        return self._gathering.length if self._gathering is not None else 0

    @property
    def waiting(self) -> int:
        """Bytes that were taken and not looked at."""
        return len(self._buffer)

    @property
    def may_have_ended(self) -> bool:
        """Whether a 0x1C came last: an end, unless more of the text follows it."""
        return self._gathering is not None and self._buffer == END

    def take(self, data: bytes) -> None:
        """Bytes came."""
        self._buffer += data

    def next(self) -> Whole | CutOff | None:
        """The next frame, as far as bytes are here."""
        while self._buffer:
            if self._gathering is None:
                if not self._begin():
                    return None
                continue
            found = self._go_on(self._gathering)
            if found is not None or self._gathering is not None:
                return found
        return None

    def end(self) -> Frame | None:
        """No more bytes come, or none in time: what had begun."""
        gathering, self._gathering = self._gathering, None
        if gathering is None:
            return None
        if self._buffer != END:
            gathering.feed(bytes(self._buffer))
        self._buffer.clear()
        return gathering.end()

    def clear(self) -> None:
        """Forget what is here."""
        self._gathering = None
        self._buffer = bytearray()

    def _begin(self) -> bool:
        """Look for the beginning of a frame; what stands before it is passed over."""
        found = _BEGINNING.search(self._buffer)
        if found is None:
            maybe = _MAYBE_BEGINS.search(self._buffer[-3:])
            self._skip(len(self._buffer) - (len(maybe[0]) if maybe is not None else 0))
            return False
        self._skip(found.start())
        if self._buffer[:1] == START:
            del self._buffer[:1]
        self._gathering = Gathering(self._wanted())
        return True

    def _skip(self, length: int) -> None:
        """Bytes between frames: a carriage return belongs to the end of a frame, others to nothing."""
        self.garbage += len(bytes(self._buffer[:length]).strip(b"\r\n \0\x1c\xef\xbb\xbf"))
        del self._buffer[:length]

    def _go_on(self, gathering: Gathering) -> Whole | CutOff | None:
        """Feed the frame until it ends, or the bytes do."""
        at = 0
        while (mark := _MARK.search(self._buffer, at)) is not None:
            place = mark.start()
            if mark[0] == START:
                if _ANEW.match(self._buffer, place):
                    return CutOff(self._close(gathering, place, place))
                if _MAYBE_ANEW.match(self._buffer, place):
                    break
            else:
                follows = self._buffer[place + 1 : place + 2]
                if follows == CARRIAGE_RETURN:
                    return Whole(self._close(gathering, place, place + 2))
                if not gathering.wide:
                    if not follows:
                        before = self._buffer[place - 1 : place] if place else b"\r" * gathering.between_segments
                        if before in (b"\r", b"\n"):
                            return Whole(self._close(gathering, place, place + 1))
                        break
                    if follows in (b"\n", START, END) or BEGINS.match(self._buffer, place + 1):
                        return Whole(self._close(gathering, place, place + 1))
            at = place + 1
        length = mark.start() if mark is not None else len(self._buffer)  # what may be a mark waits for what follows
        gathering.feed(bytes(self._buffer[:length]))
        del self._buffer[:length]
        return None

    def _close(self, gathering: Gathering, length: int, rest: int) -> Frame:
        gathering.feed(bytes(self._buffer[:length]))
        del self._buffer[:rest]
        self._gathering = None
        return gathering.end()
