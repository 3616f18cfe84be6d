"""Checks of network ports: whether we can have them, who has them, who can reach them."""

from __future__ import annotations

import errno
import ipaddress
import re
import socket
from collections.abc import Iterator
from pathlib import Path

from wardbell.doctor.finding import Finding, error, ok, warning

UDP, TCP = "udp", "tcp"
_KINDS = {UDP: socket.SOCK_DGRAM, TCP: socket.SOCK_STREAM}
_OURS = re.compile(r"(^|[ /])wardbell(\.cli)? (.* )?run( |$)|-m ivr\.switch\.worker")
_LISTENING = "0A"  # the kernel's number for the state LISTEN


def port(what: str, host: str, number: int, kind: str) -> Iterator[Finding]:
    """Whether `what` can listen on this port of this machine. Nothing is sent."""
    where = f"{what} port {host}:{number}/{kind}"
    if number > 65535:
        yield error(f"{where} does not exist", "use a lower port, or fewer workers")
        return
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, _KINDS[kind]) as trial:
        if kind == TCP:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # old connections are no obstacle
        try:
            trial.bind((host, number))
            if kind == TCP:
                trial.listen(1)
        except OSError as refused:
            yield _refused(where, number, kind, refused)
        else:
            yield ok(f"{where} is free")


def _refused(where: str, number: int, kind: str, refused: OSError) -> Finding:
    if refused.errno == errno.EADDRINUSE:
        holder = holder_of(number, kind)
        if _OURS.search(holder):
            return ok(f"{where} is in use by Wardbell itself")
        return error(
            f"{where} is taken by {holder or 'another program'}",
            "stop that program, or give Wardbell another port in wardbell.toml",
        )
    if refused.errno == errno.EADDRNOTAVAIL:
        return error(f"{where}: this machine has no such address", "correct the host in wardbell.toml")
    if refused.errno == errno.EACCES:
        return error(f"{where} may only be opened by root", "use a port from 1024 up")
    return error(f"{where}: {refused.strerror or refused}", "correct the host in wardbell.toml")


def holder_of(number: int, kind: str, proc: Path = Path("/proc")) -> str:
    """The command line of the process that listens there, or empty when it cannot be seen (only root sees all)."""
    sockets = set()
    for table in (proc / "net" / kind, proc / "net" / f"{kind}6"):
        for line in _lines(table)[1:]:
            fields = line.split()
            if int(fields[1].rpartition(":")[2], 16) == number and (kind == UDP or fields[3] == _LISTENING):
                sockets.add(f"socket:[{fields[9]}]")
    for process in proc.glob("[0-9]*"):
        try:
            if any(str(link.readlink()) in sockets for link in (process / "fd").iterdir()):
                return (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
        except OSError:
            continue  # not ours to look at, or gone by now
    return ""


def _lines(table: Path) -> list[str]:
    try:
        return table.read_text().splitlines()
    except OSError:
        return []


def sip_reach(host: str) -> Iterator[Finding]:
    """Who can reach the SIP port."""
    if is_loopback(host):
        yield ok("SIP: only this machine can call (sip.host is loopback)")
    else:
        yield warning(
            f"SIP: {host} can be reached from the network",
            "let only the PBX or the SBC through the firewall; never open it to the Internet",
        )


def hl7_reach(host: str, peers: tuple[str, ...]) -> Iterator[Finding]:
    """Who can send HL7 messages: MLLP has no passwords."""
    if is_loopback(host):
        yield ok("HL7: only this machine can send messages (hl7.host is loopback)")
    elif peers:
        yield ok(f"HL7: {host} takes messages from {', '.join(peers)} only")
    else:
        yield warning(
            f"HL7: whoever reaches {host} can raise alerts",
            'name the hospital systems in wardbell.toml: [hl7] peers = ["10.1.2.3"]',
        )


def console_reach(host: str, tls: bool) -> Iterator[Finding]:
    """Who can reach the console, and whether passwords cross the network in the clear."""
    if is_loopback(host):
        yield ok("console: only this machine reaches it (web.host is loopback)")
    elif tls:
        yield ok(f"console: {host} speaks TLS, or the proxy before it does")
    else:
        yield warning(
            f"console: {host} speaks plain HTTP: passwords cross the network in the clear",
            "set [web] certificate, or let a proxy speak TLS and set [web] public (docs/console.md)",
        )


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches `host`."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
