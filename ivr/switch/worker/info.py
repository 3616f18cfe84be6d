"""Keys by SIP INFO: which key a request carries, and what to answer to it. Pure; sending is the stack's.

No standard says how an INFO carries a key, so every form that phones are known to send is read:

    application/dtmf-relay    `Signal=5`, `Duration=160` on lines that end in CRLF, LF or not at all
    application/dtmf          `5`
    audio/telephone-event     `d=5`, or the four bytes of RFC 4733

In each, 10 and 11 stand for * and #, and 12 to 15 for A to D.
"""

from __future__ import annotations

from ivr.switch.worker.telephone_event import KEYS

KINDS = ("application/dtmf-relay", "application/dtmf", "audio/telephone-event")
NAMES = ("signal", "d", "digit", "event")
"""What may stand before the `=` of the key."""
FLASHES = ("16", "!", "R", "HF", "FLASH")
"""What phones say for the hook flash: a good request, but no key."""

_NUMBERED = {str(number): key for number, key in enumerate(KEYS)}


class Info:
    """A SIP INFO: its `key` (or empty), and the `code` and `reason` to answer with."""

    __slots__ = ("code", "key", "reason")

    def __init__(self, message: str) -> None:
        ends = [end for end in ("\r\n\r\n", "\n\n") if end in message]
        head, _, body = message.partition(min(ends, key=message.index) if ends else "\r\n\r\n")
        kinds = (line.partition(":") for line in head.splitlines())
        kind = next((value for name, _, value in kinds if name.strip().lower() in ("content-type", "c")), "")
        signal = signal_of(kind, body)
        self.key = _key(signal or "")
        self.code, self.reason = 200, "OK"
        if signal is None and body.strip():
            self.code, self.reason = 415, "Keys come as dtmf-relay, dtmf or telephone-event"
        elif not self.key and body.strip() and (signal or "").upper() not in FLASHES:
            self.code, self.reason = 400, "No key in the body"


def key_of_info(content_type: str, body: str) -> str:
    """The key that a SIP INFO carries, or empty."""
    return _key(signal_of(content_type, body) or "")


def signal_of(content_type: str, body: str) -> str | None:
    """What is found where the key should be; None when a body of this type carries no keys."""
    if content_type.split(";")[0].strip().lower() not in KINDS:
        return None
    if len(body) == 4 and body[0] < "\x11" and not body.strip().isprintable():  # an RTP event as it is
        return str(ord(body[0]))
    lines = [line.strip() for line in body.splitlines() if line.strip()]
    if len(lines) == 1 and "=" not in lines[0]:
        return lines[0]
    for line in lines:
        name, equals, value = line.partition("=")
        if equals and name.strip().lower() in NAMES:
            return value.strip()
    return ""


def _key(signal: str) -> str:
    signal = signal.upper()
    if len(signal) == 1:
        return signal if signal in KEYS else ""
    return _NUMBERED.get(signal, "")
