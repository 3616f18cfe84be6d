"""What a value of an HL7 field says: its escapes read, and nothing in it that cannot be spoken.

Escapes (chapter 2.7): those of marks (F, S, T, R, E, P) and bytes (`X..`) become what they stand for; formatting (H, N,
`.br`), sets (`C..`, `M..`) and what only the sender knows (`Z..`) is dropped. A mark that ends nothing stays as it is:
it is only a backslash.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from notify.hl7.header import Header


def unescaped(text: str, header: Header) -> str:
    """`text` with its escapes read."""
    escape = header.encoding_characters[2]
    return _escapes(escape).sub(lambda found: _meant(found[1], header), text) if escape in text else text


@lru_cache(maxsize=32)
def _escapes(mark: str) -> re.Pattern[str]:
    mark = re.escape(mark)
    known = r"[FSTREPHN]|[Xx](?:[0-9A-Fa-f]{2}){1,200}|[CMZ][0-9A-Za-z]{0,40}|\.[A-Za-z]{2}[ +-]{0,2}[0-9]{0,6}"
    return re.compile(f"{mark}({known}){mark}")


def _meant(what: str, header: Header) -> str:
    marks = header.encoding_characters
    if len(what) == 1:
        signs = {"F": header.field_separator, "S": marks[0], "R": marks[1], "E": marks[2], "T": marks[3]}
        return signs.get(what, marks[4] if what == "P" and len(marks) > 4 else "")
    if what[0] in "Xx":
        raw = bytes.fromhex(what[1:])
        try:
            return raw.decode(header.encoding)
        except (UnicodeDecodeError, LookupError):
            return raw.decode("latin-1")
    return " " if what[0] == "." else ""


def spoken(text: str) -> str:
    """`text` without control characters and signs that stand for unreadable bytes, its blanks single; null is empty."""
    if not text.isprintable() or "�" in text or "  " in text:
        kept = (" " if one.isspace() or unicodedata.category(one)[0] == "C" else one for one in text if one != "�")
        text = " ".join("".join(kept).split())
    text = text.strip()
    return text[1:-1].strip() if len(text) > 1 and text[0] == text[-1] == '"' else text
