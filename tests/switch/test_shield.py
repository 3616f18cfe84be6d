"""A SIP INFO of one bare line aborts PJSIP; it is blanked in memory before PJSIP reads it."""

from __future__ import annotations

import ctypes

import pytest

from ivr.switch.worker.shield import STRUCT, disarm, is_harmless

HEAD = b"INFO sip:8000@127.0.0.1 SIP/2.0\r\nContent-Type: application/dtmf-relay\r\nContent-Length: 8\r\n\r\n"


@pytest.mark.parametrize(
    ("body", "harmless"),
    [
        (b"", True),
        (b"Signal=5\r\nDuration=160\r\n", True),
        (b"Signal=5\r\n", True),
        (b"Signal=5", False),
        (b"Signal=5\r", False),
        (b"Signal=5\n", False),
        (b"\r\nSignal=5", False),
        (b"\0\0\0", False),
    ],
)
def test_which_bodies_are_dangerous(body: bytes, harmless: bool) -> None:
    assert is_harmless(HEAD + body) is harmless


def test_only_the_body_is_blanked() -> None:
    message = HEAD + b"Signal=5"
    memory = ctypes.create_string_buffer(b"x" * 320 + message + b"y" * STRUCT)
    disarm(ctypes.addressof(memory), message)
    assert memory.raw[: 320 + len(HEAD) + 9] == b"x" * 320 + HEAD + b" " * 8 + b"y"


def test_nothing_is_touched_when_the_message_is_not_there() -> None:
    memory = ctypes.create_string_buffer(b"x" * 320 + HEAD + b"Signal=6" + b"y" * STRUCT)
    before = memory.raw
    disarm(ctypes.addressof(memory), HEAD + b"Signal=5")
    assert memory.raw == before
