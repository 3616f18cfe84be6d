"""Keeps strangers out of a UDP socket: the kernel drops what does not come from those who are let in.

A classic BPF program on the socket (`SO_ATTACH_FILTER`, Linux, no rights needed) reads the source of every datagram
before anybody else does, so what is dropped costs this process nothing. Who is let in is for `party.py`.
"""

from __future__ import annotations

import ctypes
import socket
import struct
from functools import lru_cache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

    Source: TypeAlias = tuple[str, int]
    """An address, empty for every one, and a port, 0 for every one."""

_ATTACH_FILTER = 26
_DETACH_FILTER = 27
_MEMINFO = 55
_DROPS = 8
"""Place of the datagrams that were dropped in what SO_MEMINFO tells."""

_LOAD_WORD, _LOAD_HALF, _IF_EQUAL, _RETURN = 0x20, 0x28, 0x15, 0x06
_NETWORK = 0xFFF00000
"""SKF_NET_OFF: from here on offsets count from the IP header. Without it they count from the UDP header."""


def let_in(door: socket.socket, sources: tuple[Source, ...]) -> None:
    """From now on only datagrams of `sources` come in; of none of them when there are none. OSError when this kernel
    cannot do that."""
    program = _program(sources, ":" in door.getsockname()[0])  # quicker than door.family, and this runs for every call
    kept = ctypes.create_string_buffer(program, len(program))
    told = struct.pack("@HP", len(program) // 8, ctypes.addressof(kept))
    door.setsockopt(socket.SOL_SOCKET, _ATTACH_FILTER, told)


def open_to_all(door: socket.socket) -> None:
    """From now on everything comes in."""
    door.setsockopt(socket.SOL_SOCKET, _DETACH_FILTER, 0)


def kept_out(door: socket.socket) -> int:
    """How many datagrams were dropped so far; 0 when this kernel does not tell."""
    try:
        told = door.getsockopt(socket.SOL_SOCKET, _MEMINFO, 36)
    except OSError:
        return 0
    return int(struct.unpack_from("@I", told, 4 * _DROPS)[0]) if len(told) >= 36 else 0


@lru_cache(maxsize=64)
def _program(sources: tuple[Source, ...], is_ipv6: bool) -> bytes:
    family, at = (socket.AF_INET6, 8) if is_ipv6 else (socket.AF_INET, 12)
    program: list[bytes] = []
    for address, port in sources:
        if address and (":" in address) != is_ipv6:
            continue  # nothing from there can come in here
        checks: list[tuple[int, int, int]] = []  # what to load, from where, what it must be
        if address:
            words = struct.unpack(f"!{4 if is_ipv6 else 1}I", socket.inet_pton(family, address))
            checks += [(_LOAD_WORD, _NETWORK + at + 4 * n, word) for n, word in enumerate(words)]
        if port:
            checks.append((_LOAD_HALF, 0, port))
        for n, (load, where, wanted) in enumerate(checks):
            to_next_source = 2 * (len(checks) - n - 1) + 1
            program += [_step(load, 0, where), _step(_IF_EQUAL, to_next_source, wanted)]
        program.append(_step(_RETURN, 0, 0xFFFF))
    return b"".join([*program, _step(_RETURN, 0, 0)])


def _step(what: int, skip_unless: int, value: int) -> bytes:
    return struct.pack("@HBBI", what, 0, skip_unless, value)
