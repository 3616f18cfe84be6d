"""The telephone that a test holds: dials, answers, presses keys, listens.

    with Phone(tmp_path) as phone:
        call = phone.dial(f"sip:{line}@127.0.0.1:{port}")
        call.wait_answered()
        call.hear(clips("welcome"))
        call.press("1")
        call.hang_up()

Everything waits at most `timeout` seconds and then fails the test with what happened so far. A
`Phone` is one process (`handset.py`) with as many calls as its pjsua2 build allows: 4 with the wheel.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, TypeVar

from tests.phone import hearing

ROOT = Path(__file__).parents[2]
LISTEN_EVERY = 0.05
T = TypeVar("T")

Mode = Literal["answer", "busy", "reject", "no_answer", "silent", "code"]
Clips = Path | Sequence[Path]


class PhoneFailed(AssertionError):
    """What the test waited for did not happen."""


@dataclass(frozen=True, slots=True)
class Over:
    """How a call ended: the last SIP status, its words, and whether this telephone hung up."""

    code: int
    reason: str
    by_us: bool


@dataclass
class Call:
    """One call of a telephone."""

    phone: Phone
    name: str
    number: str = ""
    """For a call that came in: the number that was dialled."""
    caller: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    rang_at: float | None = None
    answered_at: float | None = None
    over: Over | None = None
    keys: str = ""
    """Keys that the other side pressed (RFC 4733)."""
    heard_until: int = 0
    """Samples of the recording that `hear` has already consumed."""

    @property
    def recording(self) -> Path:
        """WAV of all that was said to this telephone; may still be growing."""
        return self.phone.directory / f"{self.name}.wav"

    def wait_ringing(self, timeout: float = 5.0) -> Call:
        """Until 180 or an answer."""
        self.phone.wait(lambda: self.rang_at or self.answered_at, timeout, f"{self.name} to ring")
        return self

    def wait_answered(self, timeout: float = 5.0) -> Call:
        """Until audio flows. Fails at once when the call ends instead."""
        self.phone.wait(lambda: self.answered_at or self.over, timeout, f"{self.name} to be answered")
        if self.answered_at is None:
            raise PhoneFailed(f"{self.name} was not answered: {self.over}")
        return self

    def wait_ended(self, timeout: float = 10.0) -> Over:
        """Until the call is over, whoever ends it."""
        return self.phone.wait(lambda: self.over, timeout, f"{self.name} to end")

    def press(self, keys: str, *, every: float = 0.25) -> None:
        """Press keys as RFC 4733 events of 200 ms, one `every` seconds; returns at once."""
        self.phone.tell("press", call=self.name, keys=keys, every=every, how="rtp")

    def press_info(self, keys: str, *, every: float = 0.1) -> None:
        """Press keys as SIP INFO."""
        self.phone.tell("press", call=self.name, keys=keys, every=every, how="info")

    def speak(self, path: Path) -> None:
        """Say a WAV file (8 kHz mono 16-bit) into the telephone."""
        self.phone.tell("speak", call=self.name, path=str(path))

    def fall_silent(self) -> None:
        """Send no audio from now on, as if the network had gone one way."""
        self.phone.tell("fall_silent", call=self.name)

    def hang_up(self, timeout: float = 5.0) -> Over:
        """Hang up (CANCEL when it only rings) and wait until it is done."""
        self.phone.tell("hang_up", call=self.name)
        return self.wait_ended(timeout)

    def hear(self, clips: Clips, timeout: float = 10.0, *, start: float | None = None) -> None:
        """Wait until the clips were heard, in this order, after all that `hear` heard before.

        `start`: it is enough to hear that many seconds of the beginning of each clip.
        """
        for clip in [clips] if isinstance(clips, Path) else clips:
            self.hear_any([clip], timeout, start=start)

    def hear_any(self, clips: Sequence[Path], timeout: float = 10.0, *, start: float | None = None) -> Path:
        """Wait until one of several clips was heard; says which."""
        wanted = [(clip, hearing.load_clip(clip, start)) for clip in clips]

        def listen() -> Path | None:
            sound = self._sound()
            hits = [(found, clip) for clip, w in wanted if (found := hearing.find(w, sound)) is not None]
            if not hits:
                return None
            found, clip = min(hits, key=lambda hit: hit[0].start)
            self.heard_until += found.end - hearing.DRIFT
            return clip

        names = ", ".join(clip.name for clip in clips)
        return self.phone.wait(lambda: listen() or self._dead(listen, names), timeout, f"to hear {names}", LISTEN_EVERY)

    def has_heard(self, clip: Path, *, start: float | None = None) -> bool:
        """Whether the clip was said at any time of this call."""
        sound = hearing.load(self.recording) if self.recording.exists() else hearing.NOTHING
        return hearing.find(hearing.load_clip(clip, start), sound) is not None

    def heard_anything(self, louder_than: float = 60.0) -> bool:
        """Whether anything but quiet came since the last clip that was heard."""
        return hearing.loudness(self._sound()) > louder_than

    def seconds_recorded(self) -> float:
        """Length of what was recorded so far."""
        return len(self._sound(whole=True)) / hearing.RATE

    def _sound(self, *, whole: bool = False) -> hearing.Sound:
        sound = hearing.load(self.recording) if self.recording.exists() else hearing.NOTHING
        return sound if whole else sound[max(0, self.heard_until) :]

    def _dead(self, listen: Callable[[], Path | None], names: str) -> Path | None:
        """When the call is over nothing more will come: a last look, then fail early."""
        if self.over is None:
            return None
        time.sleep(0.1)
        if (clip := listen()) is not None:
            return clip
        raise PhoneFailed(f"the call ended ({self.over}) before {names} was heard; {self._sounded()}")

    def _sounded(self) -> str:
        return f"{self.seconds_recorded():.1f} s recorded in {self.recording}, {self.heard_until} samples heard"


class Phone:
    """A telephone process."""

    def __init__(self, directory: Path, name: str = "13800000001", *, log: Path | None = None) -> None:
        self.directory = (directory / f"phone-{name}").resolve()
        self.directory.mkdir(parents=True, exist_ok=True)
        self.name = name
        self.calls: dict[str, Call] = {}
        self.port = 0
        self.troubles: list[str] = []
        self._dialled = self._asked = self._done = 0
        self._fresh: list[Call] = []
        self._news = threading.Condition()
        self._stderr = (self.directory / "stderr.txt").open("w")
        self._start(log)

    def _start(self, log: Path | None) -> None:
        """Three tries: the port that it found free may be gone by then."""
        command = [sys.executable, "-m", "tests.phone.handset", str(self.directory), self.name]
        for left in (2, 1, 0):
            self.process = subprocess.Popen(
                [*command, *([str(log)] if log else [])],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._stderr, text=True, cwd=ROOT,
            )  # fmt: skip
            threading.Thread(target=self._read, args=(self.process,), daemon=True).start()
            try:
                self.wait(lambda: self.port, 20.0, "the telephone to start")
                return
            except PhoneFailed:
                self.kill()
                if not left:
                    raise

    def __enter__(self) -> Phone:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    @property
    def address(self) -> str:
        """host:port of its SIP (UDP and TCP)."""
        return f"127.0.0.1:{self.port}"

    def dial(self, uri: str, *, caller: str = "", headers: Mapping[str, str] | None = None) -> Call:
        """Call a SIP URI as number `caller`; returns at once."""
        self._dialled += 1
        call = Call(self, f"out{self._dialled}")
        self.calls[call.name] = call
        self.tell("dial", call=call.name, uri=uri, caller=caller, headers=dict(headers or {}))
        return call

    def expect(
        self, mode: Mode = "answer", *, number: str = "", after: float = 0.05, times: int = 0, code: int = 500
    ) -> None:
        """How calls for `number` (empty: any) are met from now on, the first matching rule first.

        `after`: seconds of ringing; `times`: for that many calls (0: for ever); `code`: the status
        of mode "code"; "no_answer" rings for ever; "silent" does not even ring. Without a rule
        calls are answered.
        """
        self.tell("expect", mode=mode, after=after, number=number, times=times, code=code)
        self._obeyed()

    def forget(self) -> None:
        """Drop every rule of `expect`."""
        self.tell("forget")
        self._obeyed()

    def next_call(self, timeout: float = 10.0) -> Call:
        """The next call that comes in and was not asked for before."""
        self.wait(lambda: self._fresh, timeout, f"a call to {self.name}")
        return self._fresh.pop(0)

    def no_call(self, seconds: float) -> None:
        """Fails when a call comes in within the next seconds."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self._fresh:
                raise PhoneFailed(f"nobody should ring, but {self._fresh[0].number} did")
            time.sleep(0.02)

    def close(self) -> None:
        """Hang up everything and stop the process."""
        if self.process.poll() is None:
            try:
                self.tell("quit")
                self.process.wait(3)
            except (OSError, subprocess.TimeoutExpired):
                self.kill()
        self._stderr.close()

    def kill(self) -> None:
        """Vanish: no BYE, no more packets."""
        self.process.kill()
        self.process.wait()

    def tell(self, op: str, **facts: Any) -> None:
        """One command to the process."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"op": op, **facts}) + "\n")
        self.process.stdin.flush()
        self._asked += 1

    def _obeyed(self) -> None:
        """Until every command so far was carried out."""
        self.wait(lambda: self._done >= self._asked, 5.0, "the telephone to obey")

    def wait(self, until: Callable[[], T | None], timeout: float, what: str, every: float = 0.02) -> T:
        """Poll until something true comes back; at most `timeout` seconds."""
        end = time.monotonic() + timeout
        while True:
            with self._news:
                if found := until():
                    return found
                left = end - time.monotonic()
                if left <= 0:
                    raise PhoneFailed(f"waited {timeout} s for {what}; {self._story()}")
                if self.process.poll() is not None:
                    raise PhoneFailed(f"the telephone process died while waiting for {what}; {self._story()}")
                self._news.wait(min(left, every))

    def _story(self) -> str:
        calls = "; ".join(
            f"{c.name} {'rang ' if c.rang_at else ''}{'answered ' if c.answered_at else ''}{c.over or ''} "
            f"{c.seconds_recorded():.1f} s recorded"
            for c in self.calls.values()
        )
        return f"calls of {self.name}: {calls or 'none'}; troubles: {self.troubles or 'none'}"

    def _read(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            event = json.loads(line)
            with self._news:
                self._take(event.pop("event"), event)
                self._news.notify_all()

    def _take(self, event: str, facts: dict[str, Any]) -> None:
        if event == "ready":
            self.port = facts["port"]
            return
        if event == "incoming":
            call = Call(self, facts["call"], facts["number"], facts["caller"], facts["headers"])
            self.calls[call.name] = call
            self._fresh.append(call)
            return
        if event == "done":
            self._done += 1
            return
        if event == "trouble":
            self.troubles.append(f"{facts['call']}: {facts['what']}")
            return
        call = self.calls[facts["call"]]
        if event == "ringing":
            call.rang_at = call.rang_at or time.monotonic()
        elif event == "answered":
            call.answered_at = time.monotonic()
        elif event == "key":
            call.keys += facts["key"]
        elif event == "ended":
            call.over = Over(facts["code"], facts["reason"], facts["by_us"])
