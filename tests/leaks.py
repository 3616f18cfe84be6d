"""Digits that must be told nowhere: looked for in what was written, not in what is random.

Ids of calls and the fractions of moments hold any few digits sooner or later; a PIN found there is nobody's.
"""

from __future__ import annotations

import re
from pathlib import Path

_ID = re.compile(r"(?<![0-9a-f])(?:[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?![0-9a-f])")
_FRACTION = re.compile(r"(?<=:[0-9]{2}\.)[0-9]{6}(?![0-9])")


def tells(text: str, digits: str) -> bool:
    """Whether these digits stand anywhere in a text other than within an id or a fraction of a second."""
    return digits in _FRACTION.sub("", _ID.sub("", text))


def file_tells(file: Path, digits: str, known: str) -> bool:
    """Whether they stand in a file of any kind, next to whatever; `known` is a text with the ids that are in use."""
    content = file.read_bytes().decode("latin-1")
    if digits in content:
        for one in set(_ID.findall(known)):
            content = content.replace(one, "")
    return tells(content, digits)
