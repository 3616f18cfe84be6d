"""Plain telephones by the hundred, in one thread: they ring, answer, listen, press a key, hang up.

    with Telephones(lambda number: Habit(answers=2.0, presses=("1", 20.0), hangs_up=8.0)) as telephones:
        line = Line(directory, telephones.port)
        ...
        telephones.told        # what happened at which telephone, in order

Every number is a telephone with one line: who calls while it is in use gets 486. Sound is sent (a hum) and thrown away;
what is said to them is for `phone.py`, which listens. SIP is what RFC 3261 asks of an endpoint on a quiet network.
"""

from __future__ import annotations

import contextlib
import heapq
import random
import re
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from types import TracebackType

from tests.phone.packets import EVENT, Tape

FRAME = 0.02
RESEND = 0.5
"""Seconds until an answer that nobody acknowledged is sent again."""


@dataclass(frozen=True, slots=True)
class Habit:
    """How a telephone meets a call. Seconds count from the thing before; None: never."""

    rings: float = 0.0
    """Until 180."""
    answers: float | None = 0.1
    presses: tuple[str, float] | None = ("1", 0.8)
    """The key, and the seconds of listening before it."""
    hangs_up: float | None = None
    """After the key, or after the answer when it presses none."""
    again: float | None = None
    """Whoever goes on listening presses the key once more, each time after so many seconds, until the call is over."""


@dataclass(frozen=True, slots=True)
class Happened:
    """Something at a telephone. `at` is of `time.time()`."""

    at: float
    number: str
    what: str
    """`invited`, `busy`, `ringing`, `answered`, `heard` (a first packet came), `pressed`, `hung_up` (by the telephone),
    `ended` (by who called), `cancelled`."""


@dataclass
class _Call:
    number: str
    habit: Habit
    invite: str
    far: tuple[str, int]
    tag: str
    media: socket.socket
    rtp_to: tuple[str, int]
    event: int
    answered: bool = False
    acknowledged: bool = False
    over: bool = False
    heard: bool = False
    tape: Tape = field(default_factory=Tape)
    sequence: int = 0


class Telephones:
    """A house full of them behind one SIP port."""

    def __init__(self, habit: Callable[[str], Habit], listener: Callable[[Happened], None] | None = None) -> None:
        """`habit` is asked at every call of a number; `listener` hears all that happens, in this thread."""
        self.told: list[Happened] = []
        self._habit = habit
        self._listener = listener
        self._news = threading.Condition()
        self._sip = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._sip.bind(("127.0.0.1", 0))
        self._sip.settimeout(FRAME / 4)
        self.port: int = self._sip.getsockname()[1]
        self._calls: dict[str, _Call] = {}
        self._agenda: list[tuple[float, int, Callable[[], None]]] = []
        self._count = count()
        self._running = True
        self._thread = threading.Thread(target=self._live, name="telephones", daemon=True)
        self._thread.start()

    def __enter__(self) -> Telephones:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._running = False
        self._thread.join(5)
        self._sip.close()

    def in_use(self, number: str) -> bool:
        """Whether this telephone rings or talks."""
        return any(one.number == number for one in list(self._calls.values()))

    def wait_for(self, number: str, what: str, seconds: float, since: int = 0) -> Happened | None:
        """The first such thing at this telephone among `told[since:]`, waited for; None when it did not happen."""
        until = time.monotonic() + seconds
        with self._news:
            while True:
                for one in self.told[since:]:
                    if (one.number, one.what) == (number, what):
                        return one
                if (left := until - time.monotonic()) <= 0:
                    return None
                self._news.wait(min(left, 0.1))

    # The thread

    def _live(self) -> None:
        while self._running:
            try:
                message, far = self._sip.recvfrom(65535)
                self._take(message.decode(errors="replace"), far)
            except (TimeoutError, ConnectionError):
                pass
            now = time.monotonic()
            while self._agenda and self._agenda[0][0] <= now:
                heapq.heappop(self._agenda)[2]()
            for call in [one for one in self._calls.values() if one.answered]:
                self._listen(call)

    def _later(self, seconds: float, do: Callable[[], None]) -> None:
        heapq.heappush(self._agenda, (time.monotonic() + seconds, next(self._count), do))

    def _tell(self, number: str, what: str) -> None:
        happened = Happened(time.time(), number, what)
        with self._news:
            self.told.append(happened)
            self._news.notify_all()
        if self._listener is not None:
            self._listener(happened)

    # SIP

    def _take(self, message: str, far: tuple[str, int]) -> None:
        method = message.split(" ", 1)[0]
        call = self._calls.get(_header(message, "Call-ID"))
        if method == "INVITE" and call is None:
            self._invited(message, far)
        elif method == "INVITE" and call is not None and call.answered:
            self._say(call, "200 OK", sdp=True)
        elif method == "ACK" and call is not None:
            call.acknowledged = True
        elif method == "BYE":
            self._answer(message, far, "200 OK" if call is not None else "481 Call/Transaction Does Not Exist")
            if call is not None:
                self._end(call, "ended")
        elif method == "CANCEL":
            self._answer(message, far, "200 OK")
            if call is not None and not call.answered:
                self._say(call, "487 Request Terminated")
                self._end(call, "cancelled")
        elif method in ("OPTIONS", "INFO", "UPDATE"):
            self._answer(message, far, "200 OK")

    def _invited(self, invite: str, far: tuple[str, int]) -> None:
        number = re.match(r"INVITE sips?:([^@;>]+)", invite)[1]  # type: ignore[index]
        self._tell(number, "invited")
        if any(one.number == number for one in self._calls.values()):
            self._answer(invite, far, "486 Busy Here", tag="busy")
            self._tell(number, "busy")
            return
        host = re.search(r"^c=IN IP4 (\S+)", invite, re.MULTILINE)
        audio = re.search(r"^m=audio (\d+)", invite, re.MULTILINE)
        event = re.search(r"^a=rtpmap:(\d+) telephone-event/8000", invite, re.MULTILINE)
        media = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        media.bind(("127.0.0.1", 0))
        media.setblocking(False)
        call = _Call(
            number, self._habit(number), invite, far, f"t{random.getrandbits(40):x}", media,
            (host[1] if host else "127.0.0.1", int(audio[1]) if audio else 9), int(event[1]) if event else 101,
        )  # fmt: skip
        self._calls[_header(invite, "Call-ID")] = call
        self._later(call.habit.rings, lambda: self._ring(call))

    def _ring(self, call: _Call) -> None:
        if call.over:
            return
        self._say(call, "180 Ringing")
        self._tell(call.number, "ringing")
        if call.habit.answers is not None:
            self._later(call.habit.answers, lambda: self._pick_up(call))

    def _pick_up(self, call: _Call) -> None:
        if call.over:
            return
        call.answered = True
        self._tell(call.number, "answered")
        self._insist(call)
        self._speak(call)
        if call.habit.presses is not None:
            key, after = call.habit.presses
            self._later(after, lambda: self._press(call, key))
        elif call.habit.hangs_up is not None:
            self._later(call.habit.hangs_up, lambda: self._hang_up(call))

    def _insist(self, call: _Call) -> None:
        if not call.acknowledged and not call.over:
            self._say(call, "200 OK", sdp=True)
            self._later(RESEND, lambda: self._insist(call))

    def _hang_up(self, call: _Call) -> None:
        if call.over:
            return
        contact = re.search(r"^Contact:.*?<([^>]+)>", call.invite, re.MULTILINE | re.IGNORECASE)
        target = contact[1] if contact else f"sip:{call.far[0]}:{call.far[1]}"
        bye = [
            f"BYE {target} SIP/2.0",
            f"Via: SIP/2.0/UDP 127.0.0.1:{self.port};branch=z9hG4bK{random.getrandbits(48):x};rport",
            f"From: {_header(call.invite, 'To')};tag={call.tag}",
            f"To: {_header(call.invite, 'From')}",
            f"Call-ID: {_header(call.invite, 'Call-ID')}",
            "CSeq: 1 BYE",
            "Max-Forwards: 70",
            "Content-Length: 0",
        ]
        self._send("\r\n".join(bye) + "\r\n\r\n", call.far)
        self._end(call, "hung_up")

    def _end(self, call: _Call, how: str) -> None:
        if not call.over:
            call.over = True
            del self._calls[_header(call.invite, "Call-ID")]
            call.media.close()
            self._tell(call.number, how)

    def _say(self, call: _Call, status: str, *, sdp: bool = False) -> None:
        body = ""
        if sdp:
            body = "\r\n".join(
                [
                    "v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "c=IN IP4 127.0.0.1", "t=0 0",
                    f"m=audio {call.media.getsockname()[1]} RTP/AVP 0 {call.event}", "a=rtpmap:0 PCMU/8000",
                    f"a=rtpmap:{call.event} telephone-event/8000", f"a=fmtp:{call.event} 0-15", "a=sendrecv", "",
                ]
            )  # fmt: skip
        self._answer(call.invite, call.far, status, tag=call.tag, body=body)

    def _answer(self, request: str, far: tuple[str, int], status: str, *, tag: str = "", body: str = "") -> None:
        head = request.split("\r\n\r\n", 1)[0].split("\r\n")
        kept = [line for line in head[1:] if line.lower().startswith(("via:", "v:", "from:", "f:", "call-id:", "i:",
                                                                     "cseq:", "record-route:"))]  # fmt: skip
        to = _header(request, "To")
        kept.append(f"To: {to}" + (f";tag={tag}" if tag and "tag=" not in to else ""))
        kept.append(f"Contact: <sip:telephone@127.0.0.1:{self.port}>")
        if body:
            kept.append("Content-Type: application/sdp")
        kept.append(f"Content-Length: {len(body)}")
        self._send("\r\n".join([f"SIP/2.0 {status}", *kept]) + "\r\n\r\n" + body, far)

    def _send(self, message: str, far: tuple[str, int]) -> None:
        with contextlib.suppress(OSError):  # nobody is there any more: the other side was killed
            self._sip.sendto(message.encode(), far)

    # Sound

    def _speak(self, call: _Call) -> None:
        """A frame of hum, or what is left of a key, each 20 ms."""
        if call.over:
            return
        if call.sequence >= len(call.tape.packets):
            call.tape.voice(FRAME)
        packet = call.tape.packets[call.sequence][1]
        if packet[1] & 0x7F == EVENT:
            packet = packet[:1] + bytes([packet[1] & 0x80 | call.event]) + packet[2:]
        with contextlib.suppress(OSError):
            call.media.sendto(packet, call.rtp_to)
        call.sequence += 1
        self._later(FRAME, lambda: self._speak(call))

    def _press(self, call: _Call, key: str) -> None:
        if call.over:
            return
        call.tape.key(key)
        self._tell(call.number, "pressed")
        if call.habit.again is not None:
            self._later(call.habit.again, lambda: self._press(call, key))
        if call.habit.hangs_up is not None:
            self._later(call.habit.hangs_up, lambda: self._hang_up(call))

    def _listen(self, call: _Call) -> None:
        try:
            while True:
                call.media.recv(2048)
                if not call.heard:
                    call.heard = True
                    self._tell(call.number, "heard")
        except OSError:
            return


def _header(message: str, name: str) -> str:
    short = {"Call-ID": "i", "From": "f", "To": "t"}.get(name, name)
    found = re.search(rf"^(?:{name}|{short})\s*:\s*(.*?)\r?$", message, re.MULTILINE | re.IGNORECASE)
    return found[1] if found else ""
