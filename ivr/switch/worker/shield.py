"""Takes the sting out of a SIP INFO that would bring PJSIP down.

PJSIP (seen in 2.15.1, the code of 2.17 is the same) reads the keys of `application/dtmf-relay` as if the first line
of the body always ended in CRLF. A body of one bare line makes a length negative: a build with assertions, as the
published wheel is, aborts, and every call of the worker with it. pjsua2 shows the request before PJSIP reads it, so
such a body is blanked where it lies in memory. The key in it is not lost: `keys.py` has read it by then.
"""

from __future__ import annotations

import ctypes
import re

STRUCT = 4300
"""Bytes that a pjsip_rx_data has at least: its packet buffer alone has 4,000, in the struct itself."""
HARMLESS = re.compile(rb"[^\r\n]+\r\n")


def is_harmless(message: bytes) -> bool:
    """Does the body begin with a line that ends in CRLF, or is there none?"""
    body = message.partition(b"\r\n\r\n")[2]
    return not body or HARMLESS.match(body) is not None


def disarm(received: int, message: bytes) -> None:
    """Blank the body of `message`, which lies within the pjsip_rx_data at the address `received`.

    Nothing is written unless the whole message is found there.
    """
    head, between, body = message.partition(b"\r\n\r\n")
    at = ctypes.string_at(received, STRUCT).find(message[:64])
    if at >= 0 and ctypes.string_at(received + at, len(message)) == message:
        ctypes.memset(received + at + len(head) + len(between), ord(" "), len(body))
