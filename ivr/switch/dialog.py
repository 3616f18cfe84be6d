"""What SIP knows of a call, kept outside of the worker that holds it, and the last word that it is enough for: BYE,
CANCEL or a final response. Text in, text out; sending is for `parting.py`.
"""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from ipaddress import ip_address

_URI = re.compile(r"<\s*(sips?:[^>\s]+)\s*>|(sips?:[^;,\s>]+)", re.IGNORECASE)
_HOST = re.compile(r"sips?:(?:[^@]*@)?(\[[0-9A-Fa-f:.]+\]|[^;:?>]+)(?::(\d{1,5}))?([^?]*)", re.IGNORECASE)
_COMMA = re.compile(r",(?=\s*(?:\"[^\"]*\"\s*)?<)")
_SHORT = {"v": "via", "f": "from", "t": "to", "i": "call-id", "m": "contact"}
SEQUENCE = 1_000_000
"""CSeq of our last request: above any that the worker can have come to."""


@dataclass(frozen=True, slots=True)
class Dialog:
    """One call. `invite` and `final` are heads of SIP messages, without bodies."""

    incoming: bool
    port: int
    """SIP port of the worker that holds it."""
    invite: str
    """Theirs or ours, as it was sent."""
    final: str = ""
    """The 200 that answered it, empty until then."""
    peer: str = ""
    """address:port that the last message of the other side came from, or ours went to."""

    def written(self) -> dict[str, object]:
        """For the disk."""
        return {name: getattr(self, name) for name in self.__slots__}

    @property
    def call_id(self) -> str:
        """SIP's, not ours."""
        return _first(self.invite, "call-id")


@dataclass(frozen=True, slots=True)
class LastWord:
    """A message and where it goes: (address, port). `over_tcp`: on a connection of its own."""

    text: str
    places: tuple[tuple[str, int], ...]
    over_tcp: bool = False
    is_request: bool = True


def last_word(dialog: Dialog, sent_by: str) -> LastWord | None:
    """What is owed to the other side; None when the dialog does not say enough. `sent_by` (host:port) is where answers
    may come."""
    if not dialog.call_id or not _first(dialog.invite, "from"):
        return None
    if dialog.final:
        return _bye(dialog, sent_by)
    return _refusal(dialog) if dialog.incoming else _cancel(dialog)


def _bye(dialog: Dialog, sent_by: str) -> LastWord | None:
    theirs = dialog.invite if dialog.incoming else dialog.final
    ours, other = ("to", "from") if dialog.incoming else ("from", "to")
    routes = _each(dialog.final, "record-route")
    if not dialog.incoming:
        routes.reverse()
    target = _uri(_first(theirs, "contact")) or _uri(_first(theirs, other))
    if not target:
        return None
    over_tcp = _is_tcp(dialog)
    lines = [
        f"BYE {target} SIP/2.0",
        f"Via: SIP/2.0/{'TCP' if over_tcp else 'UDP'} {sent_by};rport;branch=z9hG4bK{uuid.uuid4().hex}",
        "Max-Forwards: 70",
        f"From: {_first(dialog.final, ours)}",
        f"To: {_first(dialog.final, other)}",
        f"Call-ID: {dialog.call_id}",
        f"CSeq: {SEQUENCE} BYE",
        *(f"Route: {route}" for route in routes),
        'Reason: SIP;cause=500;text="the switch lost this call"',
    ]
    return LastWord(_message(lines), _places([*routes[:1], target][0], dialog.peer), over_tcp)


def _cancel(dialog: Dialog) -> LastWord:
    """It repeats the INVITE's Via: by that the other side knows which one is meant."""
    target = dialog.invite.split(" ")[1]
    routes = _each(dialog.invite, "route")
    lines = [
        f"CANCEL {target} SIP/2.0",
        f"Via: {_first(dialog.invite, 'via')}",
        "Max-Forwards: 70",
        f"From: {_first(dialog.invite, 'from')}",
        f"To: {_first(dialog.invite, 'to')}",
        f"Call-ID: {dialog.call_id}",
        f"CSeq: {_first(dialog.invite, 'cseq').split(' ')[0]} CANCEL",
        *(f"Route: {route}" for route in routes),
    ]
    return LastWord(_message(lines), _places([*routes[:1], target][0], dialog.peer), _is_tcp(dialog))


def _refusal(dialog: Dialog) -> LastWord | None:
    if _is_tcp(dialog):
        return None  # its connection is gone, and with it the way back
    to = _first(dialog.invite, "to")
    lines = [
        "SIP/2.0 503 Service Unavailable",
        *(f"Via: {via}" for via in _each(dialog.invite, "via")),
        f"From: {_first(dialog.invite, 'from')}",
        f"To: {to if ';tag=' in to else f'{to};tag={uuid.uuid4().hex}'}",
        f"Call-ID: {dialog.call_id}",
        f"CSeq: {_first(dialog.invite, 'cseq')}",
    ]
    return LastWord(_message(lines), _places("", dialog.peer), is_request=False)


def _message(lines: list[str]) -> str:
    return "\r\n".join([*lines, "Content-Length: 0", "", ""])


def _is_tcp(dialog: Dialog) -> bool:
    return "/tcp" in _first(dialog.invite, "via").split(" ")[0].lower()


def _places(uri: str, peer: str) -> tuple[tuple[str, int], ...]:
    """Where SIP says that it goes, if that is an address and no name, and where the other side was last seen."""
    found = _HOST.search(uri)
    places = [_place(found[1], found[2] or "5060")] if found else []
    address, _, port = peer.rpartition(":")
    return tuple(dict.fromkeys(place for place in [*places, _place(address, port)] if place is not None))


def _place(address: str, port: str) -> tuple[str, int] | None:
    try:
        return str(ip_address(address.strip("[]"))), int(port)
    except ValueError:
        return None


def _uri(header: str) -> str:
    found = _URI.search(header)
    return (found[1] or found[2]) if found else ""


def _each(head: str, name: str) -> list[str]:
    """Every entry of a header, top first."""
    unfolded = re.sub(r"\r?\n[ \t]+", " ", head)
    found = []
    for line in unfolded.splitlines()[1:]:
        key, colon, value = line.partition(":")
        key = key.strip().lower()
        if colon and _SHORT.get(key, key) == name:
            found += [entry.strip() for entry in (_COMMA.split(value) if name != "via" else value.split(","))]
    return found


def _first(head: str, name: str) -> str:
    return next(iter(_each(head, name)), "")
