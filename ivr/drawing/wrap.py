"""Words in lines of about the same length. A Chinese character is two columns wide and may begin a line anywhere,
but no line begins with a closing mark or ends with an opening one."""

from __future__ import annotations

import re
import unicodedata

_WIDE = "WF"
_CLOSING = "，。；：！？、）》」』】…,.;:!?)›"
_OPENING = "（《「『【(‹"
_PIECE = re.compile(
    rf"[{re.escape(_OPENING)}]*(?:‹[^›]*›|[\u2e80-\u9fff\uac00-\ud7af\uff00-\uffef]|[^\s\u2e80-\u9fff\uac00-\ud7af\uff00-\uffef‹]+)"
    rf"[{re.escape(_CLOSING)}]*|\s+|."
)


def columns(text: str) -> int:
    """How wide it is: 1 for a Latin letter, 2 for a Chinese character."""
    return sum(2 if unicodedata.east_asian_width(sign) in _WIDE else 1 for sign in text)


def wrap(text: str, width: int) -> tuple[str, ...]:
    """`text` in as few lines of `width` columns as it needs, no longer than they must be."""
    lines = _fill(text, width)
    if len(lines) < 2:
        return lines
    for narrower in range(max(width // 2, columns(text) // len(lines)), width):
        even = _fill(text, narrower)
        if len(even) == len(lines):
            return even
    return lines


def _fill(text: str, width: int) -> tuple[str, ...]:
    lines = [""]
    for piece in _PIECE.findall(text):
        if columns(lines[-1] + piece.rstrip()) <= width or not lines[-1]:
            lines[-1] += piece if lines[-1] else piece.lstrip()
        else:
            lines[-1] = lines[-1].rstrip()
            lines.append(piece.lstrip())
    return tuple(line.rstrip() for line in lines if line.strip())
