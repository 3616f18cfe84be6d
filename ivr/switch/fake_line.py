"""A call of the fake switch: scripted by a test, seen by the engine as a `Line`. Which there are is for `fake.py`."""

from __future__ import annotations

import enum
import uuid
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from twisted.internet.defer import Deferred

from background.reactor import Time, Timer, call_later
from ivr.switch.fake_recording import FakeRecording
from ivr.switch.line import (
    KEYS,
    Cause,
    Ended,
    Line,
    LineGone,
    LineListener,
    Offer,
    Played,
    Recorded,
    RecordEnd,
    Seat,
    SwitchRefused,
)
from ivr.switch.mailbox import Mailbox
from ivr.switch.sip import cause_of


class State(enum.Enum):
    OFFERED = "offered"
    DIALLING = "dialling"
    TALKING = "talking"
    ENDED = "ended"


class Exchange(Protocol):
    """The switch that a line is of."""

    clock: Time
    instant: bool
    """Plays are over at once."""

    def seconds(self, clip: Path) -> float:
        """How long a clip lasts."""

    def gone(self, line: FakeLine) -> None:
        """The line is free."""


class FakeLine:
    """A scripted call. Methods named `peer_…` and `press` are what the other side does."""

    def __init__(self, switch: Exchange, state: State, worker: int = 0) -> None:
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
        self._recording: FakeRecording | None = None
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
        self._recording = FakeRecording(path, self.switch.clock.seconds(), silence, end_keys, done, timer)
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
        if recording is not None:
            recording.end(self.switch.clock.seconds(), ended, key, speaks=self.speaks)

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
        self.switch.gone(self)
        self._end_recording(RecordEnd.HUNG_UP)
        self._end_play(LineGone(self.call_id))
        self.mailbox.ended(end)
