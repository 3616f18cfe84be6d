"""What of SIP the engine must know: status codes as causes, and what may stand in a target, a caller id, a header.

Everything that reaches the stack passes here first, so that a stored telephone number can never
smuggle a header, a parameter or a second URI into an INVITE. Sending is the worker's business.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from ivr.switch.line import Cause, SwitchRefused

_CAUSES = {
    486: Cause.BUSY,
    600: Cause.BUSY,
    408: Cause.NO_ANSWER,
    480: Cause.NO_ANSWER,
    487: Cause.NO_ANSWER,
    403: Cause.REJECTED,
    603: Cause.REJECTED,
    607: Cause.REJECTED,
    608: Cause.REJECTED,
    404: Cause.UNREACHABLE,
    410: Cause.UNREACHABLE,
    484: Cause.UNREACHABLE,
    485: Cause.UNREACHABLE,
    604: Cause.UNREACHABLE,
}

_USER = r"(?:[A-Za-z0-9+*#_.!~'()&=$-]|%23){1,64}"  # %23 is how # must be written there
_HOST = r"(?:[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|\[[0-9A-Fa-f:.]{2,45}\])"
_TARGET = re.compile(rf"sip:{_USER}@{_HOST}(?::[0-9]{{1,5}})?(?:;transport=(?:udp|tcp))?")
_CALLER_ID = re.compile(r"[A-Za-z0-9+*#_.-]{0,64}")
_HEADER_NAME = re.compile(r"(?:X-[A-Za-z0-9-]{1,60}|Diversion|Subject|Priority|Alert-Info|Call-Info)")
_HEADER_VALUE = re.compile(r"[\x20-\x7e]{0,256}")


def cause_of(sip_code: int) -> Cause:
    """What a final response other than 2xx means to the caller (RFC 3261 §21)."""
    if sip_code in _CAUSES:
        return _CAUSES[sip_code]
    return Cause.CONGESTION if 500 <= sip_code <= 599 else Cause.ERROR


def checked_target(target: str) -> str:
    """`target` if it is a plain `sip:user@host[:port][;transport=udp|tcp]`, else SwitchRefused."""
    if not _TARGET.fullmatch(target):
        raise SwitchRefused(f"not a SIP address that may be dialled: {target!r}")
    return target


def checked_caller_id(caller_id: str) -> str:
    """A user part that may stand in From; empty means withheld."""
    if not _CALLER_ID.fullmatch(caller_id):
        raise SwitchRefused("a caller id holds letters, digits and + * # _ . - only")
    return caller_id


def checked_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Headers of our own (`X-…`) and a few harmless ones; no line break, no control character."""
    for name, value in headers.items():
        if not _HEADER_NAME.fullmatch(name):
            raise SwitchRefused(f"the header {name!r} may not be set")
        if not _HEADER_VALUE.fullmatch(value):
            raise SwitchRefused(f"the header {name} holds more than plain ASCII text")
    return dict(headers)
