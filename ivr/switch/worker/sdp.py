"""What an SDP offers, as far as it decides whether a call can be taken: which audio, in which codecs, how carried."""

from __future__ import annotations

import re

_USUAL = {"0": "PCMU", "3": "GSM", "4": "G723", "8": "PCMA", "9": "G722", "13": "CN", "15": "G728", "18": "G729"}
"""Payload types that need no rtpmap (RFC 3551 table 4)."""
_MAPPED = re.compile(r"a=rtpmap:([0-9]{1,3})[ \t]+([A-Za-z0-9._-]{1,40})/([0-9]{1,6})(?:/([0-9]{1,2}))?", re.IGNORECASE)
_TAKEN = frozenset(("pcmu", "pcma"))
_PLAIN = frozenset(("rtp/avp", "rtp/avpf"))
_PTIME = re.compile(rb"^a=(ptime):(\d{1,4})", re.MULTILINE | re.IGNORECASE)
TICK = 20
"""Milliseconds between two packets of sound that we send."""
MOST = 20
"""Codecs that are listed of one offer."""


class Media:
    """One line `m=` with its codecs by name."""

    def __init__(self, line: str) -> None:
        words = line[2:].split()
        self.kind, port, self.carried = [*words, "", "", ""][:3]
        self.off = port.partition("/")[0] == "0"
        self._types = words[3:]
        self._mapped: dict[str, tuple[str, bool]] = {}

    def maps(self, line: str) -> None:
        """Take an `a=rtpmap`."""
        found = _MAPPED.match(line)
        if found:
            telephone = found[3] == "8000" and found[4] in (None, "1")
            self._mapped[found[1]] = (found[2], telephone and found[2].lower() in _TAKEN)

    @property
    def codecs(self) -> list[str]:
        """Names, in the peer's order; keys and comfort noise are none."""
        names = [self._mapped.get(number, (_USUAL.get(number, number), False))[0] for number in self._types]
        return [name for name in names if name.lower() not in ("telephone-event", "cn")]

    @property
    def is_usable(self) -> bool:
        """Audio that this line takes: G.711, not switched off, not encrypted."""
        if self.kind.lower() != "audio" or self.off or self.carried.lower() not in _PLAIN:
            return False
        return any(self._mapped.get(number, ("", number in ("0", "8")))[1] for number in self._types)


def media(sdp: str) -> list[Media]:
    """The media lines of `sdp`, in order."""
    found: list[Media] = []
    for line in sdp.splitlines():
        if line.startswith("m="):
            found.append(Media(line))
        elif found:
            found[-1].maps(line)
    return found


def uneven(message: bytes) -> list[int]:
    """Where a wish for packets (`ptime`) stands that do not come out evenly every `TICK` ms: of the attribute's name,
    the places of its first letter."""
    found = ((one.start(1), int(one[2])) for one in _PTIME.finditer(message))
    return [place for place, wished in found if wished % TICK]


def told(sdp: str) -> str:
    """The codecs for a person: `G722, opus (RTP/AVP); video H264 (RTP/AVP)`."""
    lines = []
    for line in media(sdp):
        kind = "" if line.kind == "audio" else line.kind + " "
        how = f"{line.carried}, switched off" if line.off else line.carried
        lines.append(f"{kind}{', '.join(line.codecs[:MOST])} ({how})".strip())
    return "; ".join(lines)[:400]
