"""A bare pjsua2 call server without Wardbell, for comparison: answers, plays, switches prompts at a key.

    python -m bench.bare PORT RTP_PORT CALLS HIGH.wav LOW.wav

Loops HIGH to every call; a key changes it to LOW. Loopback only; ends with SIGTERM.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

import pjsua2 as pj

POLL_MS = 10


class Talk(pj.Call):  # type: ignore[misc]
    """One call."""

    audio: pj.AudioMedia | None = None
    player: pj.AudioMediaPlayer | None = None
    clips: tuple[str, str]

    def play(self, clip: str) -> None:
        if self.player is not None:
            self.player.stopTransmit(self.audio)
        self.player = pj.AudioMediaPlayer()
        self.player.createPlayer(clip, 0)
        self.player.startTransmit(self.audio)

    def onCallMediaState(self, prm: Any) -> None:
        if self.audio is None:
            self.audio = self.getAudioMedia(-1)
            self.play(self.clips[0])

    def onDtmfDigit(self, prm: Any) -> None:
        self.play(self.clips[1])

    def onCallState(self, prm: Any) -> None:
        if self.getInfo().state == pj.PJSIP_INV_STATE_DISCONNECTED:
            over.append(self)


class Line(pj.Account):  # type: ignore[misc]
    """Where calls come in."""

    clips: tuple[str, str]

    def onIncomingCall(self, prm: Any) -> None:
        talk = Talk(self, prm.callId)
        talk.clips = self.clips
        held.add(talk)
        answer = pj.CallOpParam()
        answer.statusCode = 200
        talk.answer(answer)


held: set[Talk] = set()
over: list[Talk] = []


def main() -> None:
    port, rtp_port, calls = map(int, sys.argv[1:4])
    endpoint = pj.Endpoint()
    endpoint.libCreate()
    config = pj.EpConfig()
    config.uaConfig.threadCnt = 0
    config.uaConfig.mainThreadOnly = True
    config.uaConfig.maxCalls = calls
    config.logConfig.level = config.logConfig.consoleLevel = 1
    config.medConfig.clockRate = config.medConfig.sndClockRate = 8000
    config.medConfig.noVad = True
    config.medConfig.ecTailLen = 0
    config.medConfig.maxMediaPorts = max(254, 3 * calls + 8)
    endpoint.libInit(config)
    transport = pj.TransportConfig()
    transport.port = port
    transport.boundAddress = transport.publicAddress = "127.0.0.1"
    endpoint.transportCreate(pj.PJSIP_TRANSPORT_UDP, transport)
    endpoint.libStart()
    endpoint.audDevManager().setNullDev()
    for codec in endpoint.codecEnum2():
        endpoint.codecSetPriority(codec.codecId, 255 if codec.codecId.startswith("PCMU/8000") else 0)
    account = pj.AccountConfig()
    account.idUri = f"sip:127.0.0.1:{port}"
    account.mediaConfig.transportConfig.port = rtp_port
    account.mediaConfig.transportConfig.portRange = 4 * calls + 20
    account.mediaConfig.transportConfig.boundAddress = "127.0.0.1"
    line = Line()
    line.clips = (sys.argv[4], sys.argv[5])
    line.create(account, True)
    running = True

    def stop(*_: object) -> None:
        nonlocal running
        running = False

    signal.signal(signal.SIGTERM, stop)
    while running:
        endpoint.libHandleEvents(POLL_MS)
        while over:
            talk = over.pop()
            talk.player = None
            held.discard(talk)
            del talk  # at once: a Call that dies late hangs up the call that has taken its slot since
    os._exit(0)


if __name__ == "__main__":
    main()
