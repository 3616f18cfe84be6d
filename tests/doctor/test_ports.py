"""The doctor looks at ports that are really free, taken or impossible."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from wardbell.doctor import ports
from wardbell.doctor.finding import Level

KINDS = {"udp": socket.SOCK_DGRAM, "tcp": socket.SOCK_STREAM}


@contextmanager
def taken(kind: str) -> Iterator[int]:
    with socket.socket(socket.AF_INET, KINDS[kind]) as held:
        held.bind(("127.0.0.1", 0))
        if kind == "tcp":
            held.listen()
        yield held.getsockname()[1]


@pytest.mark.parametrize("kind", ["udp", "tcp"])
def test_a_taken_port_is_an_error_that_names_who_has_it(kind: str) -> None:
    with taken(kind) as number:
        (found,) = ports.port("SIP", "127.0.0.1", number, kind)
    assert found.level is Level.ERROR
    us = Path("/proc/self/cmdline").read_bytes().split(b"\0")[0].decode()
    assert us in found.what
    assert "another port" in found.advice


@pytest.mark.parametrize("kind", ["udp", "tcp"])
def test_a_free_port_is_well_and_stays_free(kind: str) -> None:
    with taken(kind) as number:
        pass
    assert [found.level for found in ports.port("SIP", "127.0.0.1", number, kind)] == [Level.OK]
    assert [found.level for found in ports.port("SIP", "127.0.0.1", number, kind)] == [Level.OK]


def test_an_address_of_another_machine_is_an_error() -> None:
    (found,) = ports.port("SIP", "192.0.2.1", 5060, "udp")
    assert (found.level, found.advice) == (Level.ERROR, "correct the host in wardbell.toml")


def test_a_number_that_is_no_port_is_an_error() -> None:
    assert [found.level for found in ports.port("SIP", "127.0.0.1", 65536, "udp")] == [Level.ERROR]


def test_nobody_holds_a_port_that_is_free() -> None:
    with taken("tcp") as number:
        assert ports.holder_of(number, "udp") == ""


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.0.1", "::1", "localhost"])
def test_loopback_is_safe(host: str) -> None:
    assert [found.level for found in (*ports.sip_reach(host), *ports.hl7_reach(host, ()))] == [Level.OK, Level.OK]


@pytest.mark.parametrize("host", ["0.0.0.0", "10.0.0.5", "::"])
def test_an_open_address_is_a_risk(host: str) -> None:
    assert [found.level for found in ports.sip_reach(host)] == [Level.WARNING]
    assert [found.level for found in ports.hl7_reach(host, ())] == [Level.WARNING]
    assert [found.level for found in ports.hl7_reach(host, ("10.0.0.9",))] == [Level.OK]


@pytest.mark.parametrize(
    ("host", "tls", "level"),
    [("127.0.0.1", False, Level.OK), ("10.1.2.3", True, Level.OK), ("10.1.2.3", False, Level.WARNING)],
)
def test_a_console_in_the_clear_is_told(host: str, tls: bool, level: Level) -> None:
    assert [found.level for found in ports.console_reach(host, tls)] == [level]
