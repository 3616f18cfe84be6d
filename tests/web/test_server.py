"""The console on a real socket: where it listens, whom it believes, and how it ends."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from web.server import CannotServe, Listens, WebServer


async def who_asks(scope: Scope, receive: Receive, send: Send) -> None:
    """An application that says who it thinks is asking."""
    if scope["type"] == "http":
        request = Request(scope)
        told = f"{request.client.host if request.client else ''} by {request.url.scheme}"
        await PlainTextResponse(told)(scope, receive, send)


@contextmanager
def serving(listens: Listens) -> Iterator[str]:
    server = WebServer(who_asks, listens)
    server.start()
    try:
        yield f"{'https' if listens.certificate else 'http'}://127.0.0.1:{server.port}/"
    finally:
        server.stop()


def test_it_serves_from_its_own_thread_and_ends() -> None:
    with serving(Listens("127.0.0.1", 0)) as address:
        assert httpx2.get(address).text == "127.0.0.1 by http"
    with pytest.raises(httpx2.ConnectError):
        httpx2.get(address)


def test_a_taken_port_is_told_in_a_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(CannotServe, match=f"cannot listen on 127.0.0.1:{port}: Address already in use"):
            WebServer(who_asks, Listens("127.0.0.1", port)).start()


def test_an_address_of_another_machine_is_told() -> None:
    with pytest.raises(CannotServe, match=r"192\.0\.2\.1"):
        WebServer(who_asks, Listens("192.0.2.1", 0)).start()


@pytest.mark.parametrize(
    ("proxies", "told"),
    [
        (("127.0.0.1",), "10.9.8.7 by https"),
        ((), "127.0.0.1 by http"),
        (("10.0.0.0/8",), "127.0.0.1 by http"),
    ],
)
def test_only_the_named_proxies_are_believed(proxies: tuple[str, ...], told: str) -> None:
    forwarded = {"X-Forwarded-For": "10.9.8.7", "X-Forwarded-Proto": "https"}
    with serving(Listens("127.0.0.1", 0, proxies=proxies)) as address:
        assert httpx2.get(address, headers=forwarded).text == told


def test_with_a_certificate_it_speaks_tls(tmp_path: Path) -> None:
    both = tmp_path / "line.pem"
    made = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    made += ["-days", "2", "-subj", "/CN=line", "-keyout", str(both), "-out", str(tmp_path / "certificate.pem")]
    subprocess.run(made, check=True, capture_output=True)
    both.write_text(both.read_text() + (tmp_path / "certificate.pem").read_text())
    with serving(Listens("127.0.0.1", 0, certificate=both)) as address:
        assert httpx2.get(address, verify=False).text == "127.0.0.1 by https"


def test_a_certificate_that_is_none_is_told(tmp_path: Path) -> None:
    (tmp_path / "line.pem").write_text("nothing of the kind")
    with pytest.raises(CannotServe, match=r"line\.pem cannot be used"):
        WebServer(who_asks, Listens("127.0.0.1", 0, certificate=tmp_path / "line.pem")).start()
