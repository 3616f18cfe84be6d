"""A SIP request as text, and an answer to it that needs no memory of it (RFC 3261 §8.2.7): for what is refused at the
door, before PJSIP has made anything of it."""

from __future__ import annotations

import re
from hashlib import blake2b

from ivr.switch.address import plain

ALLOW = "INVITE, ACK, BYE, CANCEL, OPTIONS, INFO, UPDATE, PRACK, SUBSCRIBE, NOTIFY, REFER"
_REASONS = {
    200: "OK",
    400: "Bad Request",
    405: "Method Not Allowed",
    416: "Unsupported URI Scheme",
    481: "Call/Transaction Does Not Exist",
    486: "Busy Here",
    488: "Not Acceptable Here",
    503: "Service Unavailable",
    501: "Not Implemented",
    513: "Message Too Large",
}
_SHORT = {"f": "from", "t": "to", "i": "call-id", "c": "content-type", "l": "content-length", "v": "via"}
_TAG = re.compile(r";\s*tag\s*=\s*([^;,\s>]+)", re.IGNORECASE)
_RPORT = re.compile(r";\s*rport(?=\s*(?:;|$))", re.IGNORECASE)
_CSEQ = re.compile(r"\s*([0-9]{1,10})\s+(\S+)")
_FOLDED = re.compile(r"\r?\n[ \t]+")
_END = re.compile(r"\r\n\r\n|\n\n")


class Request:
    """A request that has just come in. What is missing is empty: the text may be cut anywhere."""

    def __init__(self, text: str, peer: str = "", port: int = 0, filled: bool = False) -> None:
        """`filled`: it took all the room that PJSIP has for a message, so more of it may have been lost."""
        self.filled = filled
        head, self.is_whole, self.body = _parted(text)
        if "\n " in head or "\n\t" in head:
            head = _FOLDED.sub(" ", head)
        first, *lines = head.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        words = first.partition(" ")
        self.method, rest = words[0], words[2]
        self.uri = rest.rpartition(" ")[0].strip()
        self.text = text
        self.peer, self.port = peer, port
        self.headers: list[tuple[str, str]] = []
        for line in lines:
            name, colon, value = line.partition(":")
            name = name.strip().lower()
            if colon:
                self.headers.append((_SHORT.get(name, name), value.strip()))

    def header(self, name: str) -> str:
        """The first header called `name` (lower case), or empty."""
        return next((value for key, value in self.headers if key == name), "")

    @property
    def call_id(self) -> str:
        return plain(self.header("call-id"))

    @property
    def number(self) -> str:
        """CSeq's number."""
        found = _CSEQ.match(self.header("cseq"))
        return found[1] if found else ""

    @property
    def is_in_dialog(self) -> bool:
        return _TAG.search(self.header("to").rpartition(">")[2]) is not None

    @property
    def is_cut(self) -> bool:
        """Whether not all of it came: the headers have no end, or the body is shorter than was said."""
        said = self.header("content-length")
        return not self.is_whole or (said.isdigit() and len(self.body.encode("utf-8", "surrogateescape")) < int(said))

    @property
    def can_be_answered(self) -> bool:
        return bool(self.header("via") and self.header("cseq") and self.method not in ("ACK", ""))

    def answer(self, code: int, why: str = "") -> bytes:
        """The whole response; `why` is for whoever reads a trace of it."""
        vias = [value for key, value in self.headers if key == "via"]
        if self.peer:
            vias[0] = f"{_RPORT.sub(f';rport={self.port}', vias[0])};received={self.peer}"
        to = self.header("to")
        if not self.is_in_dialog:  # the same for each time that the request comes
            to += f";tag={blake2b(f'{self.call_id} {vias[0]}'.encode(), digest_size=6).hexdigest()}"
        lines = [
            f"SIP/2.0 {code} {_REASONS.get(code, 'Refused')}",
            *(f"Via: {via}" for via in vias),
            f"From: {self.header('from')}",
            f"To: {to}",
            f"Call-ID: {self.header('call-id')}",
            f"CSeq: {self.header('cseq')}",
        ]
        if code in (200, 405, 501):
            lines.append(f"Allow: {ALLOW}")
        if code in (200, 488):
            lines.append("Accept: application/sdp")
        if why:
            quoted = plain(why).replace("\\", "").replace('"', "'")
            lines.append(f'Warning: {305 if code == 488 else 399} wardbell "{quoted}"')
        return "\r\n".join([*lines, "Server: Wardbell", "Content-Length: 0", "", ""]).encode("utf-8", "surrogateescape")


def _parted(text: str) -> tuple[str, bool, str]:
    found = _END.search(text)
    return (text[: found.start()], True, text[found.end() :]) if found else (text, False, "")
