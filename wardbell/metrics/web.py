"""Requests measured, and the port of the metrics themselves."""

from __future__ import annotations

import time
from threading import Thread
from wsgiref.simple_server import WSGIServer

from prometheus_client import start_http_server
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from twisted.logger import Logger

from wardbell.metrics.metrics import Metrics

log = Logger()


class MeasuredWeb:
    """An application, measured by its side (`api`, `static`, `console`) and the class of the status."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As ASGI wants it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.monotonic()

        async def sends(message: Message) -> None:
            if message["type"] == "http.response.start":
                status = f"{message['status'] // 100}xx"
                self._metrics.web.labels(_side(scope["path"]), status).observe(time.monotonic() - began)
            await send(message)

        await self._app(scope, receive, sends)


def _side(path: str) -> str:
    if path.startswith("/api/"):
        return "api"
    return "static" if path.startswith("/static/") else "console"


class MetricsPort:
    """Serves the metrics on a port of their own, to whoever reaches it: loopback unless set otherwise."""

    def __init__(self, metrics: Metrics, host: str, port: int) -> None:
        self._metrics = metrics
        self._host = host
        self._port = port
        self._served: tuple[WSGIServer, Thread] | None = None

    @property
    def port(self) -> int:
        """The port in use, once it was started."""
        assert self._served is not None
        return int(self._served[0].server_port)

    def start(self) -> None:
        """Serve from now on. A taken port is told and keeps nobody from being called."""
        try:
            self._served = start_http_server(self._port, self._host, self._metrics.registry)
        except OSError as taken:
            log.error("no metrics on {host}:{port}: {taken}", host=self._host, port=self._port, taken=taken.strerror)
            return
        log.info("metrics: http://{host}:{port}/metrics", host=self._host, port=self.port)

    def stop(self) -> None:
        """Serve no more."""
        if self._served is not None:
            server, thread = self._served
            server.shutdown()
            server.server_close()
            thread.join(2)
