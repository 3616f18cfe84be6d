"""PJSIP set up for one worker: transports, codecs, limits. Calls are for `worker_call.py` and its parts.

The thread that builds a Stack owns it: SIP is handled inside `wait`, nowhere else. RTP comes in through a thread of
its own and goes out with PJSIP's clock, which runs only while there are calls.
"""

from __future__ import annotations

import ctypes
import os
import re
import select
import socket
import sys
import threading
import time

import pjsua2

from ivr.switch.worker.band_ear import BandEar
from ivr.switch.worker.polled import Polled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ivr.switch.wire import Fields
    from ivr.switch.worker.tap import Tap

WAKE = b"\r\n\r\n"
"""A keep-alive as RFC 5626 §3.5.1 has it: PJSIP reads it and ignores it."""

RTP_EVERY = 0.02
"""s between two looks for packets. 4 calls cost 5.5 ms of CPU a second so, 7-9 with PJSIP's own thread and its wake-up
for every packet, 9 with 0.01."""
MOST_EVENTS = 16
"""What one poll of PJSIP takes in at most (PJ_IOQUEUE_MAX_EVENTS_IN_SINGLE_POLL)."""

ANY_RTP_PORT = 20_000

AUDIO_CODECS = ("PCMA/8000/1", "PCMU/8000/1")


KEY_TOLD = re.compile(r"dtmf|telephone-event|2833|\bdigit|signal *=", re.IGNORECASE)
"""A line of PJSIP's log that may hold a key."""


class LogLines(pjsua2.LogWriter):  # type: ignore[misc]
    """PJSIP's complaints on stderr, first lines only: what follows may be a message with somebody's digits in it.

    From level 5 on it logs every key, one line each; of such a line nothing is written.
    """

    def write(self, entry: pjsua2.LogEntry) -> None:
        line = entry.msg.splitlines()[0][:160] if entry.msg else ""
        if not KEY_TOLD.search(line):
            sys.stderr.write(f"pjsip: {line}\n")


class Door(pjsua2.Account):  # type: ignore[misc]
    """Where calls come in. Only takes them to `offered`; everything else that SIP can ask for is refused."""

    def __init__(self, offered: Callable[[pjsua2.OnIncomingCallParam], None]) -> None:
        super().__init__()
        self._offered = offered

    def onIncomingCall(self, prm: pjsua2.OnIncomingCallParam) -> None:
        self._offered(prm)

    def onIncomingSubscribe(self, prm: pjsua2.OnIncomingSubscribeParam) -> None:
        prm.code = 489


class Stack:
    """One PJSIP endpoint."""

    def __init__(self, settings: Fields, offered: Callable[[pjsua2.OnIncomingCallParam], None]) -> None:
        """Raises pjsua2.Error when the SIP port cannot be had."""
        self.library = self._c = _c_entry_points()
        self._c.pj_log_set_level(1)  # libCreate would greet on stdout
        # Not a class of ours: PJSIP's clock would come to Python for each thing that happens in the bridge.
        self.endpoint = pjsua2.Endpoint()
        self.endpoint.libCreate()
        self._log = LogLines()
        self.endpoint.libInit(_endpoint_config(settings, self._log))
        # Timers B, F and H of RFC 3261: how long a call slot is held by a peer that has vanished.
        self._c.pjsip_tsx_set_timers(0, 0, 0, int(float(settings["ack_timeout"]) * 1000))  # type: ignore[arg-type]
        self.endpoint.audDevManager().setNullDev()
        for codec in self.endpoint.codecEnum2():
            wanted = codec.codecId in AUDIO_CODECS
            self.endpoint.codecSetPriority(codec.codecId, 200 - AUDIO_CODECS.index(codec.codecId) if wanted else 0)
        address = str(settings["address"])
        self.port = self._listen(pjsua2.PJSIP_TRANSPORT_UDP, settings, int(settings["port"]))  # type: ignore[arg-type]
        self.has_tcp = False
        self.listener: socket.socket | None = None
        """Where TCP connections come in: a handle of our own on PJSIP's socket."""
        self._settings = settings
        self.listen_tcp()
        self.endpoint.libStart()
        self.account = Door(offered)
        self.account.create(_account_config(settings, address, self.port))
        self._waker = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM)
        self._own = ({"0.0.0.0": "127.0.0.1", "::": "::1"}.get(address, address), self.port)
        media = self._c.pjsua_get_pjmedia_endpt()
        # PJSIP's own thread wakes for every packet, and a hundred times a second for none: `_pump` is cheaper.
        self._c.pjmedia_endpt_stop_threads(media)
        self._streams = self._c.pjmedia_endpt_get_ioqueue(media)
        self._calls = False
        self._on_the_line = threading.Event()
        self._taps = select.epoll()
        self._tapped: dict[int, Callable[[], None]] = {}
        self._idle_ears: list[BandEar] = []
        threading.Thread(target=self._pump, daemon=True).start()
        self.holds = int(self._c.pjsua_call_get_max_count())
        self.version = str(self.endpoint.libVersion().full)

    def listen_tcp(self) -> bool:
        """Take the SIP port on TCP too; False while connections of a worker that died still linger on it."""
        if not self.has_tcp:
            try:
                self._listen(pjsua2.PJSIP_TRANSPORT_TCP, self._settings, self.port)
            except pjsua2.Error:
                return False
            self.has_tcp = True
            self.listener = _listening_on(self.port)
        return True

    def _listen(self, kind: int, settings: Fields, port: int) -> int:
        config = pjsua2.TransportConfig()
        config.port = port
        config.boundAddress = str(settings["address"])
        config.publicAddress = str(settings["public_address"])
        transport = self.endpoint.transportCreate(kind, config)
        return int(str(self.endpoint.transportGetInfo(transport).localName).rpartition(":")[2])

    def wait(self, seconds: float) -> None:
        """Handle what SIP brings, for at most `seconds`; `wake` from any thread ends it."""
        self.endpoint.libHandleEvents(int(seconds * 1000 + 0.999))

    def wake(self) -> None:
        """End `wait`. From any thread."""
        self._waker.sendto(WAKE, self._own)

    def hear(self, descriptor: int, came: Callable[[bytes], None]) -> None:
        """Take in what comes on a socket of ours within `wait`, and end it. From the owner's thread."""
        self._polled = Polled(self._c, descriptor, came)

    def listen(self, to_calls: bool) -> None:
        """Take in audio, or stop because there is no call any more."""
        self._calls = to_calls
        if to_calls:
            if not self._on_the_line.is_set():
                self._on_the_line.set()
        else:
            self._on_the_line.clear()

    def _pump(self) -> None:
        """The thread that takes in RTP: what came in the last 20 ms, all at once. A key waits 10 ms on average."""
        self.endpoint.libRegisterThread("rtp")
        poll, sleep = self._c.pj_ioqueue_poll, time.sleep
        streams, at_once = ctypes.c_void_p(self._streams), ctypes.byref(_Time(0, 0))
        taps, tapped = self._taps.poll, self._tapped
        while True:
            self._on_the_line.wait()
            while self._calls:
                while poll(streams, at_once) >= MOST_EVENTS:
                    pass
                for descriptor, _ in taps(0):
                    if action := tapped.get(descriptor):
                        action()
                sleep(RTP_EVERY)

    def about_media(self, slot: int, media: int, room: ctypes.Array[ctypes.c_char]) -> bool:
        """Have PJSIP write the pjmedia_transport_info of a line of a call into `room`."""
        return int(self._c.pjsua_call_get_med_transport_info(slot, media, room)) == 0

    def end_transaction(self, address: int, code: int) -> None:
        """End the transaction at `address` as if `code` had come. Only of one that has had no final answer."""
        self._c.pjsip_tsx_terminate(ctypes.c_void_p(address), code)

    def ear(self) -> BandEar:
        """Something to listen to a call with; `give_back` it. Raises `EarFailed`."""
        return self._idle_ears.pop() if self._idle_ears else BandEar(self._c)

    def give_back(self, ear: BandEar) -> None:
        """Another call may listen with it."""
        ear.stop()
        self._idle_ears.append(ear)

    def watch(self, tap: Tap, action: Callable[[], None]) -> None:
        """Call `action` in the thread that takes in RTP, again and again while `tap` holds packets."""
        self._tapped[tap.fileno()] = action
        self._taps.register(tap.fileno(), select.EPOLLIN)

    def unwatch(self, tap: Tap) -> None:
        """No more; before the tap is closed."""
        self._tapped.pop(tap.fileno(), None)
        self._taps.unregister(tap.fileno())

    def respond(self, received: int, code: int, reason: str) -> bool:
        """Answer a request within a dialog, which lies in the pjsip_rx_data at the address `received`. Only while
        PJSIP tells of it; PJSIP then leaves it alone."""
        dialog = self._c.pjsip_rdata_get_dlg(received)
        if not dialog:
            return False
        text = reason.encode()
        return (
            int(self._c.pjsip_dlg_respond(dialog, received, code, ctypes.byref(_Text(text, len(text))), None, None))
            == 0
        )

    def occupied(self) -> int:
        """Call slots in use, those included whose BYE is not answered yet."""
        return int(self._c.pjsua_call_get_count())


def _listening_on(port: int) -> socket.socket | None:
    """The socket of this process that listens on a TCP port."""
    for entry in os.scandir("/proc/self/fd"):
        try:
            one = socket.socket(fileno=os.dup(int(entry.name)))
        except OSError:  # no socket
            continue
        try:
            if one.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN) and one.getsockname()[1] == port:
                return one
        except (OSError, IndexError, TypeError):
            pass
        one.close()
    return None


def _c_entry_points() -> ctypes.CDLL:
    """The C functions of the same library that pjsua2 leaves out of Python."""
    pjsua2.Endpoint  # noqa: B018  the package loads its binary part at first use
    binary = next(module for name, module in list(sys.modules.items()) if name.rpartition(".")[2] == "_pjsua2")
    library = ctypes.CDLL(str(binary.__file__))
    library.pjsua_get_pjmedia_endpt.restype = ctypes.c_void_p
    library.pjmedia_endpt_get_ioqueue.argtypes = [ctypes.c_void_p]
    library.pjmedia_endpt_get_ioqueue.restype = ctypes.c_void_p
    library.pjmedia_endpt_stop_threads.argtypes = [ctypes.c_void_p]
    library.pjsua_pool_create.argtypes = [ctypes.c_char_p, ctypes.c_size_t, ctypes.c_size_t]
    library.pjsua_pool_create.restype = ctypes.c_void_p
    library.pjsip_rdata_get_dlg.argtypes = [ctypes.c_void_p]
    library.pjsip_rdata_get_dlg.restype = ctypes.c_void_p
    library.pjsip_dlg_respond.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int, *[ctypes.c_void_p] * 3]
    return library


class _Time(ctypes.Structure):
    """pj_time_val"""

    _fields_ = (("sec", ctypes.c_long), ("msec", ctypes.c_long))


class _Text(ctypes.Structure):
    """pj_str_t"""

    _fields_ = (("ptr", ctypes.c_char_p), ("slen", ctypes.c_ssize_t))


def _endpoint_config(settings: Fields, log: LogLines) -> pjsua2.EpConfig:
    config = pjsua2.EpConfig()
    config.logConfig.level = config.logConfig.consoleLevel = int(settings["log_level"])  # type: ignore[arg-type]
    config.logConfig.msgLogging = 0
    config.logConfig.writer = log
    config.uaConfig.threadCnt = 0  # the owner thread polls SIP, and only when there is something
    config.uaConfig.maxCalls = 65535  # the build cuts it down to what it holds
    config.uaConfig.userAgent = str(settings["user_agent"])
    media = config.medConfig
    media.clockRate = 8000
    media.sndClockRate = 8000
    media.ecTailLen = 0
    media.noVad = True
    media.sndAutoCloseTime = 1  # the clock of the conference bridge stops when nobody is on the line
    return config


def _account_config(settings: Fields, address: str, port: int) -> pjsua2.AccountConfig:
    config = pjsua2.AccountConfig()
    host = str(settings["public_address"]) or address
    config.idUri = f"sip:wardbell@{f'[{host}]' if ':' in host else host}:{port}"
    config.regConfig.registerOnAdd = False
    config.callConfig.timerMinSESec = 90
    media = config.mediaConfig.transportConfig
    media.boundAddress = address
    media.publicAddress = str(settings["public_address"])
    # PJSIP's own "any free port" tries pairs at random and complains of each that is taken.
    anywhere = ANY_RTP_PORT + os.getpid() * 200 % 30_000
    media.port = int(settings["rtp_port"]) or anywhere  # type: ignore[arg-type]
    media.portRange = (int(settings["rtp_ports"]) or 10_000) - 2  # type: ignore[arg-type]  # the last that it takes
    return config
