"""Sends HL7 messages over MLLP and reads the answers: for trying an interface out, and for tests.

A plain blocking socket; it's a tool beside the engine, not part of it. Lines of the file may end as
they like; each `MSH` begins a message.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator

START, END, CARRIAGE_RETURN = b"\x0b", b"\x1c", b"\r"
LONGEST = 1_048_576


class SendFailed(Exception):
    """The message was not answered."""


def messages_of(data: bytes, control_id: str = "") -> list[bytes]:
    """The messages in a file, segments ended by carriage returns; `control_id` replaces MSH-10 (with -2, -3, ...)."""
    lines = [line for line in data.replace(b"\r\n", b"\r").replace(b"\n", b"\r").split(b"\r") if line.strip()]
    messages: list[list[bytes]] = []
    for line in lines:
        if line.startswith(b"MSH") or not messages:
            messages.append([])
        messages[-1].append(line)
    if control_id:
        for number, segments in enumerate(messages, 1):
            segments[0] = _with_control_id(segments[0], control_id if number == 1 else f"{control_id}-{number}")
    return [b"".join(segment + CARRIAGE_RETURN for segment in segments) for segments in messages]


def _with_control_id(header: bytes, control_id: str) -> bytes:
    separator = header[3:4]
    fields = header.split(separator)
    if len(fields) > 9:
        fields[9] = control_id.encode("ascii")
    return separator.join(fields)


def send(host: str, port: int, messages: list[bytes], timeout: float = 10.0) -> Iterator[bytes]:
    """Send one after the other on one connection; each answer as it comes. Raises `SendFailed`."""
    try:
        with socket.create_connection((host, port), timeout) as connection:
            buffer = b""
            for message in messages:
                connection.sendall(START + message + END + CARRIAGE_RETURN)
                while END not in buffer:
                    received = connection.recv(65_536)
                    if not received or len(buffer) > LONGEST:
                        raise SendFailed(f"{host}:{port} closed the connection without an answer")
                    buffer += received
                answer, _, buffer = buffer.partition(END)
                yield answer.lstrip(START + b"\r\n")
    except OSError as wrong:
        raise SendFailed(f"{host}:{port}: {wrong}") from wrong
