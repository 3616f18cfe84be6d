"""The engine as a worker sees it: the socket to it, what it asked and still waits for, and what is on the way to it.

What it may ask is for `requests.py`, and carrying that out for the calls.
"""

from __future__ import annotations

import os
import select
import socket
import threading
import time

from ivr.switch.worker import boxes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ivr.switch import wire
    from ivr.switch.wire import Fields, Message

FAREWELL = 1.5
"""s for BYE and its answer when the engine is gone; the process must be gone in 2."""


class Engine:
    """Of one worker."""

    def __init__(self, end: socket.socket) -> None:
        self._socket = end
        self._reader = boxes.Reader()
        self._outbox: list[bytes] = []
        self._asks: set[bytes] = set()
        """Requests without an answer yet. A second answer would cost the link, and with it every call."""

    @property
    def descriptor(self) -> int:
        """Of the socket, to be polled."""
        return self._socket.fileno()

    def asked(self, ask: bytes) -> None:
        """A request that is owed an answer from now on."""
        self._asks.add(ask)

    def tell(self, message: Message, **fields: wire.Value) -> None:
        """An event."""
        self._outbox.append(boxes.write({b"_command": message.command, **message.pack(fields)}))

    def answer(self, ask: bytes, message: Message, fields: Fields) -> None:
        """A request has been met."""
        if ask not in self._asks:
            return
        self._asks.remove(ask)
        self._outbox.append(boxes.write({b"_answer": ask, **message.pack_answer(fields)}))

    def refuse(self, ask: bytes, code: str, why: str) -> None:
        """A request cannot be met; `code` is one of wire's error codes."""
        if ask not in self._asks:
            return
        self._asks.remove(ask)
        self._outbox.append(
            boxes.write({b"_error": ask, b"_error_code": code.encode(), b"_error_description": why.encode()[:1000]})
        )

    def send(self) -> None:
        """All that is on the way."""
        if self._outbox:
            out = b"".join(self._outbox)
            self._outbox.clear()
            try:
                while out:
                    try:
                        out = out[self._socket.send(out) :]
                    except BlockingIOError:
                        select.select([], [self._socket], [])
            except OSError:
                return  # reading notices, and the worker says farewell

    def read(self, received: bytes) -> list[boxes.Box] | None:
        """What came over the socket as boxes; None when the engine is gone."""
        try:
            found = self._reader.feed(received)
        except boxes.BadBox:
            return None
        return found if received else None

    def watch(self) -> None:
        """The process is gone soon after the engine, even if the owner's thread hangs."""
        threading.Thread(target=self._watch, daemon=True).start()

    def _watch(self) -> None:
        watch = select.poll()
        watch.register(self._socket, 0)  # its end is reported whatever was asked for
        watch.poll()
        time.sleep(FAREWELL + 0.4)
        os._exit(1)
