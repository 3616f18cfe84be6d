"""A little HTTP server that receives webhooks, well or badly."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SECRET = "whsec_" + "QUJDREVGR0hJSktMTU5PUFFSU1RVVldY"
NEXT_SECRET = "whsec_" + "WVhXVlVUU1JRUE9OTUxLSklIR0ZFRENC"


@dataclass
class Got:
    """One request."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """`does` answers a request: give a status, or break the rules on the connection itself and give 0."""

    does: Callable[[BaseHTTPRequestHandler], int] = lambda request: 204
    got: list[Got] = field(default_factory=list)

    def __post_init__(self) -> None:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                outer.got.append(Got(self.path, {k.lower(): v for k, v in self.headers.items()}, body))
                status = outer.does(self)
                if status:
                    self.send_response(status)
                    if 300 <= status < 400:
                        self.send_header("location", f"http://127.0.0.1:{outer.port}/elsewhere")
                    self.send_header("content-length", "4")
                    self.end_headers()
                    self.wfile.write(b"well")

            def log_message(self, format: str, *args: object) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.over = threading.Event()
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook?from=wardbell"

    def close(self) -> None:
        self.over.set()
        self._server.shutdown()
        self._server.server_close()

    # Ways to do badly

    def hangs(self, request: BaseHTTPRequestHandler) -> int:
        """Says nothing until the test is over."""
        self.over.wait(30)
        return 0

    def trickles(self, request: BaseHTTPRequestHandler) -> int:
        """A byte now and then, for ever: no single wait is long."""
        request.wfile.write(b"HTTP/1.1 200 OK\r\nx-slow: ")
        while not self.over.is_set():
            try:
                request.wfile.write(b"a")
            except OSError:
                break
            time.sleep(0.02)
        return 0

    def closes(self, request: BaseHTTPRequestHandler) -> int:
        """Breaks the connection off."""
        request.connection.shutdown(socket.SHUT_RDWR)
        return 0

    def babbles(self, request: BaseHTTPRequestHandler) -> int:
        """Answers what is not HTTP."""
        request.wfile.write(b"220 mail.example ESMTP\r\n")
        request.connection.shutdown(socket.SHUT_RDWR)
        return 0
