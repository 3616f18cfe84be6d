"""A frame of HL7 as its bytes come in: what the reader may ask for is held, the rest goes by.

A frame holds one message, or several (each begins with an MSH), with or without batch headers. Of a segment that
nobody reads only its hash is taken, so that a laboratory's PDF costs no memory and a repetition is still known as one.
Segments may end with CR, LF or both, blank lines stand for nothing, names may be in lower case. Works on bytes: the
character set is not known yet, and in every set that comes here CR, LF and the letters of a name are those of ASCII;
UTF-16 and UTF-32 are turned into UTF-8 on the way. Never raises. What the bytes mean is for `header.py` and
`adt.py`.
"""

from __future__ import annotations

import codecs
import hashlib
import re
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

KEPT = 65_536
"""Bytes of a frame that are kept as they came, for somebody to look at should it turn out to be broken."""
SEGMENT = 65_536
"""Bytes of one segment that are held; what the reader asks for is at its beginning."""
HELD = 524_288
"""Bytes of all segments of a frame that are held."""
TOO_MANY_SEGMENTS = "there are more segments than are read"
MOST = 1_000
"""Messages of one frame."""

_ENDS = re.compile(rb"[\r\n]+")
_BLANK = b" \t\0\x0b\x0c"
HEADER = re.compile(rb"(?i:MSH)[^\w\s](?:[^\w\s]|$)")
BEGINS = re.compile(rb"(?i:MSH|FHS|BHS)[^\w\s]")
"""How a message begins, or the header of a batch."""
_BATCH = re.compile(rb"(?i:FHS|BHS|BTS|FTS)(?![A-Za-z0-9])")
_NAME = re.compile(rb"([A-Za-z][A-Za-z0-9]{2})[ \t]*(?![A-Za-z0-9])")
_ONE_LINE = rb"(?i)(?:\\r\\n|\\[rn]|\\X0D0A\\|\\X0[AD]\\|<cr>|<br ?/?>|&#1[03];|[\s\x1e\x85])+(?=[A-Z][A-Z0-9]{2}%s)"
"""What is found between the segments of a message that lost its line ends on the way."""

_WIDE = (
    (b"\xff\xfe\x00\x00", "utf-32-le", 4),
    (b"\x00\x00\xfe\xff", "utf-32-be", 4),
    (b"\xff\xfe", "utf-16-le", 2),
    (b"\xfe\xff", "utf-16-be", 2),
    (b"M\0\0\0", "utf-32-le", 0),
    (b"\0\0\0M", "utf-32-be", 0),
    (b"M\0S\0", "utf-16-le", 0),
    (b"\0M\0S", "utf-16-be", 0),
)
"""First bytes -> codec, and how many of them are a byte order mark."""


@dataclass(slots=True)
class Gathered:
    """One message of a frame."""

    header: bytes
    """The MSH segment."""
    segments: list[tuple[str, bytes]] = field(default_factory=list)
    """Name and bytes of the segments that were asked for, in order."""
    raw: bytes = b""
    """Its first bytes as they came (of several in one frame: its segments)."""
    content: str = ""
    """Hash of all its segments but MSH, without EVN-2: what stays the same when it is sent again."""
    odd: tuple[str, ...] = ()
    """What is unusual in its form."""
    ends: bool = True
    """Whether its last segment has its end."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What came between the beginning and the end of a frame."""

    messages: tuple[Gathered, ...]
    raw: bytes
    """Its first bytes as they came."""
    length: int
    wide: str = ""
    """The codec when it came in UTF-16 or UTF-32."""
    too_many: bool = False
    """More messages than are taken at once; `messages` are only the first of them."""


class Gathering:
    """Takes the bytes of one frame as they come; `wanted` names the segments to be held, in capitals."""

    def __init__(self, wanted: Collection[str]) -> None:
        self._wanted = frozenset(wanted)
        self._head = bytearray()
        self._length = 0
        self._first = bytearray()
        self._wide = ""
        self._decoder: Any = None
        self._started = False
        self._line = bytearray()
        self._over = False
        """The line is longer than is held; its beginning has been taken."""
        self._held = 0
        self._messages: list[_Message] = []
        self._into: _Message | None = None
        self._too_many = False

    @property
    def length(self) -> int:
        """Bytes that came."""
        return self._length

    @property
    def wide(self) -> bool:
        """Whether it comes in UTF-16 or UTF-32."""
        return bool(self._wide)

    @property
    def raw(self) -> bytes:
        """The first bytes as they came."""
        return bytes(self._head)

    @property
    def between_segments(self) -> bool:
        """Whether what came last was the end of a segment."""
        return not self._line

    def feed(self, data: bytes) -> None:
        """Take the next bytes."""
        self._length += len(data)
        if len(self._head) < KEPT:
            self._head += data[: KEPT - len(self._head)]
        if not self._started:
            self._first += data
            if len(self._first) < 4:
                return
            data = self._start()
        self._lines(data)

    def end(self) -> Frame:
        """The frame is over."""
        if not self._started:
            self._lines(self._start())
        ends = not self._line
        self._line_ends()
        raw = bytes(self._head)
        done = [message.done(raw if len(self._messages) == 1 else b"") for message in self._messages]
        if done:
            done[-1].ends = ends
        return Frame(tuple(done), raw, self._length, self._wide, self._too_many)

    def _start(self) -> bytes:
        first = bytes(self._first)
        self._started = True
        self._first.clear()
        for mark, codec, size in _WIDE:
            if first.startswith(mark):
                self._wide = codec
                self._decoder = codecs.getincrementaldecoder(codec)("replace")
                return first[size:]
        return first

    def _lines(self, data: bytes) -> None:
        if self._decoder is not None:
            data = self._decoder.decode(data).encode("utf-8", "replace")
        first, *others = _ENDS.split(data)
        self._more(first)
        for other in others:
            self._line_ends()
            self._more(other)

    def _more(self, piece: bytes) -> None:
        if not piece:
            return
        room = SEGMENT - len(self._line)
        self._line += piece[:room]
        if len(piece) > room:
            if not self._over:
                self._over = True
                self._take(bytes(self._line))
            if self._into is not None:
                self._into.digest.update(piece[room:])

    def _line_ends(self) -> None:
        if self._line and not self._over:
            self._take(bytes(self._line))
        self._line.clear()
        self._over = False

    def _take(self, line: bytes) -> None:
        line = line.strip(_BLANK)
        if not line:
            return
        header = HEADER.match(line) if self._messages else HEADER.search(line[:256])
        if header is not None:
            self._begin(line[header.start() :])
        elif _BATCH.match(line):
            self._into = None  # what belongs to a batch belongs to none of its messages
        elif self._into is not None and not self._too_many:
            self._held += self._into.take(line, self._wanted, self._held < HELD)

    def _begin(self, line: bytes) -> None:
        if len(self._messages) >= MOST or self._held >= HELD:
            self._too_many = True
            self._into = None
            return
        self._held += len(line)
        self._into = _Message(line, self._wanted)
        self._messages.append(self._into)


class _Message:
    """One message while it comes."""

    def __init__(self, header: bytes, wanted: frozenset[str]) -> None:
        self.digest = hashlib.sha256()
        self._separator = header[3:4]
        self._header = header
        self._wanted = wanted
        self._segments: list[tuple[str, bytes]] = []
        self._raw = bytearray(header[:KEPT] + b"\r")
        self._lines = 0
        self._last: str | None = None
        self._odd: dict[str, None] = {}
        if header[:3] != b"MSH":
            self._odd["segment names are in lower case"] = None

    def take(self, line: bytes, wanted: frozenset[str], room: bool) -> int:
        """One more line; how many bytes of it are held."""
        self._lines += 1
        if len(self._raw) < KEPT:
            self._raw += line[: KEPT - len(self._raw)] + b"\r"
        found = _NAME.match(line)
        if found is None or line[found.end() : found.end() + 1] not in (self._separator, b""):
            return self._more(line, room)
        name = found[1].decode("ascii")
        if not name.isupper():
            name = name.upper()
            self._odd["segment names are in lower case"] = None
        self._hash(name, line)
        self._last = name if name in wanted else None
        if self._last is None:
            return 0
        if not room:
            self._odd[TOO_MANY_SEGMENTS] = None
            self._last = None
            return 0
        self._segments.append((name, line))
        return len(line)

    def _more(self, line: bytes, room: bool) -> int:
        """A line that is no segment: the rest of one that was broken in two, or a stray text."""
        self.digest.update(line + b"\r")
        if self._last is None or self._separator not in line or not room:
            return 0
        name, begun = self._segments[-1]
        self._segments[-1] = (name, begun + line)
        self._odd[f"{name} is broken over several lines"] = None
        return len(line)

    def _hash(self, name: str, line: bytes) -> None:
        if name == "EVN":
            fields = line.split(self._separator)
            if len(fields) > 2:
                fields[2] = b""  # when it was recorded: senders stamp it anew
            line = self._separator.join(fields)
        self.digest.update(line.rstrip(self._separator + b" ") + b"\r")

    def done(self, raw: bytes) -> Gathered:
        """What became of it; `raw`: the frame as it came when this is its only message."""
        if not self._lines:
            self._cut_up()
        return Gathered(
            self._header, self._segments, raw or bytes(self._raw), self.digest.hexdigest(), tuple(self._odd)
        )

    def _cut_up(self) -> None:
        """A message on one line: its line ends were lost, or written as `\\r`."""
        between = re.compile(_ONE_LINE % re.escape(self._separator))
        self._header, *lines = between.split(self._header)
        held = 0
        for line in lines:
            held += self.take(line.strip(_BLANK), self._wanted, held < HELD)
        if lines:
            self._odd["the segments are not ended by carriage returns"] = None


def gathered(raw: bytes, wanted: Collection[str]) -> Frame:
    """The frame that `raw` is, come at once."""
    gathering = Gathering(wanted)
    gathering.feed(raw)
    return gathering.end()
