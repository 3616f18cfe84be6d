"""A module of our own inside PJSIP: sees each message before PJSIP's transaction layer does, and what PJSIP drops.

pjsua2 has no word for most of this, so PJSIP's C functions are called by `ctypes`. Of its structures only a few places
are read, the same in 2.15 and 2.17; each is checked before it is used, and where one does not fit (another build)
the message is left to PJSIP, and that is said once. Everything happens in the thread that owns PJSIP, within its poll.
"""

from __future__ import annotations

import ctypes
import socket
import sys

import pjsua2

from ivr.switch.worker import sdp
from ivr.switch.worker.replies import Request

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ivr.switch.worker.connections import Connections

LARGEST = int(getattr(pjsua2, "PJSIP_MAX_PKT_LEN", 4000))
"""Bytes of the largest message that this build takes (`deploy/build-pjsip` writes it down; the wheel does not)."""

# Of pjsip_rx_data (sip_transport.h): the transport, the packet, where it came from, the message in it.
_TRANSPORT = 8
_PACKET = 320
_FROM = (_PACKET + LARGEST + 4 + 7) // 8 * 8 + 8
_FROM_PORT = (_FROM + 28 + 4 + 46 + 3) // 4 * 4
_MESSAGE = (_FROM_PORT + 4 + 7) // 8 * 8

# Of pjsip_transport: what it is and to whom.
_KIND = 80
_REMOTE = 88
TCP_KINDS = {2: 16, 130: 28}
"""pjsip_transport_type_e of TCP over IPv4 and IPv6, and how long an address is."""
_KINDS = {1: 16, 129: 28, **TCP_KINDS}

_BEFORE_TRANSACTIONS = 12
"""Priority of a module between PJSIP_MOD_PRIORITY_TRANSPORT_LAYER (8) and _TSX_LAYER (16)."""
_IGNORED = 70020
"""PJ_EIGNORED: line ends between messages."""
_OVERFLOW = 171062
"""PJSIP_ERXOVERFLOW: a message on TCP that does not fit."""
PING, PONG = b"\r\n\r\n", b"\r\n"
"""RFC 5626 §3.5.1."""

_ON_MESSAGE = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p)
_ON_DROPPED = ctypes.CFUNCTYPE(None, ctypes.c_void_p)
_ON_STATE = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)
_CONNECTED = 0
_GONE = (1, 2, 3)
"""pjsip_transport_state: disconnected, shut down, destroyed."""


class _Module(ctypes.Structure):
    """pjsip_module"""

    _fields_ = (
        ("prev", ctypes.c_void_p),
        ("next", ctypes.c_void_p),
        ("name", ctypes.c_char_p),
        ("name_length", ctypes.c_ssize_t),
        ("id", ctypes.c_int),
        ("priority", ctypes.c_int),
        ("lifecycle", ctypes.c_void_p * 4),
        ("on_rx_request", _ON_MESSAGE),
        ("on_rx_response", _ON_MESSAGE),
        ("on_tx_request", ctypes.c_void_p),
        ("on_tx_response", _ON_MESSAGE),
        ("on_tsx_state", ctypes.c_void_p),
    )


class _Choice(ctypes.Structure):
    """pjsip_tpselector for one transport"""

    _fields_ = (("type", ctypes.c_int), ("no_reuse", ctypes.c_int), ("transport", ctypes.c_void_p))


class Inlet:
    """`judge(request)` gives the answer to a request, b"" to swallow it, None to leave it to PJSIP; `answered(told)`
    hears what PJSIP answers by itself, as it describes it (`Response msg 415/INVITE/cseq=1 (...)`)."""

    def __init__(
        self,
        c: ctypes.CDLL,
        judge: Callable[[Request], bytes | None],
        answered: Callable[[str], None],
        connections: Connections,
        now: Callable[[], float],
    ) -> None:
        self._c = c
        for name in ("pjsua_get_pjsip_endpt", "pjsip_endpt_get_tpmgr"):
            getattr(c, name).restype = ctypes.c_void_p
        c.pjsip_tx_data_get_info.restype = ctypes.c_char_p
        self._judge = judge
        self._answered = answered
        self._connections = connections
        self._now = now
        self._strange = False
        endpoint = ctypes.c_void_p(c.pjsua_get_pjsip_endpt())
        self._transports = ctypes.c_void_p(c.pjsip_endpt_get_tpmgr(endpoint))
        self._module = _Module(
            name=b"mod-wardbell",
            name_length=12,
            id=-1,
            priority=_BEFORE_TRANSACTIONS,
            on_rx_request=_ON_MESSAGE(self._guarded(self._request)),
            on_rx_response=_ON_MESSAGE(self._guarded(self._response)),
            on_tx_response=_ON_MESSAGE(self._guarded(self._sent)),
        )
        self._dropped = _ON_DROPPED(self._guarded(self._drop))
        if c.pjsip_endpt_register_module(endpoint, ctypes.byref(self._module)) != 0:
            self._complain("PJSIP takes no further module")
        c.pjsip_tpmgr_set_drop_data_cb(self._transports, self._dropped)

    def watch_connections(self, told: Callable[[int, bool], None]) -> None:
        """Call `told(handle, is_open)` for TCP connections that come and go. pjsua, which is told of them so far, goes
        on to be."""
        self._c.pjsip_tpmgr_get_state_cb.restype = ctypes.c_void_p
        pjsua = _ON_STATE(self._c.pjsip_tpmgr_get_state_cb(self._transports))

        def changed(transport: int, state: int, about: int) -> None:
            try:
                if state in (_CONNECTED, *_GONE) and ctypes.c_long.from_address(transport + _KIND).value in TCP_KINDS:
                    told(transport, state == _CONNECTED)
            finally:
                pjsua(transport, state, about)

        self._states = _ON_STATE(changed)
        self._c.pjsip_tpmgr_set_state_cb(self._transports, self._states)

    def peer_of(self, handle: int) -> str:
        """The address at the other end of a TCP connection; empty when it is none."""
        length = TCP_KINDS.get(ctypes.c_long.from_address(handle + _KIND).value)
        return _address(handle + _REMOTE)[0] if length else ""

    def close(self, handle: int) -> None:
        """Close a connection."""
        self._c.pjsip_transport_shutdown2(ctypes.c_void_p(handle), 1)

    def _guarded(self, heard: Callable[[int], int]) -> Callable[[int], int]:
        """An exception must not pass through PJSIP's C code."""

        def callback(address: int) -> int:
            try:
                return heard(address) or 0
            except Exception as wrong:  # noqa: BLE001 - told; PJSIP goes on as if we were not here
                self._complain(f"a message is left to PJSIP: {wrong!r}")
                return 0

        return callback

    def _request(self, received: int) -> int:
        transport = ctypes.c_void_p.from_address(received + _TRANSPORT).value or 0
        self._connections.spoke(transport, self._now())
        begins, message = self._bytes(received)
        if not message:
            return 0
        filled = begins + len(message) >= LARGEST - 1
        request = Request(message.decode("utf-8", "surrogateescape"), *_address(received + _FROM), filled=filled)
        answer = self._judge(request)
        if answer is None:
            self._even(received, begins, message)
            return 0
        if answer:
            self._send(transport, received + _FROM, answer)
        return 1

    def _response(self, received: int) -> int:
        self._connections.spoke(ctypes.c_void_p.from_address(received + _TRANSPORT).value or 0, self._now())
        self._even(received, *self._bytes(received))
        return 0

    def _even(self, received: int, begins: int, message: bytes) -> None:
        """Take out of an SDP, before PJSIP reads it, a wish for packets that its bridge, which ticks at 20 ms, would
        send at 20 and 40 ms in turn. A wish may be left unheard (RFC 8866 §6.4): 20 ms go out, evenly."""
        if message.find(b"\r\n\r\n") == len(message) - 4:
            return  # no body
        for place in sdp.uneven(message):
            ctypes.c_char.from_address(received + _PACKET + begins + place).value = b"x"  # "a=xtime": nobody knows it

    def _sent(self, sent: int) -> int:
        self._answered((self._c.pjsip_tx_data_get_info(ctypes.c_void_p(sent)) or b"").decode(errors="replace"))
        return 0

    def _drop(self, dropped: int) -> int:
        """pjsip_tp_dropped_data: the transport, the data, their length, why."""
        transport, data, length = (ctypes.c_void_p.from_address(dropped + at).value or 0 for at in (0, 8, 16))
        why = ctypes.c_int.from_address(dropped + 24).value
        if why == _IGNORED:
            if transport in self._connections and PING in ctypes.string_at(data, min(length, 64)):
                self._connections.spoke(transport, self._now())
                self._send(transport, transport + _REMOTE, PONG)
            return 0
        packet = data - _PACKET
        if ctypes.c_void_p.from_address(packet + _TRANSPORT).value != transport:
            return 0  # not the first message in its packet
        overflowed = why == _OVERFLOW and transport in self._connections
        text = ctypes.string_at(data, LARGEST if overflowed else length)
        filled = len(text) >= LARGEST - 1
        request = Request(text.decode("utf-8", "surrogateescape"), *_address(packet + _FROM), filled=filled)
        if request.can_be_answered and not request.method.startswith("SIP/"):
            answer = self._judge(request)
            self._send(transport, packet + _FROM, request.answer(400) if answer is None else answer)
        if filled and transport in self._connections:  # where the next message begins is lost
            self._c.pjsip_transport_shutdown2(ctypes.c_void_p(transport), 0)
        return 0

    def _bytes(self, received: int) -> tuple[int, bytes]:
        """The message in a pjsip_rx_data, and where in its packet it begins; nothing when the build is another."""
        begins = (ctypes.c_void_p.from_address(received + _MESSAGE).value or 0) - received - _PACKET
        length = ctypes.c_int.from_address(received + _MESSAGE + 8).value
        if not (0 <= begins < LARGEST and 0 < length <= LARGEST - begins):
            self._complain("this PJSIP is built in another way than expected")
            return 0, b""
        return begins, ctypes.string_at(received + _PACKET + begins, length)

    def _send(self, transport: int, address: int, message: bytes) -> None:
        """`message` as it is, on a transport, to the address in memory."""
        choice = _Choice(1, 0, transport)
        kind = ctypes.c_long.from_address(transport + _KIND).value
        length = _KINDS.get(kind)
        if length is None:
            self._complain("a transport of an unknown kind")
            return
        self._c.pjsip_tpmgr_send_raw(
            *(self._transports, kind, ctypes.byref(choice), None, message, ctypes.c_size_t(len(message))),
            *(ctypes.c_void_p(address), length, None, None),
        )

    def _complain(self, what: str) -> None:
        if not self._strange:
            self._strange = True
            sys.stderr.write(f"pjsip: {what}\n")


def _address(at: int) -> tuple[str, int]:
    """A pj_sockaddr: the address and the port."""
    family = ctypes.c_uint16.from_address(at).value
    port = int.from_bytes(ctypes.string_at(at + 2, 2), "big")
    if family == socket.AF_INET:
        return socket.inet_ntop(socket.AF_INET, ctypes.string_at(at + 4, 4)), port
    if family == socket.AF_INET6:
        return socket.inet_ntop(socket.AF_INET6, ctypes.string_at(at + 8, 16)), port
    return "", 0
