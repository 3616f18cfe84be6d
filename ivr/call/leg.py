"""One leg: a call as a conversation sees it, from the offer or the dialling to its end.

Holds the moments of the leg's life and the keys typed so far. What is said and
what a key means is the conversation's; SIP and audio are the switch's.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path

from twisted.internet.defer import Deferred

from background.once import Once
from background.reactor import Time, call_later
from ivr.switch.line import PAD, Ended, Line, LineGone, Played

TYPED_AHEAD = 64
"""Keys kept before a flow asks for them: more than any shipped flow collects, and a cap for a stuck key."""
LATE_END = 2.0
"""Seconds in which the end key may follow an input that its last digit has ended already."""


class Leg:
    """Implements `LineListener`. A leg waits for an answer until `up` comes, with the clock's second at which audio
    began, and is over when `down` comes, with how the call ended.
    """

    def __init__(self, clock: Time, prompt: Callable[[float], object] = lambda seconds: None) -> None:
        """`prompt` is told how long after a whole input something was to be said, for whoever measures."""
        self.clock = clock
        self._prompt = prompt
        self.input_at: float | None = None
        """The clock's second of an input that was whole, until something is said."""
        self.rang: Once[float] = Once()
        self.up: Once[float] = Once()
        self.down: Once[Ended] = Once()
        self.last_sign = float("inf")
        """The clock's second of the last sign of life of the other side, once the call is over."""
        self._line: Line | None = None
        self._keys: deque[str] = deque(maxlen=TYPED_AHEAD)
        self._asking: Deferred[str | None] | None = None
        self._late_end: tuple[str, float] = ("", 0.0)
        """A key that means nothing, and until when."""

    def takes(self, line: Line) -> Leg:
        """Take the switch's line. Events that came before are delivered by the line itself."""
        self._line = line
        return self

    @property
    def line(self) -> Line:
        """The switch's side of this leg."""
        if self._line is None:
            raise LineGone("the leg has no line yet")
        return self._line

    @property
    def call_id(self) -> str:
        """The call's identity in tables, logs and headers."""
        return self.line.call_id

    # What the line tells (LineListener)

    def ringing(self) -> None:
        """The dialled phone rings."""
        self.rang.come(self.clock.seconds())

    def answered(self) -> None:
        """Audio flows."""
        if not self.down.here:
            self.up.come(self.clock.seconds())

    def key(self, key: str) -> None:
        """One key was pressed. A to D are no part of any number, and no menu has them; before the answer keys are noise
        of the trunk, and after the end too late."""
        if key not in PAD or not self.up.here or self.down.here:
            return
        (late, until), self._late_end = self._late_end, ("", 0.0)
        if key == late and self.clock.seconds() < until:
            return
        if self._asking is not None and not self._asking.called:
            self._asking.callback(key)
        else:
            self._keys.append(key)

    def ended(self, end: Ended) -> None:
        """The call is over."""
        if self.down.here:
            return
        if self._asking is not None and not self._asking.called:
            self._asking.errback(LineGone("the call is over"))
        self.last_sign = self.clock.seconds() - end.silence
        self.down.come(end)

    # What a conversation asks

    async def play(self, clips: Sequence[Path], *, stop_on: str = "") -> Played:
        """Play clips; nothing to play is finished at once."""
        if not clips:
            return Played(finished=True)
        if self.input_at is not None:
            self._prompt(self.clock.seconds() - self.input_at)
            self.input_at = None
        key, until = self._late_end
        if key and self.clock.seconds() < until:  # nor does it cut off what is said next
            stop_on = stop_on.replace(key, "")
        return await self.line.play(clips, stop_on=stop_on)

    async def next_key(self, timeout: float) -> str | None:
        """The next key, typed ahead or within `timeout` seconds; None when none came.

        Raises `LineGone` when the call is over.
        """
        if self._keys:
            return self._keys.popleft()
        if self.down.here:
            raise LineGone("the call is over")
        asking: Deferred[str | None] = Deferred()
        self._asking = asking
        late = call_later(self.clock, timeout, lambda: asking.callback(None))
        try:
            return await asking
        finally:
            self._asking = None
            if late.active():
                late.cancel()

    async def picked_up(self) -> bool:
        """Wait for the answer or the end; True when it was answered."""
        first: Deferred[bool] = Deferred()

        def tell(answered: bool) -> None:
            if not first.called:
                first.callback(answered)

        self.up.then(lambda _: tell(True))
        self.down.then(lambda _: tell(False))
        return await first

    @property
    def has_keys(self) -> bool:
        """Whether keys wait that were typed ahead."""
        return bool(self._keys)

    @property
    def typed(self) -> int:
        """How many keys wait that were typed ahead."""
        return len(self._keys)

    def forget_keys(self, but: int = 0) -> None:
        """Drop what was typed ahead, `but` the first so many: a confirmation of money is never answered by old keys."""
        while len(self._keys) > but:
            self._keys.pop()

    def pass_over(self, key: str) -> None:
        """The input is over; if `key` comes next and soon, it only wanted to end it: it counts for nothing else."""
        if not self._keys:
            self._late_end = (key, self.clock.seconds() + LATE_END)
        elif self._keys[0] == key:
            self._keys.popleft()

    def take_keys(self) -> str:
        """What was typed ahead, all of it; nothing of it waits any more."""
        keys = "".join(self._keys)
        self._keys.clear()
        return keys
