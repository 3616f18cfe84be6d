"""What a call says: one play at a time, from the request to its answer.

The sound is `sound.py`'s; who listens, and what keys are pressed, the call's.
"""

from __future__ import annotations

from ivr.switch import wire
from ivr.switch.worker.refusal import Refusal
from ivr.switch.worker.sound import Play, seconds_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    import pjsua2

    from ivr.switch.worker.alarms import NamedAlarms

BEFORE_ITS_END = 1.0
"""s before the end of a prompt when signs of life are counted, to be compared with those at its end."""
FRAME = 0.02
"""s; the conference bridge takes in and gives out sound in pieces of this length."""
LAST_BREATH = 0.25
"""s between the end of what was said and our BYE: the peer still holds its last words in a jitter buffer, and drops
them when the call ends."""


class Player:
    """Of one call."""

    __slots__ = ("_alarms", "_drop_later", "_gone", "_look", "_over", "_play", "_said_at", "_silence", "_sink")

    def __init__(
        self,
        alarms: NamedAlarms,
        silence: str,
        drop_later: Callable[[object], None],
        look: Callable[[], None],
    ) -> None:
        """`silence`: the clip that ends every playlist; `drop_later` lets go of a player when its last frames are out;
        `look` counts signs of life of whoever listens."""
        self._alarms = alarms
        self._silence = silence
        self._drop_later = drop_later
        self._look = look
        self._sink: pjsua2.AudioMedia | None = None
        self._play: Play | None = None
        self._over: Callable[[bool, str], None] | None = None
        self._gone: Callable[[], None] | None = None
        self._said_at = float("-inf")
        """When the last play came to its end."""

    def into(self, sink: pjsua2.AudioMedia | None) -> None:
        """The call's audio was set up anew; None while the peer hears nothing."""
        self._sink = sink
        if self._play is not None and sink is not None:
            self._play.into(sink)

    def play(self, clips: list[str], stop_on: str, over: Callable[[bool, str], None], gone: Callable[[], None]) -> None:
        """`over(finished, key)` when it has ended, `gone()` when the call has."""
        seconds = [seconds_of(clip) for clip in clips]
        if any(length < 0 for length in seconds):
            raise Refusal(wire.REFUSED, f"no 8 kHz mono 16-bit WAV: {clips[seconds.index(-1.0)]}")
        if not clips:
            raise Refusal(wire.REFUSED, "nothing to play")
        self.stop()
        self._play = Play(clips, seconds, stop_on, self._silence)
        self._over, self._gone = over, gone
        if self._sink is not None:
            self._play.into(self._sink)
        self._alarms.set("play", self._play.seconds + FRAME, self._played_out)
        self._alarms.set("signs", max(0.0, sum(seconds) - BEFORE_ITS_END), self._look)

    def stop(self) -> None:
        """Nothing playing is no error."""
        self._end(False, "")

    def pressed(self, key: str) -> None:
        """It ends what plays if it was told to."""
        if self._play is not None and key in self._play.stop_on:
            self._end(False, key)

    def breath(self) -> float:
        """s until the peer has heard all that was said."""
        return self._said_at + LAST_BREATH - self._alarms.now()

    def close(self) -> None:
        """The call is over, and whatever it says."""
        self._sink = None
        play, gone = self._play, self._gone
        self._play = self._over = self._gone = None
        if play is not None:
            play.stop()
            if gone is not None:
                gone()

    def _played_out(self) -> None:
        if self._play is None:
            return
        self._drop_later(self._play.rest())
        if self._play.goes_on():
            self._alarms.set("play", self._play.seconds, self._played_out)
        else:
            self._said_at = self._alarms.now()
            self._look()
            self._end(True, "")

    def _end(self, finished: bool, key: str) -> None:
        play, over = self._play, self._over
        self._play = self._over = self._gone = None
        self._alarms.drop("play")
        if play is not None:
            play.stop()
        if over is not None:
            over(finished, key)
