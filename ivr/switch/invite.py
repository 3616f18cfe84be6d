"""What an INVITE says about a call: the number dialled, the caller, who diverted it. Reads text, knows no call.

Nothing here may be trusted beyond its form: control characters are dropped and lengths capped; whether a caller
may do something is never decided by a caller id alone.
"""

from __future__ import annotations

import re
from itertools import pairwise

_ADDRESS = re.compile(r"sips?:(?:([^@;>?]*)@)?|tel:([^;>?]*)", re.IGNORECASE)
_QUOTED = re.compile(r'\s*"((?:[^"\\]|\\.)*)"')
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_REASON = re.compile(r';\s*reason\s*=\s*(?:"([^"]*)"|([^;,\s]+))', re.IGNORECASE)
_INDEX = re.compile(r";\s*index\s*=\s*([0-9]{1,4}(?:\.[0-9]{1,4})*)", re.IGNORECASE)
_CAUSE = re.compile(r";\s*cause=([0-9]{3})", re.IGNORECASE)
_CAUSE_OF_REASON = re.compile(r"[?&]Reason=SIP(?:;|%3B)(?:[ +]|%20)*cause(?:=|%3D)([0-9]{3})", re.IGNORECASE)
_CAUSES = {
    "302": "unconditional",
    "404": "unknown",
    "408": "no-answer",
    "480": "deflection",
    "486": "user-busy",
    "487": "deflection",
    "503": "unavailable",
}
"""Causes of History-Info as reasons of Diversion (RFC 7544 table 1)."""
MOST = 10
"""Diversions that are looked at: a longer chain is a loop or a joke."""
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
        self.diversions = self._diverted() or self._history()
        """(number, reason) of those who forwarded the call, the last one first; the reason in RFC 5806's words."""
        self.call_id = _plain(self.header("call-id"))

    def header(self, name: str) -> str:
        """The first header called `name` (lower case), or empty."""
        return next((value for key, value in self._headers if key == name), "")

    def _each(self, name: str) -> list[str]:
        """Every entry of a header that may hold several, in the order of the message."""
        return [entry for key, value in self._headers if key == name for entry in _entries(value)]

    def _diverted(self) -> list[tuple[str, str]]:
        """RFC 5806: each who forwards writes an entry above those that are there, so the topmost is the last."""
        found = []
        for entry in self._each("diversion"):
            reason = _REASON.search(entry.rpartition(">")[2])
            found.append((user_of(entry), _plain((reason[1] or reason[2]).lower()) if reason else ""))
        return [(number, reason) for number, reason in found if _told(number)][:MOST]

    def _history(self) -> list[tuple[str, str]]:
        """RFC 7044: where the call was sent, in the order of the indices. The last one is where it is now; why a
        number was left is in the Reason that is escaped in its entry, or in the `cause` of the one that follows."""
        entries = sorted(self._each("history-info"), key=_index)
        found: list[tuple[str, str]] = []
        for entry, following in pairwise([*entries, ""]):
            cause = _CAUSE_OF_REASON.search(entry) or _CAUSE.search(following)
            found.append((user_of(entry), _CAUSES.get(cause[1], "unknown") if cause else ""))
        if found and found[-1][0] == self.dialled:
            found.pop()
        found = [one for one in found if _told(one[0]) and one[0] != self.dialled]
        # A number may stand there several times, once for each proxy that handed the call on.
        once = [one for one, after in pairwise([*found, ("", "")]) if one[0] != after[0]]
        return once[::-1][:MOST]

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


def _entries(value: str) -> list[str]:
    """The entries of a header: a comma in quotes or in angle brackets does not part them."""
    found, quoted, inside, begin = [], False, False, 0
    for at, character in enumerate(value):
        if character == '"' and (at == 0 or value[at - 1] != "\\"):
            quoted = not quoted
        elif not quoted and character in "<>":
            inside = character == "<"
        elif character == "," and not quoted and not inside:
            found.append(value[begin:at])
            begin = at + 1
    return [entry for entry in (*found, value[begin:]) if entry.strip()]


def _index(entry: str) -> list[int]:
    found = _INDEX.search(entry)
    return [int(part) for part in found[1].split(".")] if found else [10_000]


def _told(number: str) -> bool:
    return number != "" and number.lower() != "anonymous"


def _display_of(address: str) -> str:
    quoted = _QUOTED.match(address)
    if quoted:
        return _plain(re.sub(r"\\(.)", r"\1", quoted[1]))
    return _plain(address.partition("<")[0]) if "<" in address else ""


def _plain(text: str) -> str:
    return "".join(character for character in text if character.isprintable())[:LONGEST].strip()
