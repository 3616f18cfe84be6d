"""The connections to PostgreSQL that there are. A server that is there and says nothing keeps a thread for ever: the
connection is cut under it, when nothing else helps."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
from collections.abc import Iterator
from weakref import WeakSet

import psycopg
from sqlalchemy import Engine, event


class OpenConnections:
    """Those of one engine; none for SQLite, which answers or fails by itself."""

    def __init__(self, engine: Engine) -> None:
        self._open: WeakSet[psycopg.Connection] = WeakSet()
        self.are_cut = False
        if engine.dialect.name == "postgresql":
            event.listen(engine, "connect", lambda connection, _: self._open.add(connection))

    @contextlib.contextmanager
    def cut_after(self, seconds: float) -> Iterator[None]:
        """Cut what is still waited for after this many seconds."""
        late = threading.Timer(seconds, self._cut)
        late.start()
        try:
            yield
        finally:
            late.cancel()

    def _cut(self) -> None:
        self.are_cut = True
        for connection in list(self._open):
            with contextlib.suppress(OSError, psycopg.Error), _wire_of(connection) as wire:  # or it is closed already
                wire.shutdown(socket.SHUT_RDWR)


def _wire_of(connection: psycopg.Connection) -> socket.socket:
    return socket.socket(fileno=os.dup(connection.fileno()))
