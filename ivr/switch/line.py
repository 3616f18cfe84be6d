"""What the engine may ask of a call and what it hears back: the boundary of the switch.

There are two implementations of these Protocols: the pool of pjsua2 workers (`pool.py`) and the
fake that tests use (`fake.py`). One contract suite runs on both. Which flow runs on a
call, and who may call whom, is for others.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from ivr.errors import IvrError

KEYS = "0123456789*#ABCD"
"""The keys of a telephone (RFC 4733 §3.2, events 0-15). Nothing else leaves a worker."""
PAD = KEYS[:12]
"""The keys that people have. A to D are on nobody's telephone: what sends them is noise."""


class Cause(enum.StrEnum):
    """Why a call ended or never began. The string is what the `calls` table stores."""

    NORMAL = "normal"  # somebody hung up after an answer
    BUSY = "busy"  # 486, 600
    NO_ANSWER = "no_answer"  # rang until the dial time-out, 408, 480, 487 after our CANCEL
    REJECTED = "rejected"  # 603, 403: the person or the PBX refused
    UNREACHABLE = "unreachable"  # 404, 484, 604: no such number
    CONGESTION = "congestion"  # 5xx, no line free: try again later
    CANCELLED = "cancelled"  # the caller gave up before the answer
    MEDIA_TIMEOUT = "media_timeout"  # the peer vanished without BYE
    SWITCH_LOST = "switch_lost"  # the worker that held the call died
    ERROR = "error"  # anything else; `Ended.sip_code` tells


@dataclass(frozen=True, slots=True)
class Ended:
    """How a call ended. `sip_code` is the last SIP status (0 when there was none)."""

    cause: Cause
    sip_code: int = 0
    by_peer: bool = False
    """True when the other side hung up or refused, False when we did or something broke."""
    silence: float = field(default=0.0, compare=False)
    """Seconds for which the other side had given no sign of life, neither sound nor a report, when the call ended."""


@dataclass(frozen=True, slots=True)
class Diversion:
    """Somebody's number from which the call was forwarded, and why (RFC 5806's words: `no-answer`, ...)."""

    number: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """An incoming call as the trunk presented it. Numbers are user parts, never URIs."""

    dialled: str
    caller: str
    """The number of From, or the one that the trunk vouches for (P-Asserted-Identity, Remote-Party-ID); empty when
    withheld."""
    display: str = ""
    diversions: tuple[Diversion, ...] = ()
    """Who forwarded the call, the last one first: Diversion, else History-Info (docs/features.md, 94). Only what the
    trunk said: anybody else may write anything."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Call-ID and whatever else the worker was asked to pass on."""

    @property
    def diverted_from(self) -> str:
        """The number that forwarded the call to the one that was called; empty when nobody did."""
        return self.diversions[0].number if self.diversions else ""

    @property
    def forwarded(self) -> tuple[str, ...]:
        """The numbers that the call was dialled to before, the caller's own choice first."""
        return tuple(diversion.number for diversion in reversed(self.diversions))


@dataclass(frozen=True, slots=True)
class TurnedAway:
    """A call that the switch refused by itself."""

    call_id: str
    offer: Offer
    sip_code: int
    why: str
    codecs: str = ""
    """What its SDP offered, in words."""


@dataclass(frozen=True, slots=True)
class Played:
    """How a play ended: `finished`, or stopped early by a key or by the engine."""

    finished: bool
    stopped_by: str = ""
    """The key that stopped it, or empty."""
    silence: float = field(default=0.0, compare=False)
    """Seconds for which the other side had given no sign of life, neither sound nor a report, when it ended."""


class RecordEnd(enum.StrEnum):
    """What ended a recording."""

    KEY = "key"
    SILENCE = "silence"
    LIMIT = "limit"
    STOPPED = "stopped"  # by the engine
    HUNG_UP = "hung_up"


@dataclass(frozen=True, slots=True)
class Recorded:
    """A finished recording: 8 kHz mono 16-bit WAV at `path`, `seconds` long."""

    path: Path
    seconds: float
    ended: RecordEnd
    key: str = ""


class LineListener(Protocol):
    """What a line tells its owner. Called in the reactor thread, in order, never re-entrantly
    from inside a call that the owner makes. After `ended` nothing more is called."""

    def ringing(self) -> None:
        """A dialled call rings (180 or 183)."""

    def answered(self) -> None:
        """Audio flows both ways from now on: our answer was sent, or the dialled peer answered."""

    def key(self, key: str) -> None:
        """One key, once, at its beginning, whatever its length and however it was sent."""

    def ended(self, end: Ended) -> None:
        """The call is over and its line is free."""


@dataclass(frozen=True, slots=True)
class Seat:
    """Where on the switch a call is, for whoever looks it up in logs."""

    line: str = ""
    """Our name for it (`Line.call_id`)."""
    sip_call_id: str = ""
    worker: str = ""


class Line(Protocol):
    """One call held by the switch. Awaitables of an ended call raise `LineGone`."""

    @property
    def call_id(self) -> str:
        """Ours, unique for ever (UUID hex); goes to logs, tables and the X-Wardbell-Call header."""

    @property
    def seat(self) -> Seat:
        """Known from the offer on, or from `Switch.dial`."""

    @property
    def in_band(self) -> bool:
        """Known from the answer on: the peer offers no key events (RFC 4733), so its keys are tones in its sound."""

    def listen(self, listener: LineListener) -> None:
        """Send events to `listener`. Events from before the first `listen` are delivered then."""

    async def ring(self) -> None:
        """Send 180 Ringing."""

    async def answer(self) -> None:
        """Send 200 OK; returns when audio flows."""

    async def reject(self, sip_code: int) -> None:
        """Refuse an unanswered call, e.g. 486, 603, 503. `ended` follows."""

    async def play(self, clips: Sequence[Path], *, stop_on: str = "") -> Played:
        """Play WAV files (8 kHz mono 16-bit) without a gap; a key in `stop_on` stops them in the
        worker itself. A play that is under way is replaced (its awaitable returns unfinished)."""

    async def stop(self) -> None:
        """Stop what plays, at once. Nothing playing is no error."""

    async def record(self, path: Path, *, limit: float, silence: float = 0.0, end_keys: str = "") -> Recorded:
        """Record what the peer says into `path` for at most `limit` seconds; `silence` seconds of
        quiet or a key of `end_keys` ends it (0 and empty: never)."""

    async def stop_recording(self) -> None:
        """End the recording that is under way; its awaitable returns. None is no error."""

    async def bridge(self, other: Line) -> None:
        """Both hear each other. Both lines must be on one worker; else `SwitchRefused`."""

    async def unbridge(self) -> None:
        """Take this line out of its bridge. None is no error."""

    async def hang_up(self, sip_code: int = 0) -> None:
        """End the call: BYE, CANCEL, or the final response `sip_code` (default 603) when not yet
        answered. `ended` follows. Hanging up an ended call is no error."""


class SwitchListener(Protocol):
    """What the switch tells the engine."""

    def incoming(self, line: Line, offer: Offer) -> None:
        """A call is offered. The engine must ring, answer or reject it."""

    def turned_away(self, refused: TurnedAway) -> None:
        """A call was refused before there was anything to offer: no line was free, or nothing in it fits."""


@dataclass(frozen=True, slots=True)
class Capacity:
    """Lines of the switch at this moment."""

    lines: int
    """How many calls it can hold when grown to its maximum."""
    busy: int
    """How many it holds, dialling and ringing ones included."""


class Switch(Protocol):
    """The telephone switch: offers incoming calls, dials outgoing ones."""

    def capacity(self) -> Capacity:
        """Lines in all and in use."""

    async def dial(
        self,
        target: str,
        *,
        caller_id: str,
        timeout: float,
        headers: Mapping[str, str] | None = None,
        beside: Line | None = None,
        listener: LineListener,
    ) -> Line:
        """Call a SIP URI; returns the line once the INVITE is handed to the stack (not answered).

        The listener hears `ringing`, `answered`, `ended`. `timeout` seconds without an answer end
        the call with `NO_ANSWER`. `beside` asks for the worker of another line, so that the
        two can be bridged. Raises `NoLineFree` when every line is taken, `SwitchRefused` when the
        target is not a URI that may be dialled.
        """

    def line(self, call_id: str) -> Line | None:
        """The line of a call that it holds, by the call's id."""

    async def drain(self, limit: float) -> None:
        """Refuse new calls with 503, let calls in progress finish for `limit` seconds, end the
        rest, stop the workers."""


class SwitchError(IvrError):
    """The switch could not do what was asked."""


class LineGone(SwitchError):
    """The call has ended; nothing can be asked of it."""


class NoLineFree(SwitchError):
    """Every line is in use and no further worker may be started."""


class SwitchRefused(SwitchError):
    """The request makes no sense: wrong state, wrong target, a missing clip."""
