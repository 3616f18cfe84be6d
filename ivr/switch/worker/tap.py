"""A second socket on the RTP port of one call: the kernel gives it every packet that is no G.711, key events above all.

PJSIP tells too little of a key event to keep presses apart: it drops an event that looks like the one before it, and
knows neither sequence number nor sender. So both sockets share the port (SO_REUSEPORT) and a filter of five lines in
the kernel tells them apart by payload type. It costs nothing for a packet of sound, needs no rights, and is the same
for every build of PJSIP. What a packet means is for `events.py`.
"""

from __future__ import annotations

import ctypes
import socket
import struct

from ivr.switch.worker import gate

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ivr.switch.worker.gate import Source

SO_ATTACH_REUSEPORT_CBPF = 51
MOST = 200
"""Packets taken in at one look: a flood must not stop the worker."""
LONGEST = 256
"""Bytes of a packet that are looked at."""


def _step(code: int, on_true: int, on_false: int, value: int) -> bytes:
    """One instruction of classic BPF."""
    return struct.pack("=HBBI", code, on_true, on_false, value)


FILTER = (
    _step(0x30, 0, 0, 1),  # load the second byte of the datagram
    _step(0x54, 0, 0, 0x7F),  # without RTP's marker: the payload type
    _step(0x35, 2, 0, 96),  # 96 and more are dynamic: ours
    _step(0x35, 0, 2, 35),  # 0-34 are G.711 and other sound; STUN looks like 0 or 1
    _step(0x25, 1, 0, 63),  # 64-95 is RTCP on the same port; 35-63 are dynamic too
    _step(0x06, 0, 0, 1),  # the second socket of the port, the tap
    _step(0x06, 0, 0, 0),  # the first, PJSIP's
)
_CODE = ctypes.create_string_buffer(b"".join(FILTER))
_PROGRAM = struct.pack("@HP", len(FILTER), ctypes.addressof(_CODE))


class Tap:
    """The packets of one RTP port that are no sound, with their senders."""

    def __init__(self, descriptor: int, sources: tuple[Source, ...]) -> None:
        """Beside the socket `descriptor`, of `sources`. OSError when this kernel cannot do that."""
        theirs = socket.socket(fileno=descriptor)
        try:
            theirs.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            self._socket = socket.socket(theirs.family, socket.SOCK_DGRAM)
            try:
                self._socket.setblocking(False)
                self.let_in(sources)
                self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
                self._socket.bind(theirs.getsockname())
                self._socket.setsockopt(socket.SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, _PROGRAM)
            except OSError:
                self._socket.close()
                raise
        finally:
            theirs.detach()  # it is PJSIP's

    def fileno(self) -> int:
        """To wait on."""
        return self._socket.fileno()

    def is_beside(self, descriptor: int) -> bool:
        """Whether it shares the port of that socket."""
        theirs = socket.socket(fileno=descriptor)
        try:
            return bool(theirs.getsockname() == self._socket.getsockname())
        finally:
            theirs.detach()

    def let_in(self, sources: tuple[Source, ...]) -> None:
        """As `gate.let_in`; where the kernel cannot do that, everybody goes on being heard."""
        try:
            gate.let_in(self._socket, sources)
        except OSError:
            return

    def read(self) -> list[tuple[bytes, Source]]:
        """What has come in, and from where."""
        found: list[tuple[bytes, Source]] = []
        while len(found) < MOST:
            try:
                packet, sender = self._socket.recvfrom(LONGEST)
            except OSError:  # nothing more, or the peer has closed its port
                break
            found.append((packet, (str(sender[0]), int(sender[1]))))
        return found

    def close(self) -> None:
        """Leave the port to PJSIP."""
        self._socket.close()
