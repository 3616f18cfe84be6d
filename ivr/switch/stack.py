"""PJSIP set up for one worker: transports, codecs, limits. The only module besides `held.py` and `sound.py` that
touches pjsua2; calls are theirs.

The thread that builds a Stack owns it: SIP is handled inside `wait`, nowhere else. RTP runs in PJSIP's own threads.
"""

from __future__ import annotations

import ctypes
import socket
import sys

import pjsua2

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ivr.switch.wire import Fields

WAKE = b"\r\n\r\n"
"""A keep-alive as RFC 5626 §3.5.1 has it: PJSIP reads it and thinks no more of it."""

AUDIO_CODECS = ("PCMA/8000/1", "PCMU/8000/1")


class LogLines(pjsua2.LogWriter):  # type: ignore[misc]
    """PJSIP's complaints on stderr, first lines only: what follows may be a message with somebody's digits in it."""

    def write(self, entry: pjsua2.LogEntry) -> None:
        line = entry.msg.splitlines()[0][:160] if entry.msg else ""
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
        self._c = _c_entry_points()
        self._c.pj_log_set_level(1)  # libCreate would greet on stdout
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
        self._settings = settings
        self.listen_tcp()
        self.endpoint.libStart()
        self.account = Door(offered)
        self.account.create(_account_config(settings, address, self.port))
        self._waker = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM)
        self._own = ({"0.0.0.0": "127.0.0.1", "::": "::1"}.get(address, address), self.port)
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

    def occupied(self) -> int:
        """Call slots in use, those included whose BYE is not answered yet."""
        return int(self._c.pjsua_call_get_count())


def _c_entry_points() -> ctypes.CDLL:
    """The C functions of the same library that pjsua2 leaves out of Python."""
    pjsua2.Endpoint  # noqa: B018  the package loads its binary part at first use
    binary = next(module for name, module in list(sys.modules.items()) if name.rpartition(".")[2] == "_pjsua2")
    return ctypes.CDLL(str(binary.__file__))


def _endpoint_config(settings: Fields, log: LogLines) -> pjsua2.EpConfig:
    config = pjsua2.EpConfig()
    config.logConfig.level = 1
    config.logConfig.consoleLevel = 1
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
    media.port = int(settings["rtp_port"])  # type: ignore[arg-type]
    media.portRange = int(settings["rtp_ports"])  # type: ignore[arg-type]
    return config
