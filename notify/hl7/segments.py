"""The segments of one HL7 message, and how a place in them is written.

What a place means is for those who read it (`adt`, `billing`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from notify.hl7.frame import Gathered
from notify.hl7.header import Header
from notify.hl7.text import spoken, unescaped

_PATH = re.compile(r"([A-Z][A-Z0-9]{2})-([1-9][0-9]{0,2})(?:\.([1-9][0-9]?))?(?:\.([1-9][0-9]?))?\Z")


@dataclass(frozen=True, slots=True)
class FieldPath:
    """A place in a message, written `PV1-3.1`: segment, field, component, sub-component."""

    segment: str
    number: int
    component: int = 1
    subcomponent: int = 1

    @classmethod
    def parse(cls, text: str) -> FieldPath | None:
        """The path that `text` writes, or None."""
        found = _PATH.match(text)
        if found is None:
            return None
        segment, *numbers = found.groups()
        return cls(segment, *(int(number) for number in numbers if number))

    def __str__(self) -> str:
        return f"{self.segment}-{self.number}.{self.component}"

    @property
    def err(self) -> str:
        """As ERR-2 writes it: segment, sequence, field, repetition, component."""
        return f"{self.segment}^1^{self.number}^1^{self.component}"


class Segments:
    """The segments that were held, split into fields when they are asked for."""

    def __init__(self, text: str, gathered: Gathered, header: Header) -> None:
        self.header = header
        bar = header.field_separator
        msh = gathered.header.decode(header.encoding, "replace")
        self._lines = {"MSH": [msh.replace(bar, bar * 2, 1)]}  # its first field is the separator itself
        for (name, _), line in zip(gathered.segments, text.split("\r"), strict=False):
            self._lines.setdefault(name, []).append(line)
        self._chosen: dict[str, int] = {}

    def has(self, name: str) -> bool:
        """Whether there is such a segment."""
        return bool(self._lines.get(name))

    def count(self, name: str) -> int:
        """How many such segments there are."""
        return len(self._lines.get(name, ()))

    def take(self, name: str, number: int) -> None:
        """From now on the segment of that number (from 0) is the one of its name that is read."""
        self._chosen[name] = number

    def line(self, name: str) -> str:
        """The segment that is read, as it came."""
        return self._lines[name][self._chosen.get(name, 0)]

    def choose(self, path: FieldPath) -> str:
        """The value of `path` in the first segment that has one; from now on that segment is the one that is read."""
        for number in range(len(self._lines.get(path.segment, ()))):
            self._chosen[path.segment] = number
            if (value := self.first(path)) != "":
                return value
        self._chosen.pop(path.segment, None)
        return ""

    def first(self, path: FieldPath) -> str:
        """The value of `path`, without escapes; empty when absent or null (`""`). Of repetitions the first that says
        anything counts."""
        lines = self._lines.get(path.segment)
        if not lines:
            return ""
        component, repetition, _, sub = tuple(self.header.encoding_characters[:4])
        fields = lines[self._chosen.get(path.segment, 0)].split(self.header.field_separator)
        if path.number >= len(fields):
            return ""
        written = fields[path.number].split(repetition)
        parts = next((one for one in written if one.strip(f'{component}{sub}" ')), "").split(component)
        if path.component > len(parts):
            return ""
        pieces = parts[path.component - 1].split(sub)
        if path.subcomponent > len(pieces):
            return ""
        return spoken(unescaped(pieces[path.subcomponent - 1], self.header))
