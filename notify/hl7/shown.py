"""The bytes of a message for the eyes of people: as text in which nothing hides.

Control characters, signs without width and those that turn the direction of writing are shown by a sign or by their
number; each segment begins a line. What the bytes are not, in the character set that they were read in, is shown as
`\\xNN`.
"""

from __future__ import annotations

import re

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_PICTURES = {**{code: chr(0x2400 + code) for code in range(0x20)}, 0x7F: "␡"}
"""A sign for each control character."""


def shown(raw: bytes, encoding: str) -> str:
    """`raw` as text, in lines; a character set that Python does not know is read as ASCII."""
    try:
        text = raw.decode(encoding, "backslashreplace")
    except LookupError:
        text = raw.decode("ascii", "backslashreplace")
    return "\n".join("".join(map(_visible, line)) for line in _LINE.findall(text))


def _visible(sign: str) -> str:
    if sign == " " or (sign.isprintable() and not sign.isspace()):
        return sign
    code = ord(sign)
    return _PICTURES.get(code) or (f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}")
