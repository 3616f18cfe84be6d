"""Sends HL7 messages over MLLP and reads the answers: for trying an interface out, and for tests.

A plain blocking socket; it's a tool beside the engine, not part of it. What is in the file is what is sent, byte for
byte: blank lines and line ends too, for these are what one wants to try out.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator

START, END, CARRIAGE_RETURN = b"\x0b", b"\x1c", b"\r"
LONGEST = 1_048_576

_NEXT = re.compile(rb"(?<=[\r\n])(?=MSH[^\w\s])")
_HEADER = re.compile(rb"(?:(?<=[\x0b\r\n])|\A)MSH[^\w\s][^\r\n]*")


class SendFailed(Exception):
    """The message was not answered."""


def frames_of(data: bytes, control_id: str = "") -> list[bytes]:
    """What goes over the wire for a file: each message (it begins with MSH) in a frame of its own.

    A file that holds frames already (0x0B, 0x1C) is sent as it is. `control_id` replaces MSH-10 (with -2, -3, ...).
    """
    if control_id:
        data = _with_control_ids(data, control_id)
    if START in data or END in data:
        return [data]
    first, *others = _NEXT.split(data)
    if others and b"MSH" not in first:  # what stands before the first message goes with it
        others[0] = first + others[0]
        first, *others = others
    return [framed(message) for message in (first, *others)]


def framed(message: bytes) -> bytes:
    """One message in its frame, byte for byte."""
    return START + message + END + CARRIAGE_RETURN


def _with_control_ids(data: bytes, control_id: str) -> bytes:
    number = 0

    def put(found: re.Match[bytes]) -> bytes:
        nonlocal number
        number += 1
        header = found[0]
        fields = header.split(header[3:4])
        if len(fields) > 9:
            fields[9] = (control_id if number == 1 else f"{control_id}-{number}").encode("ascii", "replace")
        return header[3:4].join(fields)

    return _HEADER.sub(put, data)


def send(host: str, port: int, frames: list[bytes], timeout: float = 15.0) -> Iterator[bytes]:
    """Send one after the other on one connection; each answer as it comes. Raises `SendFailed`."""
    try:
        with socket.create_connection((host, port), timeout) as connection:
            buffer = b""
            for frame in frames:
                connection.sendall(frame)
                for _ in range(max(1, frame.count(END + CARRIAGE_RETURN))):
                    while END not in buffer:
                        received = connection.recv(65_536)
                        if not received or len(buffer) > LONGEST:
                            raise SendFailed(f"{host}:{port} closed the connection without an answer")
                        buffer += received
                    answer, _, buffer = buffer.partition(END)
                    yield answer.lstrip(START + b"\r\n")
    except OSError as wrong:
        raise SendFailed(f"{host}:{port}: {wrong}") from wrong
