"""Ports for tests. Somebody else may take one before it is used: whoever asks tries again then."""

from __future__ import annotations

import random
import socket


def free_port(count: int = 1, kind: int = socket.SOCK_DGRAM) -> int:
    """A UDP (or other) port that nobody holds now, with `count - 1` free ones after it."""
    while True:
        taken: list[socket.socket] = []
        try:
            first = socket.socket(socket.AF_INET, kind)
            taken.append(first)
            first.bind(("127.0.0.1", 0))
            port = int(first.getsockname()[1])
            for next_port in range(port + 1, port + count):
                taken.append(socket.socket(socket.AF_INET, kind))
                taken[-1].bind(("127.0.0.1", next_port))
        except (OSError, OverflowError):
            continue
        finally:
            for one in taken:
                one.close()
        return port


def quiet_port() -> int:
    """A port, UDP and TCP, that nobody holds and that the system does not hand out to others by itself."""
    while True:
        port = random.randrange(7000, 30000, 2)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp, socket.socket() as tcp:
            try:
                udp.bind(("127.0.0.1", port))
                tcp.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
