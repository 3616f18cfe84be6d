"""Gives the sound of a call to this process while it comes in: 16-bit samples, 40 ms late at most.

A port of PJSIP that writes sound writes into a file in memory here, natively in PJSIP's own clock, and the worker reads
it when it likes: a port in Python would wake the interpreter 50 times a second in the thread that times everybody's
sound. An ear is used again and again and never taken down: a port that goes while the clock runs is what brings PJSIP
down. What is heard is for `voice_band.py`.
"""

from __future__ import annotations

import ctypes
import os

HEADER = 44
BUFFER = 640
"""Bytes that PJSIP gathers before it writes: 40 ms."""
RATE, SAMPLES, BITS = 8000, 160, 16
GIVEN_BACK = 1 << 18
"""Bytes that were read, at most, before their memory is given back."""
_PUNCH_HOLE = 3
"""FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE"""


class EarFailed(Exception):
    """PJSIP or the machine has no room for another ear."""


class BandEar:
    """One listener; hears one call at a time."""

    def __init__(self, library: ctypes.CDLL) -> None:
        """Raises `EarFailed`."""
        self._c = library
        try:
            self._memory = os.memfd_create("ear", 0)
        except OSError as wrong:
            raise EarFailed(str(wrong)) from wrong
        pool = ctypes.c_void_p(library.pjsua_pool_create(b"ear", 2048, 2048))
        port, slot = ctypes.c_void_p(), ctypes.c_int(-1)
        path = f"/proc/self/fd/{self._memory}".encode()
        size = ctypes.c_ssize_t(BUFFER)
        make = library.pjmedia_wav_writer_port_create
        status = make(pool, path, RATE, 1, SAMPLES, BITS, 0, size, ctypes.byref(port))
        status = status or library.pjsua_conf_add_port(pool, port, ctypes.byref(slot))
        if status != 0:
            os.close(self._memory)
            raise EarFailed(f"pjsip {status}")
        self._slot = slot.value
        self._source = -1
        self._at = self._kept = HEADER

    def listen(self, source: int) -> None:
        """To the call at that slot of the conference bridge, from now on."""
        self.stop()
        self._at = max(HEADER, os.fstat(self._memory).st_size)
        if self._c.pjsua_conf_connect(source, self._slot) == 0:
            self._source = source

    def stop(self) -> None:
        """No more. The call may be gone."""
        if self._source >= 0:
            self._c.pjsua_conf_disconnect(self._source, self._slot)
            self._source = -1

    def read(self) -> bytes:
        """What came since the last look."""
        data = os.pread(self._memory, 1 << 16, self._at)
        self._at += len(data)
        if self._at - self._kept > GIVEN_BACK:
            hole = ctypes.c_long(self._kept), ctypes.c_long(self._at - self._kept)
            self._c.fallocate(self._memory, _PUNCH_HOLE, *hole)
            self._kept = self._at
        return data
