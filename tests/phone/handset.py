"""The telephone process: one pjsua2 endpoint on loopback, ruled by JSON lines.

Started by `phone.py` as a program of its own, because a process can hold only one pjsua2
endpoint and a test must be able to kill it. A command is one line on stdin, an event one line
on stdout; the names of both are the methods of `Handset` and the calls of `tell`. What a test
asks of a telephone is `phone.py`'s business.
"""

from __future__ import annotations

import gc
import json
import os
import queue
import random
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pjsua2 as pj

from ivr.switch.worker.priority import go_ahead
from tests.phone.ports import quiet_port
from tests.phone.sounds import Ear, breath

POLL_MS = 10
RTP_PORTS = 200


OUT = os.fdopen(os.dup(1), "w", buffering=1)
os.dup2(2, 1)  # pjsip writes to fd 1 before it can be told not to


def tell(event: str, **facts: Any) -> None:
    """One event to the test."""
    OUT.write(json.dumps({"event": event, **facts}) + "\n")


def user_of(uri: str) -> str:
    """The user part of `"Name" <sip:user@host>`."""
    inner = uri.split("<", 1)[-1].split(">", 1)[0]
    inner = inner.split(":", 1)[-1]
    return inner.split("@", 1)[0] if "@" in inner else ""


def headers_of(message: str) -> dict[str, str]:
    """Header name -> value of a SIP message (the last one wins)."""
    head = message.replace("\r\n", "\n").split("\n\n", 1)[0]
    pairs = (line.partition(":") for line in head.split("\n")[1:] if ":" in line)
    return {name.strip(): value.strip() for name, _, value in pairs}


class Talk(pj.Call):  # type: ignore[misc]
    """One call of the handset. Owned by `Handset.calls` for as long as the process lives."""

    def __init__(self, handset: Handset, name: str, call_id: int = -1) -> None:
        super().__init__(handset.account, call_id)
        self.handset = handset
        self.name = name
        self.ear: Ear | None = None
        self.hung_up_here = False
        self.over = False
        self.keys: list[tuple[float, str, str]] = []
        self.stamps: set[int] = set()

    def onCallState(self, prm: Any) -> None:
        info = self.getInfo()
        if info.state == pj.PJSIP_INV_STATE_EARLY:
            tell("ringing", call=self.name, code=info.lastStatusCode)
        elif info.state == pj.PJSIP_INV_STATE_CONFIRMED:
            tell("answered", call=self.name)
        elif info.state == pj.PJSIP_INV_STATE_DISCONNECTED:
            self.over = True
            self.keys.clear()
            self.handset.later.append(self.put_away)
            code, reason = info.lastStatusCode, info.lastReason
            tell("ended", call=self.name, code=code, reason=reason, by_us=self.hung_up_here)

    def onCallMediaState(self, prm: Any) -> None:
        if self.ear is not None or self.over:
            return
        try:
            audio = self.getAudioMedia(-1)
        except pj.Error:
            return
        self.ear = Ear(self.handset.recording(self.name))
        audio.startTransmit(self.ear)
        self.handset.mouth.startTransmit(audio)

    def onDtmfEvent(self, prm: Any) -> None:
        if prm.timestamp not in self.stamps:
            self.stamps.add(prm.timestamp)
            tell("key", call=self.name, key=prm.digit)

    def put_away(self) -> None:
        """Close the recording, outside the callback."""
        if self.ear is not None:
            self.ear.close()


class Line(pj.Account):  # type: ignore[misc]
    """The handset's account: where calls come in."""

    handset: Handset

    def onIncomingCall(self, prm: Any) -> None:
        self.handset.comes_in(prm)


class Handset:
    """The endpoint and its calls; one method a command."""

    def __init__(self, directory: Path, name: str, log: str) -> None:
        self.directory = directory
        self.calls: dict[str, Talk] = {}
        self.later: list[Any] = []
        self.timed: list[tuple[float, Any]] = []
        self.expected: list[dict[str, Any]] = []
        self.counted = 0
        self.running = True
        self.endpoint = pj.Endpoint()
        self.endpoint.libCreate()
        self.endpoint.libInit(self._config(log))
        port = self._listen(pj.PJSIP_TRANSPORT_UDP, quiet_port())
        self._listen(pj.PJSIP_TRANSPORT_TCP, port)
        self.endpoint.libStart()
        self.endpoint.audDevManager().setNullDev()
        for codec in self.endpoint.codecEnum2():
            self.endpoint.codecSetPriority(codec.codecId, 200 if codec.codecId.startswith("PCM") else 0)
        self.account = Line()
        self.account.handset = self
        self.account.create(self._account(name, port), True)
        quiet = directory / "breath.wav"
        breath(quiet)
        self.mouth = pj.AudioMediaPlayer()
        self.mouth.createPlayer(str(quiet), 0)
        self.port = port
        tell("ready", port=port, pid=os.getpid())

    def _config(self, log: str) -> pj.EpConfig:
        config = pj.EpConfig()
        config.uaConfig.threadCnt = 0
        config.uaConfig.mainThreadOnly = True
        config.uaConfig.userAgent = "test phone"
        config.logConfig.level = 5 if log else 0
        config.logConfig.consoleLevel = 0
        config.logConfig.filename = log
        media = config.medConfig
        media.clockRate = media.sndClockRate = 8000
        media.noVad = True
        media.ecTailLen = 0
        return config

    def _listen(self, kind: int, port: int) -> int:
        config = pj.TransportConfig()
        config.port = port
        config.boundAddress = config.publicAddress = "127.0.0.1"
        transport = self.endpoint.transportCreate(kind, config)
        return int(self.endpoint.transportGetInfo(transport).localName.rsplit(":", 1)[1])

    def _account(self, name: str, port: int) -> pj.AccountConfig:
        config = pj.AccountConfig()
        config.idUri = f"sip:{name}@127.0.0.1:{port}"
        media = config.mediaConfig.transportConfig
        media.port = random.randrange(12000, 31000, 2)
        media.portRange = RTP_PORTS
        media.boundAddress = "127.0.0.1"
        return config

    def recording(self, call: str) -> Path:
        """Where the call's audio is kept."""
        return self.directory / f"{call}.wav"

    # what a test asks

    def dial(self, call: str, uri: str, caller: str = "", headers: dict[str, str] | None = None) -> None:
        talk = self.calls[call] = Talk(self, call)
        prm = pj.CallOpParam(True)
        if caller:
            prm.txOption.localUri = f"<sip:{caller}@127.0.0.1:{self.port}>"
        for name, value in (headers or {}).items():
            header = pj.SipHeader()
            header.hName, header.hValue = name, value
            prm.txOption.headers.append(header)
        try:
            talk.makeCall(uri, prm)
        except pj.Error as error:
            tell("ended", call=call, code=0, reason=error.reason, by_us=True)

    def press(self, call: str, keys: str, every: float, how: str) -> None:
        talk = self.calls[call]
        start = max([time.monotonic(), *(at + every for at, _, _ in talk.keys[-1:])])
        talk.keys += [(start + i * every, key, how) for i, key in enumerate(keys)]

    def hang_up(self, call: str) -> None:
        talk = self.calls[call]
        if not talk.over:
            talk.hung_up_here = True
            talk.hangup(pj.CallOpParam())

    def answer(self, call: str, code: int) -> None:
        talk = self.calls[call]
        if not talk.over:
            prm = pj.CallOpParam()
            prm.statusCode = code
            talk.answer(prm)

    def speak(self, call: str, path: str) -> None:
        """Say a WAV file once into the call (the player lives as long as the process)."""
        talk = self.calls[call]
        player = pj.AudioMediaPlayer()
        player.createPlayer(path, pj.PJMEDIA_FILE_NO_LOOP)
        player.startTransmit(talk.getAudioMedia(-1))
        self.timed.append((time.monotonic() + 3600, player.getPortId))

    def fall_silent(self, call: str) -> None:
        """Send no more audio."""
        self.mouth.stopTransmit(self.calls[call].getAudioMedia(-1))

    def expect(self, mode: str, after: float, number: str, times: int, code: int) -> None:
        self.expected.append({"mode": mode, "after": after, "number": number, "times": times, "code": code})

    def forget(self) -> None:
        self.expected.clear()

    def quit(self) -> None:
        self.running = False

    # what happens

    def comes_in(self, prm: Any) -> None:
        self.counted += 1
        name = f"in{self.counted}"
        talk = self.calls[name] = Talk(self, name, prm.callId)
        info = talk.getInfo()
        headers = headers_of(prm.rdata.wholeMsg)
        number = user_of(info.localUri)
        tell("incoming", call=name, number=number, caller=user_of(info.remoteUri), headers=headers)
        self.later.append(lambda: self._behave(talk, number))

    def _behave(self, talk: Talk, number: str) -> None:
        usual: dict[str, Any] = {"mode": "answer", "after": 0.05}
        rule = next((e for e in self.expected if e["number"] in ("", number)), usual)
        if "times" in rule:
            rule["times"] -= 1
            if rule["times"] == 0:
                self.expected.remove(rule)
        code = {"answer": 200, "busy": 486, "reject": 603, "no_answer": 0, "silent": 0, "code": rule.get("code", 500)}
        final = code[rule["mode"]]
        if final in (0, 200) and rule["mode"] != "silent":
            self.answer(talk.name, 180)
        if final:
            self.timed.append((time.monotonic() + rule["after"], lambda: self.answer(talk.name, final)))

    def _due(self) -> None:
        now = time.monotonic()
        for job in (jobs := self.later[:]):
            job()
        del self.later[: len(jobs)]
        ready = [entry for entry in self.timed if entry[0] <= now]
        for entry in ready:
            self.timed.remove(entry)
            entry[1]()
        for talk in list(self.calls.values()):
            while talk.keys and talk.keys[0][0] <= now:
                _, key, how = talk.keys.pop(0)
                self._send_key(talk, key, how)

    def _send_key(self, talk: Talk, key: str, how: str) -> None:
        prm = pj.CallSendDtmfParam()
        prm.digits = key
        prm.method = pj.PJSUA_DTMF_METHOD_SIP_INFO if how == "info" else pj.PJSUA_DTMF_METHOD_RFC2833
        prm.duration = 160
        try:
            talk.sendDtmf(prm)
        except pj.Error as error:
            tell("trouble", call=talk.name, what=f"key: {error.reason}")

    def live(self, commands: queue.SimpleQueue[dict[str, Any]]) -> None:
        """Until `quit` or the end of stdin."""
        while self.running:
            self.endpoint.libHandleEvents(POLL_MS)
            self._due()
            while not commands.empty():
                command = commands.get()
                op = command.pop("op")
                try:
                    getattr(self, op)(**command)
                except pj.Error as error:
                    tell("trouble", call=command.get("call", ""), what=f"{op}: {error.reason}")
                tell("done")
        self.endpoint.hangupAllCalls()
        end = time.monotonic() + 0.5
        while time.monotonic() < end and any(not talk.over for talk in self.calls.values()):
            self.endpoint.libHandleEvents(POLL_MS)
            self._due()


def main() -> None:
    directory, name, log = Path(sys.argv[1]), sys.argv[2], sys.argv[3] if len(sys.argv) > 3 else ""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    go_ahead()  # a telephone that loses sound would blame the line for it
    commands: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()

    def listen() -> None:
        for line in sys.stdin:
            commands.put(json.loads(line))
        commands.put({"op": "quit"})

    gc.disable()  # pjsua2 objects must not die in a thread of PJSIP; the process is short-lived
    handset = Handset(directory, name, log)
    threading.Thread(target=listen, daemon=True).start()
    handset.live(commands)
    os._exit(0)  # no destructors: pjsua2 objects must not die in an order that Python chooses


if __name__ == "__main__":
    main()
