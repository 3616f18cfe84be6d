"""Two hundred requests of nonsense a second, for as long as somebody wants."""

from __future__ import annotations

import contextlib
import itertools
import socket
import threading
from collections.abc import Iterator

THREADS, EACH = 8, 25
"""Senders, and requests a second of each."""
RAW = (
    b"GET /calls?sort=';-- HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    b"POST /login HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nConnection: close\r\n\r\nname=",
    b"GET /../../etc/passwd HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\nCookie: wardbell=" + b"A" * 43 + b"\r\nConnection: close\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03nonsense",
    b"INVITE sip:1000@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/TCP 127.0.0.1\r\n\r\n",
    b"GET /static/x/" + b"%2e%2e%2f" * 20 + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
)


@contextlib.contextmanager
def nonsense(port: int) -> Iterator[list[int]]:
    """As long as this lasts, somebody talks nonsense to `port`; the list counts it."""
    over, sent = threading.Event(), [0]

    def talk(first: int) -> None:
        for raw in itertools.islice(itertools.cycle(RAW), first, None):
            if over.wait(1 / EACH):
                return
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 2) as wire:
                wire.sendall(raw)
                wire.settimeout(0.5)
                wire.recv(200)
            sent[0] += 1

    threads = [threading.Thread(target=talk, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    try:
        yield sent
    finally:
        over.set()
        for thread in threads:
            thread.join()
