"""The console's own thread: uvicorn on a socket that is bound before, so that a taken port is told in a sentence."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp
from twisted.logger import Logger

from web.errors import WebError

log = Logger()

PATIENCE = 2
"""Seconds that requests in progress get at the end."""
AT_ONCE = 2_000
"""Connections; more are turned away with 503."""


class CannotServe(WebError):
    """The console cannot be served there; the message says why."""


@dataclass(frozen=True, slots=True)
class Listens:
    """Where and how the console listens."""

    host: str
    port: int
    """0: any that is free."""
    certificate: Path | None = None
    """PEM, with the chain; with it the console speaks TLS."""
    key: Path | None = None
    proxies: Sequence[str] = ()
    """Addresses and networks whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed."""


class WebServer:
    """Serves one application from a thread. `start` raises `CannotServe`."""

    def __init__(self, app: ASGIApp, listens: Listens) -> None:
        self._listens = listens
        self._server = uvicorn.Server(_config(app, listens))
        self._thread = threading.Thread(target=self._serve, name="web", daemon=True)
        self._socket: socket.socket | None = None

    @property
    def port(self) -> int:
        """The port in use, once it has been started."""
        assert self._socket is not None
        return int(self._socket.getsockname()[1])

    def start(self) -> None:
        """Bind, and serve from now on."""
        host, port = self._listens.host, self._listens.port
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        try:
            self._server.config.load()
        except (OSError, ssl.SSLError) as wrong:
            raise CannotServe(f"the certificate {self._listens.certificate} cannot be used: {wrong}") from wrong
        try:
            self._socket = socket.create_server((host, port), family=family, backlog=256)
        except OSError as wrong:
            raise CannotServe(f"cannot listen on {host}:{port}: {wrong.strerror or wrong}") from wrong
        self._thread.start()

    def stop(self) -> None:
        """Take no more requests, let those in progress end. Blocks for some seconds at most."""
        self._server.should_exit = True
        if self._thread.is_alive():
            self._thread.join(PATIENCE + 2)
        if self._socket is not None:
            self._socket.close()

    def _serve(self) -> None:
        try:
            self._server.run(sockets=[self._socket] if self._socket is not None else None)
        except Exception:  # noqa: BLE001 - the thread's end; calls go on without the console
            log.failure("the console has stopped")


def _config(app: ASGIApp, listens: Listens) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=True,
        timeout_graceful_shutdown=PATIENCE,
        limit_concurrency=AT_ONCE,
        h11_max_incomplete_event_size=65_536,
        proxy_headers=bool(listens.proxies),
        forwarded_allow_ips=list(listens.proxies),
        ssl_certfile=listens.certificate,
        ssl_keyfile=listens.key,
    )
