"""What an INVITE says about a call: the number dialled, the caller, who diverted it. Reads text, knows no call.

Nothing here may be trusted beyond its form: control characters are dropped and lengths capped; whether a caller
may do something is never decided by a caller id alone.
"""

from __future__ import annotations

import re

_ADDRESS = re.compile(r"sips?:(?:([^@;>?]*)@)?|tel:([^;>?]*)", re.IGNORECASE)
_QUOTED = re.compile(r'\s*"((?:[^"\\]|\\.)*)"')
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_SHORT = {"f": "from", "t": "to", "i": "call-id"}
LONGEST = 128


class Invitation:
    """The parts of an INVITE that the engine is told; each empty when missing."""

    def __init__(self, text: str) -> None:
        """`text` is the whole message."""
        head = re.split(r"\r?\n\r?\n", text, maxsplit=1)[0]
        request, *lines = re.sub(r"\r?\n[ \t]+", " ", head).splitlines() or [""]
        self._headers: list[tuple[str, str]] = []
        for line in lines:
            name, colon, value = line.partition(":")
            if colon:
                name = name.strip().lower()
                self._headers.append((_SHORT.get(name, name), value.strip()))
        self.dialled = user_of(request)
        identity = self.header("p-asserted-identity")
        self.caller = "" if self._is_withheld() else user_of(identity or self.header("from"))
        self.display = "" if self._is_withheld() else _display_of(identity or self.header("from"))
        self.diverted_from = user_of(self.header("diversion")) or user_of(self._last("history-info"))
        self.call_id = _plain(self.header("call-id"))

    def header(self, name: str) -> str:
        """The first header called `name` (lower case), or empty."""
        return next((value for key, value in self._headers if key == name), "")

    def _last(self, name: str) -> str:
        return next((value for key, value in reversed(self._headers) if key == name), "").rpartition(",")[2]

    def _is_withheld(self) -> bool:
        privacy = self.header("privacy").lower()
        return "id" in re.split(r"[;,\s]+", privacy) or user_of(self.header("from")).lower() == "anonymous"


def user_of(address: str) -> str:
    """The user part of the first SIP or tel URI in a header or request line, escapes undone."""
    found = _ADDRESS.search(address)
    if not found:
        return ""
    user = (found[1] or found[2] or "").partition(":")[0]
    return _plain(_ESCAPE.sub(lambda match: chr(int(match[1], 16)), user))


def _display_of(address: str) -> str:
    quoted = _QUOTED.match(address)
    if quoted:
        return _plain(re.sub(r"\\(.)", r"\1", quoted[1]))
    return _plain(address.partition("<")[0]) if "<" in address else ""


def _plain(text: str) -> str:
    return "".join(character for character in text if character.isprintable())[:LONGEST].strip()
