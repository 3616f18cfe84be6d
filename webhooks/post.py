"""One message sent to one target over HTTP, and what came of it. Blocks; any thread may.

The name is resolved once, the connection goes to an address that the settings allow, and a redirect is an answer like
any other: it is not followed.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from webhooks.address import Address, allowed
from webhooks.target import Target

DEADLINE = 10.0
"""Seconds for the whole of it, after the name was resolved."""
READ = 200
"""Bytes of an answer that are looked at."""

Resolve = Callable[[str, int], list[str]]


@dataclass(frozen=True, slots=True)
class Answer:
    """`status` of the HTTP answer, 0 when there was none; `said`: what was wrong, empty when all is well."""

    status: int
    said: str = ""
    seconds: float = 0.0

    @property
    def well(self) -> bool:
        """Whether the target has the message."""
        return 200 <= self.status < 300

    @property
    def gone(self) -> bool:
        """Whether the target wants no message any more."""
        return self.status == http.client.GONE


def resolve(host: str, port: int) -> list[str]:
    """The addresses of a name. Raises `OSError`."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def post(
    target: Target, body: str, headers: Mapping[str, str], deadline: float = DEADLINE, names: Resolve = resolve
) -> Answer:
    """Send it. Whatever happens there is an answer."""
    parts = target.place
    host, secure = parts.hostname or "", parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    began = time.monotonic()
    try:
        found = names(host, port)
    except (OSError, UnicodeError) as unknown:
        return Answer(0, f"{host} has no address: {unknown}"[:READ])
    there = allowed(found, target.reach)
    if not there:
        at = ", ".join(dict.fromkeys(found))
        return Answer(0, f"{host} is at {at}; this webhook may only reach {target.reach}"[:READ])
    try:
        tls = _tls(target) if secure else None
    except OSError as wrong:
        return Answer(0, f"{target.ca_file}: {wrong.strerror or wrong}"[:READ])
    connection = _Connection(host, port, there, tls, deadline)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    late = threading.Timer(deadline, connection.cut)
    late.daemon = True
    late.start()
    try:
        connection.request("POST", path, body.encode(), dict(headers))
        answer = connection.getresponse()
        if connection.was_cut:  # what was cut off in its headers looks like an answer
            raise TimeoutError
        said = "" if 200 <= answer.status < 300 else _told(answer)
        return Answer(answer.status, said, time.monotonic() - began)
    except (OSError, http.client.HTTPException) as wrong:
        late_one = connection.was_cut or isinstance(wrong, TimeoutError)
        why = f"no answer within {deadline:g} s" if late_one else str(wrong) or type(wrong).__name__
        return Answer(0, why[:READ], time.monotonic() - began)
    finally:
        late.cancel()
        connection.close()


class _Connection(http.client.HTTPConnection):
    """To one of these addresses, whatever the name means by now. `cut` ends it, from any thread."""

    def __init__(self, host: str, port: int, there: list[Address], tls: ssl.SSLContext | None, timeout: float) -> None:
        super().__init__(host, port, timeout=timeout)
        self.default_port = 443 if tls is not None else 80
        self._there = there
        self._tls = tls
        self._seconds = timeout
        self.was_cut = False

    def connect(self) -> None:
        """As `HTTPConnection.connect`: the first address that answers."""
        for address in self._there:
            try:
                self.sock = socket.create_connection((str(address), self.port), self._seconds)
                break
            except OSError:
                if address == self._there[-1] or self.was_cut:
                    raise
        if self._tls is not None:
            self.sock = self._tls.wrap_socket(self.sock, server_hostname=self.host, do_handshake_on_connect=False)
            self.sock.do_handshake()

    def cut(self) -> None:
        """It takes too long."""
        self.was_cut = True
        if self.sock is not None:
            try:
                socket.socket.shutdown(self.sock, socket.SHUT_RDWR)  # not TLS's own: that would wait for the other side
            except OSError:
                return  # it ended by itself


def _tls(target: Target) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(target.ca_file) if target.ca_file is not None else None)


def _told(answer: http.client.HTTPResponse) -> str:
    if 300 <= answer.status < 400:
        return f"{answer.status}: a redirect, which is not followed"
    body = answer.read(READ).decode("utf-8", "replace")
    return " ".join(f"{answer.status} {answer.reason}: {body}".split())[:READ].rstrip(": ")
