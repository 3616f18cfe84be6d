"""A socket of ours in PJSIP's own poll: what comes in wakes the thread that owns PJSIP, with no thread between.

pjsua2 has no word for it, so PJSIP's C functions are called by `ctypes`; they are the same in every build.
"""

from __future__ import annotations

import ctypes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

ROOM = 1 << 16
"""Bytes that are taken in at one go."""
_PENDING = 70002
"""PJ_EPENDING: nothing yet; it will be reported."""
_OPERATION = 1024
"""Bytes for a pj_ioqueue_op_key_t; it has some 270."""
_ON_READ = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_ssize_t)


class _Callbacks(ctypes.Structure):
    """pj_ioqueue_callback"""

    _fields_ = (
        ("on_read_complete", _ON_READ),
        ("on_write_complete", ctypes.c_void_p),
        ("on_accept_complete", ctypes.c_void_p),
        ("on_connect_complete", ctypes.c_void_p),
    )


class Polled:
    """`came(bytes)` is called within the poll for what comes in on the socket `descriptor`, and with b"" once it is
    closed. PJSIP is busy then: only note it. OSError when PJSIP does not take the socket."""

    def __init__(self, c: ctypes.CDLL, descriptor: int, came: Callable[[bytes], None]) -> None:
        for name in ("pjsua_get_pjsip_endpt", "pjsip_endpt_get_ioqueue"):
            getattr(c, name).restype = ctypes.c_void_p
        self._receive = c.pj_ioqueue_recv
        self._came = came
        self._room = ctypes.create_string_buffer(ROOM)
        self._operation = ctypes.create_string_buffer(_OPERATION)
        self._callbacks = _Callbacks(on_read_complete=_ON_READ(self._is_read))
        self._key = ctypes.c_void_p()
        queue = ctypes.c_void_p(c.pjsip_endpt_get_ioqueue(ctypes.c_void_p(c.pjsua_get_pjsip_endpt())))
        pool = ctypes.c_void_p(c.pjsua_pool_create(b"ours", 1000, 1000))
        status = c.pj_ioqueue_register_sock(
            *(pool, queue, ctypes.c_long(descriptor), None),
            *(ctypes.byref(self._callbacks), ctypes.byref(self._key)),
        )
        if status != 0:
            raise OSError(f"PJSIP does not poll the socket {descriptor}: {status}")
        self._read()

    def _is_read(self, key: int, operation: int, length: int) -> None:
        self._tell(length)
        if length > 0:
            self._read()

    def _read(self) -> None:
        length = ctypes.c_ssize_t(ROOM)
        while True:
            length.value = ROOM
            status = self._receive(self._key, self._operation, self._room, ctypes.byref(length), 0)
            if status == _PENDING:
                return
            self._tell(length.value if status == 0 else 0)
            if status != 0 or length.value <= 0:
                return

    def _tell(self, length: int) -> None:
        self._came(ctypes.string_at(self._room, length) if length > 0 else b"")
