"""A switch without SIP for tests: peers act when the test says so, time passes when its Clock is advanced.

    clock = Clock()
    switch = FakeSwitch(clock, lines=4)
    switch.listener = engine
    line = switch.offer("8000", "13800000000")    # engine.incoming(line, offer) was called
    line.press("12#"); clock.advance(3.5); line.peer_hangs_up()

It keeps the same promises as the pool: `tests/switch/test_contract.py` runs on both.
"""

from __future__ import annotations

import enum
import math
import struct
import uuid
import wave
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from twisted.internet.defer import Deferred

from background.reactor import Time, Timer, call_later
from ivr.switch.line import (
    KEYS,
    Capacity,
    Cause,
    Diversion,
    Ended,
    Line,
    LineGone,
    LineListener,
    NoLineFree,
    Offer,
    Played,
    Recorded,
    RecordEnd,
    Seat,
    SwitchListener,
    SwitchRefused,
)
from ivr.switch.mailbox import Mailbox
from ivr.switch.sip import cause_of, checked_caller_id, checked_headers, checked_target


class State(enum.Enum):
    OFFERED = "offered"
    DIALLING = "dialling"
    TALKING = "talking"
    ENDED = "ended"


@dataclass
class _Recording:
    path: Path
    started: float
    silence: float
    end_keys: str
    done: Deferred[Recorded]
    limit: Timer


class FakeLine:
    """A scripted call. Methods named `peer_…` and `press` are what the other side does."""

    def __init__(self, switch: FakeSwitch, state: State, worker: int = 0) -> None:
        self.call_id = uuid.uuid4().hex
        self.switch = switch
        self.state = state
        self.worker = worker
        self.mailbox = Mailbox(switch.clock)
        self.offer: Offer | None = None
        self.target = ""
        self.caller_id = ""
        self.headers: dict[str, str] = {}
        self.timeout = 0.0
        self.rang = False
        """True once the engine sent 180, or the dialled peer did."""
        self.played: list[list[Path]] = []
        """Every play, whether or not it was heard to the end."""
        self.recorded: list[Path] = []
        self.in_band = False
        self.speaks = True
        """Whether the peer says something while it is recorded; a tone stands for it."""
        self.bridged_with: FakeLine | None = None
        self.end: Ended | None = None
        """How the call ended, None while it lasts. `end.sip_code` is what the peer was sent when refused."""
        self._play: Deferred[Played] | None = None
        self._play_ends: Timer | None = None
        self._recording: _Recording | None = None
        self._dial_limit: Timer | None = None
        self._silent_since: float | None = None

    # What the peer does.

    def press(self, keys: str) -> None:
        """The peer presses keys one after the other, in no time; anything but a telephone key is dropped."""
        for key in keys:
            if self.state is not State.TALKING or key not in KEYS:
                continue
            playing = self._play
            self.mailbox.key(key)
            self.mailbox.deliver()
            # The listener may have begun another play because of this key: that one is not stopped by it.
            if self._play is not None and self._play is playing and key in self._stop_on:
                self._end_play(Played(finished=False, stopped_by=key))
            if self._recording is not None and key in self._recording.end_keys:
                self._end_recording(RecordEnd.KEY, key)

    def peer_hangs_up(self) -> None:
        """BYE after the answer; before it the caller's CANCEL."""
        if self.state is State.DIALLING:
            raise AssertionError("a dialled peer that has not answered refuses, it cannot hang up")
        cause = Cause.CANCELLED if self.state is State.OFFERED else Cause.NORMAL
        self._finish(Ended(cause, 487 if cause is Cause.CANCELLED else 200, by_peer=True))
        self.mailbox.deliver()

    def peer_falls_silent(self) -> None:
        """Neither sound nor reports come any more."""
        self._silent_since = self.switch.clock.seconds()

    def peer_gives_a_sign(self) -> None:
        """Something comes again."""
        self._silent_since = None

    def peer_vanishes(self) -> None:
        """Audio stopped and the media time-out has passed."""
        self._finish(Ended(Cause.MEDIA_TIMEOUT))
        self.mailbox.deliver()

    def peer_is_silent(self) -> None:
        """The peer said nothing for as long as the recording under way allows."""
        self._end_recording(RecordEnd.SILENCE)

    def peer_rings(self) -> None:
        """The dialled phone rings."""
        self._must_be(State.DIALLING)
        self.rang = True
        self.mailbox.ringing()
        self.mailbox.deliver()

    def peer_answers(self) -> None:
        """The dialled phone is picked up."""
        self._must_be(State.DIALLING)
        self._start_talking()
        self.mailbox.deliver()

    def peer_refuses(self, sip_code: int) -> None:
        """The dialled phone or a PBX answers with a final response other than 200."""
        self._must_be(State.DIALLING)
        self._finish(Ended(cause_of(sip_code), sip_code, by_peer=True))
        self.mailbox.deliver()

    def finish_play(self) -> None:
        """The play under way reaches its end now."""
        self._end_play(Played(finished=True, silence=self._silence))

    @property
    def playing(self) -> list[Path]:
        """What plays at this moment; empty for silence."""
        return self.played[-1] if self._play is not None else []

    @property
    def recording(self) -> Path | None:
        """Where the recording under way goes."""
        return self._recording.path if self._recording is not None else None

    # The Line that the engine sees.

    @property
    def seat(self) -> Seat:
        return Seat(self.call_id, self.call_id, f"worker {self.worker}")

    def listen(self, listener: LineListener) -> None:
        self.mailbox.listen(listener)

    async def ring(self) -> None:
        self._needs(State.OFFERED)
        self.rang = True

    async def answer(self) -> None:
        self._needs(State.OFFERED)
        self._start_talking()

    async def reject(self, sip_code: int) -> None:
        self._needs(State.OFFERED)
        self._finish(Ended(Cause.REJECTED, sip_code))

    async def play(self, clips: Sequence[Path], *, stop_on: str = "") -> Played:
        self._needs(State.TALKING)
        if not clips:
            raise SwitchRefused("nothing to play")
        seconds = sum(self.switch.seconds(clip) for clip in clips)
        self._end_play(Played(finished=False))
        self.played.append(list(clips))
        if self.switch.instant:
            return Played(finished=True)
        self._stop_on = stop_on
        self._play = Deferred()
        self._play_ends = call_later(self.switch.clock, seconds, self.finish_play)
        return await self._play

    async def stop(self) -> None:
        self._needs(State.TALKING)
        self._end_play(Played(finished=False))

    async def record(self, path: Path, *, limit: float, silence: float = 0.0, end_keys: str = "") -> Recorded:
        self._needs(State.TALKING)
        if self._recording is not None:
            raise SwitchRefused("a recording is under way")
        done: Deferred[Recorded] = Deferred()
        timer = call_later(self.switch.clock, limit, lambda: self._end_recording(RecordEnd.LIMIT))
        self._recording = _Recording(path, self.switch.clock.seconds(), silence, end_keys, done, timer)
        self.recorded.append(path)
        return await done

    async def stop_recording(self) -> None:
        self._needs(State.TALKING)
        self._end_recording(RecordEnd.STOPPED)

    async def bridge(self, other: Line) -> None:
        self._needs(State.TALKING)
        if not isinstance(other, FakeLine) or other is self or other.worker != self.worker:
            raise SwitchRefused("both lines of a bridge must be on one worker")
        other._needs(State.TALKING)
        for line in (self, other):
            line._unbridge()
        self.bridged_with, other.bridged_with = other, self

    async def unbridge(self) -> None:
        self._needs(State.TALKING)
        self._unbridge()

    async def hang_up(self, sip_code: int = 0) -> None:
        if self.state is State.ENDED:
            return
        if self.state is State.TALKING:
            self._finish(Ended(Cause.NORMAL, 200))
        elif self.state is State.DIALLING:
            self._finish(Ended(Cause.CANCELLED, 487))
        else:
            self._finish(Ended(Cause.REJECTED, sip_code or 603))

    # Within.

    _stop_on = ""

    def lost(self) -> None:
        """The worker of this call died; `mailbox.deliver` passes that on."""
        self._finish(Ended(Cause.SWITCH_LOST))

    def start_dialling(self) -> None:
        self._dial_limit = call_later(self.switch.clock, self.timeout, self._not_answered)

    def refused_at_the_door(self, sip_code: int) -> None:
        """The worker refused the call by itself; the engine never hears of it."""
        self.state = State.ENDED
        self.end = Ended(cause_of(sip_code), sip_code)

    def _not_answered(self) -> None:
        self._dial_limit = None
        self._finish(Ended(Cause.NO_ANSWER, 487))

    def _needs(self, state: State) -> None:
        if self.state is State.ENDED:
            raise LineGone(self.call_id)
        if self.state is not state:
            raise SwitchRefused(f"the call is {self.state.value}, not {state.value}")

    def _must_be(self, state: State) -> None:
        if self.state is not state:
            raise AssertionError(f"the test expects a call that is {state.value}; it is {self.state.value}")

    @property
    def _silence(self) -> float:
        return 0.0 if self._silent_since is None else self.switch.clock.seconds() - self._silent_since

    def _start_talking(self) -> None:
        self._cancel_dial_limit()
        self.state = State.TALKING
        self.mailbox.answered()

    def _cancel_dial_limit(self) -> None:
        if self._dial_limit is not None:
            self._dial_limit.cancel()
            self._dial_limit = None

    def _end_play(self, played: Played | LineGone) -> None:
        if self._play_ends is not None and self._play_ends.active():
            self._play_ends.cancel()
        play, self._play, self._play_ends = self._play, None, None
        if play is None:
            return
        if isinstance(played, LineGone):
            play.errback(played)
        else:
            play.callback(played)

    def _end_recording(self, ended: RecordEnd, key: str = "") -> None:
        recording, self._recording = self._recording, None
        if recording is None:
            return
        if recording.limit.active():
            recording.limit.cancel()
        seconds = self.switch.clock.seconds() - recording.started
        spoken = seconds - (recording.silence if ended is RecordEnd.SILENCE else 0.0) if self.speaks else 0.0
        _write_sound(recording.path, max(0.0, spoken), seconds)
        recording.done.callback(Recorded(recording.path, seconds, ended, key))

    def _unbridge(self) -> None:
        other, self.bridged_with = self.bridged_with, None
        if other is not None:
            other.bridged_with = None

    def _finish(self, end: Ended) -> None:
        if self.state is State.ENDED:
            return
        self._cancel_dial_limit()
        self._unbridge()
        self.state = State.ENDED
        self.end = end = replace(end, silence=self._silence)
        self.switch.busy.discard(self)
        self._end_recording(RecordEnd.HUNG_UP)
        self._end_play(LineGone(self.call_id))
        self.mailbox.ended(end)


class FakeSwitch:
    """Lines of one imaginary worker (or several: `per_worker`)."""

    def __init__(
        self,
        clock: Time,
        *,
        lines: int = 4,
        listener: SwitchListener | None = None,
        instant: bool = False,
        clip_seconds: float | None = None,
        per_worker: int | None = None,
    ) -> None:
        """`instant`: plays are over at once. `clip_seconds`: every clip lasts so long and need not
        exist; without it clips are read and a missing one is refused, as the real switch does.
        `per_worker`: calls of one worker; only those can be bridged (default: all lines)."""
        self.clock = clock
        self.lines = lines
        self.listener = listener
        self.instant = instant
        self.clip_seconds = clip_seconds
        self.per_worker = per_worker or lines
        self.busy: set[FakeLine] = set()
        self.offered: list[FakeLine] = []
        """Every incoming call, refused ones too."""
        self.dialled: list[FakeLine] = []
        """Every outgoing call."""
        self.draining = False

    def offer(
        self,
        dialled: str,
        caller: str,
        *,
        display: str = "",
        diversions: Sequence[Diversion] = (),
        headers: Mapping[str, str] = {},
        in_band: bool = False,
    ) -> FakeLine:
        """A caller dials in. Without a free line, or while draining, the returned line is already
        ended (486 or 503) and the listener heard nothing. `in_band`: his telephone offers no key events."""
        line = FakeLine(self, State.OFFERED)
        line.in_band = in_band
        line.offer = Offer(dialled, caller, display, tuple(diversions), {"Call-ID": line.call_id, **headers})
        self.offered.append(line)
        worker = self._free_worker()
        if self.draining or worker is None:
            line.refused_at_the_door(503 if self.draining else 486)
            return line
        line.worker = worker
        self.busy.add(line)
        if self.listener is None:
            raise AssertionError("set switch.listener before a call is offered")
        self.listener.incoming(line, line.offer)
        return line

    def capacity(self) -> Capacity:
        return Capacity(lines=self.lines, busy=len(self.busy))

    async def dial(
        self,
        target: str,
        *,
        caller_id: str,
        timeout: float,
        headers: Mapping[str, str] | None = None,
        beside: Line | None = None,
        listener: LineListener,
    ) -> FakeLine:
        checked = checked_target(target)
        line = FakeLine(self, State.DIALLING)
        line.caller_id = checked_caller_id(caller_id)
        line.headers = {**checked_headers(headers or {}), "X-Wardbell-Call": line.call_id}
        line.target, line.timeout = checked, timeout
        worker = beside.worker if isinstance(beside, FakeLine) else self._free_worker()
        if self.draining or worker is None or self._on(worker) >= self.per_worker:
            raise NoLineFree("every line is in use")
        line.worker = worker
        self.busy.add(line)
        self.dialled.append(line)
        line.listen(listener)
        line.start_dialling()
        return line

    def line(self, call_id: str) -> FakeLine | None:
        return next((line for line in self.busy if line.call_id == call_id), None)

    async def drain(self, limit: float) -> None:
        self.draining = True
        until = self.clock.seconds() + limit
        while self.busy and self.clock.seconds() < until:
            await self._sleep(min(0.1, until - self.clock.seconds()))
        for line in list(self.busy):
            await line.hang_up(503)

    def lose_worker(self, worker: int = 0) -> None:
        """A worker dies: its calls end with SWITCH_LOST, its lines are free again."""
        lost = [line for line in (*self.offered, *self.dialled) if line in self.busy and line.worker == worker]
        for line in lost:
            line.lost()
        for line in lost:
            line.mailbox.deliver()

    def seconds(self, clip: Path) -> float:
        """How long a clip lasts."""
        if self.clip_seconds is not None:
            return self.clip_seconds
        return wav_seconds(clip)

    async def _sleep(self, seconds: float) -> None:
        woken: Deferred[None] = Deferred()
        call_later(self.clock, seconds, lambda: woken.callback(None))
        await woken

    def _on(self, worker: int) -> int:
        return sum(line.worker == worker for line in self.busy)

    def _free_worker(self) -> int | None:
        if len(self.busy) >= self.lines:
            return None
        workers = -(-self.lines // self.per_worker)
        return next((number for number in range(workers) if self._on(number) < self.per_worker), None)


def wav_seconds(clip: Path) -> float:
    """Length of a WAV file; SwitchRefused when it is missing or not 8 kHz mono 16-bit."""
    try:
        with wave.open(str(clip)) as wav:
            if (wav.getframerate(), wav.getnchannels(), wav.getsampwidth()) != (8000, 1, 2):
                raise SwitchRefused(f"not an 8 kHz mono 16-bit WAV: {clip}")
            return float(wav.getnframes() / 8000)
    except (OSError, EOFError, wave.Error) as error:
        raise SwitchRefused(f"no clip {clip}: {error}") from error


def _write_sound(path: Path, spoken: float, seconds: float) -> None:
    """A WAV of `seconds`, the first `spoken` of them a tone of 500 Hz, the rest silence."""
    tone = struct.pack("<16h", *(int(8000 * math.sin(math.tau * i / 16)) for i in range(16)))
    samples = int(seconds * 8000)
    sound = (tone * (int(spoken * 500) + 1))[: 2 * min(samples, int(spoken * 8000))]
    with wave.open(str(path), "wb") as wav:
        wav.setnchannels(1)
        wav.setsampwidth(2)
        wav.setframerate(8000)
        wav.writeframes(sound.ljust(2 * samples, b"\0"))
