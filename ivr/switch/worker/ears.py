"""The RTP ports of one call in a worker: nobody is let in before its party is known, and then nobody else.

`party.py` decides who that is and the kernel keeps the others out (`gate.py`); here both are put together for one of
PJSIP's calls. Where the kernel cannot do it, sound and keys are taken from everybody, as PJSIP does.
"""

from __future__ import annotations

import ctypes
import socket
import struct
import sys

from ivr.switch.worker import gate
from ivr.switch.worker.party import NOBODY, Party

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ivr.switch.worker.gate import Source

_ROOM = 4096
"""Bytes for a pjmedia_transport_info; it has some 1,400."""
_RTP, _RTP_NAME, _RTCP, _SOURCE = 0, 8, 40, 80
"""Where its sockets and addresses lie: long, pj_sockaddr (28 bytes), long, pj_sockaddr, pj_sockaddr."""
_OPERATIONS = 40
"""Where a pjmedia_transport has the table of what it can; the first of them tells about it."""
_GET_INFO = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)

_can_keep_out = True


class Ears:
    """What a call hears with. `about(media, room)` has PJSIP write a pjmedia_transport_info, True when it did."""

    def __init__(self, about: Callable[[int, ctypes.Array[ctypes.c_char]], bool], signalling: str) -> None:
        self._about = about
        self._media = -1
        self._haunted = False
        self.party = Party(signalling)

    def shut(self, transport: int) -> None:
        """The ports of `transport`, a pjmedia_transport, let nobody in: no party has been told of them yet."""
        if not _can_keep_out:
            return
        room = ctypes.create_string_buffer(_ROOM)
        operations = ctypes.c_void_p.from_address(transport + _OPERATIONS).value or 0
        about = _GET_INFO(ctypes.c_void_p.from_address(operations).value or 0)
        if about(transport, room) == 0 and _is_a_socket(room):
            _let_in(room, NOBODY, NOBODY)
            self._haunted = _emptied(room) or self._haunted

    def expect(self, media: int, rtp: str, rtcp: str, now: float) -> None:
        """An SDP was agreed upon: from now on the party at `rtp` and `rtcp` (address:port) is heard on line `media`."""
        room = self._look_at(media)
        if room is None or not rtp:
            return
        sends, reports = _source(rtp), _source(rtcp)
        if not reports[1]:
            reports = (sends[0], sends[1] + 1)
        first = self._media != media
        self._media = media
        haunted = self._haunted or (first and _kept_out(room) > 0)
        self.party.promise(sends, reports, now, haunted=haunted)
        _let_in(room, self.party.rtp, self.party.rtcp)

    def look(self, packets: int, now: float, pressed: Source | None) -> bool:
        """`packets` came in on this stream, the last key event from `pressed`: is it the party? True when the set of
        those let in has changed."""
        room = self._look_at(self._media)
        if room is None or not self.party.look((_came_from(room) if packets > 0 else None) or pressed, now):
            return False
        _let_in(room, self.party.rtp, self.party.rtcp)
        return True

    def _look_at(self, media: int) -> ctypes.Array[ctypes.c_char] | None:
        if media < 0 or not _can_keep_out:
            return None
        room = ctypes.create_string_buffer(_ROOM)
        return room if self._about(media, room) and _is_a_socket(room) else None


def _is_a_socket(room: ctypes.Array[ctypes.c_char]) -> bool:
    """Whether what lies there is laid out as we think: the socket has the port that PJSIP says."""
    if not 0 < struct.unpack_from("@l", room, _RTP)[0] < 1 << 20:
        return False
    door = _door(room, _RTP)
    try:
        return bool(door.getsockname()[1] == struct.unpack_from("!H", room, _RTP_NAME + 2)[0])
    except OSError:
        return False
    finally:
        door.detach()


def _door(room: ctypes.Array[ctypes.c_char], at: int) -> socket.socket:
    """PJSIP's socket whose descriptor lies there: to be detached from, never closed. Told what it is, Python need not
    ask the kernel."""
    family = struct.unpack_from("@H", room, _RTP_NAME)[0]
    return socket.socket(family, socket.SOCK_DGRAM, 0, struct.unpack_from("@l", room, at)[0])


def _let_in(room: ctypes.Array[ctypes.c_char], rtp: tuple[Source, ...], rtcp: tuple[Source, ...]) -> None:
    global _can_keep_out
    for at, sources in ((_RTP, rtp), (_RTCP, rtcp)):
        door = _door(room, at)
        try:
            gate.let_in(door, sources)
        except OSError as error:
            _can_keep_out = False
            sys.stderr.write(f"strangers cannot be kept out of calls here: {error}\n")
        finally:
            door.detach()


def _emptied(room: ctypes.Array[ctypes.c_char]) -> bool:
    """Throw away what came before the ports were closed to others; True when there was something. PJSIP would send its
    sound to whoever it is."""
    found = False
    for at in (_RTP, _RTCP):
        door = _door(room, at)
        try:
            while door.recv(1, socket.MSG_DONTWAIT) is not None:
                found = True
        except OSError:  # nothing more
            pass
        finally:
            door.detach()
    return found


def _kept_out(room: ctypes.Array[ctypes.c_char]) -> int:
    door = _door(room, _RTP)
    try:
        return gate.kept_out(door)
    finally:
        door.detach()


def _came_from(room: ctypes.Array[ctypes.c_char]) -> Source | None:
    family = struct.unpack_from("@H", room, _SOURCE)[0]
    port = struct.unpack_from("!H", room, _SOURCE + 2)[0]
    if not port or family not in (socket.AF_INET, socket.AF_INET6):
        return None
    at, length = (4, 4) if family == socket.AF_INET else (8, 16)
    return socket.inet_ntop(family, room.raw[_SOURCE + at : _SOURCE + at + length]), port


def _source(text: str) -> Source:
    """address:port, [address]:port."""
    address, _, port = text.rpartition(":")
    return address.strip("[]"), int(port) if port.isdigit() else 0
