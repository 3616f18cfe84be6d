"""What an INVITE says about a call: the number dialled, the caller, who diverted it. Reads text, knows no call.

Nothing here may be trusted beyond its form: control characters are dropped and lengths capped; whether a caller
may do something is never decided by a caller id alone.
"""

from __future__ import annotations

import re
from itertools import pairwise

from ivr.switch.address import caller_of, display_of, hides, is_nobody, is_telephone, number_of, plain
from ivr.switch.worker.replies import Request

_REASON = re.compile(r';\s*reason\s*=\s*(?:"([^"]*)"|([^;,\s]+))', re.IGNORECASE)
_PARTY = re.compile(r";\s*party\s*=\s*\"?([a-z]+)", re.IGNORECASE)
_PRIVACY = re.compile(r";\s*privacy\s*=\s*\"?([a-z-]+)", re.IGNORECASE)
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
_WITHHELD = frozenset(("id", "user", "full", "yes", "uri"))
"""Values of Privacy and of `privacy` in Remote-Party-ID: the number is not to be shown (RFC 3323, RFC 3325)."""


class Invitation:
    """The parts of an INVITE that the engine is told; each empty when missing."""

    def __init__(self, text: str, headers: list[tuple[str, str]] | None = None) -> None:
        """`text` is the whole message; `headers` are its headers when somebody has parted them already."""
        self._headers = Request(text).headers if headers is None else headers
        request = text.partition("\n")[0].rstrip()
        self.dialled = number_of(request)
        sender = self.header("from")
        hidden = self._is_private() or hides(sender)
        self.caller = "" if hidden else caller_of(sender)
        self.display = "" if hidden else display_of(sender)
        self.asserted = None if hidden else self._asserted()
        """(number, display name) as a trunk vouches for them: P-Asserted-Identity, else Remote-Party-ID; both empty
        when it says that they are not to be shown. None: nobody vouches, or the caller hides."""
        self.diversions = self._diverted() or self._history()
        """(number, reason) of those who forwarded the call, the last one first; the reason in RFC 5806's words."""
        self.call_id = plain(self.header("call-id"))

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
            found.append((number_of(entry), plain((reason[1] or reason[2]).lower()) if reason else ""))
        return [(number, reason) for number, reason in found if _told(number)][:MOST]

    def _history(self) -> list[tuple[str, str]]:
        """RFC 7044: where the call was sent, in the order of the indices. The last one is where it is now; why a
        number was left is in the Reason that is escaped in its entry, or in the `cause` of the one that follows."""
        entries = sorted(self._each("history-info"), key=_index)
        found: list[tuple[str, str]] = []
        for entry, following in pairwise([*entries, ""]):
            cause = _CAUSE_OF_REASON.search(entry) or _CAUSE.search(following)
            found.append((number_of(entry), _CAUSES.get(cause[1], "unknown") if cause else ""))
        if found and found[-1][0] == self.dialled:
            found.pop()
        found = [one for one in found if _told(one[0]) and one[0] != self.dialled]
        # A number may stand there several times, once for each proxy that handed the call on.
        once = [one for one, after in pairwise([*found, ("", "")]) if one[0] != after[0]]
        return once[::-1][:MOST]

    def _is_private(self) -> bool:
        return bool(_WITHHELD & set(re.split(r"[;,\s]+", self.header("privacy").lower())))

    def _asserted(self) -> tuple[str, str] | None:
        """RFC 3325 allows a SIP address and a telephone number beside each other: the number is what we want."""
        entries = [entry for entry in self._each("p-asserted-identity") if hides(entry) or number_of(entry)]
        if entries:
            best = next((entry for entry in entries if is_telephone(number_of(entry))), entries[0])
            return caller_of(best), "" if hides(best) else display_of(best)
        for entry in self._each("remote-party-id"):  # of the draft; Cisco's and older PBXs' word for the same
            after = entry.rpartition(">")[2]
            party, privacy = _PARTY.search(after), _PRIVACY.search(after)
            if party and party[1].lower() != "calling":
                continue
            shown = privacy[1].lower() if privacy else "off"
            if _WITHHELD & set(shown.split("-")) or hides(entry):
                return "", ""
            if number_of(entry):
                return number_of(entry), "" if shown.startswith("name") else display_of(entry)
        return None


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
    return not is_nobody(number)
