"""Whether the peer of a call is still there: signs of life are looked for now and then, and when there are none its SIP
is asked. A peer that vanished sends neither RTP nor reports; there is no other way to notice.

What a sign is, and what its absence means, is for `signs.py`.
"""

from __future__ import annotations

from ivr.switch.worker.call_states import TALKING
from ivr.switch.worker.signs import Signs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    from ivr.switch.worker.alarms import NamedAlarms

    class Watched(Protocol):
        """A call whose peer is watched."""

        state: str

        def received(self) -> tuple[int, int] | None:
            """Packets and reports that have come in so far; None while there is no stream."""

        def ask_peer(self) -> bool:
            """Ask it by SIP whether it is there (RFC 3261 §11). False when that cannot be asked."""

        def end(self, cause: str, sip_code: int) -> None:
            """Hang up."""


GONE = (0, 404, 408, 410, 481, 503)
"""What a question in a call is answered with when the call is not there any more, or nobody (RFC 5057 §5.1)."""


class Timeouts:
    """s without anything of the peer, the same for all calls of a worker: until it is asked whether it is there
    (`media`, while it holds the call `hold`), until it counts as gone whatever its SIP says (`silence`)."""

    __slots__ = ("hold", "media", "silence")

    def __init__(self, media: float, hold: float, silence: float) -> None:
        self.media, self.hold, self.silence = media, hold, silence


class MediaWatch:
    """Of one call."""

    __slots__ = ("_alarms", "_call", "_probes", "_signs", "_timeouts", "on_hold")

    def __init__(self, call: Watched, timeouts: Timeouts, alarms: NamedAlarms) -> None:
        self._call = call
        self._timeouts = timeouts
        self._alarms = alarms
        self._signs = Signs(alarms.now())
        self._probes = False
        """Whether we asked the peer by SIP if it is still there, and wait for its answer."""
        self.on_hold = False

    def begin(self, was_dialling: bool) -> None:
        """The call is answered."""
        self._signs = Signs(self._alarms.now())
        if was_dialling:
            self.look()  # not to take for new what came while it rang
        self._again()

    def sip_is_there(self) -> None:
        """It has just said something."""
        self._signs.answered_at = self._alarms.now()

    def look(self) -> None:
        """For signs of life."""
        came = self._call.received()
        if came is not None:
            self._signs.seen(*came, self._alarms.now())

    def silence(self) -> float:
        """s since the last sign of life of the peer."""
        return self._signs.silence(self._alarms.now())

    def answered(self, sip_code: int) -> None:
        """That is what its SIP said to our question."""
        if not self._probes or self._call.state != TALKING:
            return
        self._probes = False
        if sip_code in GONE:
            self._call.end("media_timeout", 0)
        else:
            self.sip_is_there()

    def found_gone(self, sip_code: int) -> bool:
        """Whether the call has ended because its SIP said so to our question: PJSIP then ends it by itself."""
        return self._probes and sip_code in GONE

    def _turn(self) -> None:
        if self._call.state != TALKING:
            return
        self.look()
        now = self._alarms.now()
        if self._signs.absence(now) >= self._patience and not self._probes:
            if self.on_hold or self._signs.silence(now) >= self._timeouts.silence:
                self._call.end("media_timeout", 0)
                return
            self._probes = True  # it sends nothing, but may listen
            if not self._call.ask_peer():
                self._call.end("media_timeout", 0)
        self._again()

    def _again(self) -> None:
        self._alarms.set("media", max(0.1, min(self._patience / 4, 5.0)), self._turn)

    @property
    def _patience(self) -> float:
        return self._timeouts.hold if self.on_hold else self._timeouts.media
