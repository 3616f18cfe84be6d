"""How keys gather into the answer of one input: keys in, answer out, and how long to wait for the next.

No clock and no line: whoever waits says how many seconds have passed. Whether the answer is a good one
(too short, no key of the menu) is the verb's to say. The rules, in the order in which they count:

- A key of `single` alone, and `*` of `single` at any moment, is the answer at once; digits before a `*` are dropped.
- The end key ends the input; it is not part of the answer.
- Digits that together are in `single`, or `maximum` many, end it at once; what is pressed after that is for the
  next input, but an end key that follows soon is for none (`Leg.pass_over`). So a menu of "1" and "23" does not
  wait after 1, and does after 2.
- Until the first key `first_key` seconds may pass, then `inter_key` from key to key, and `total` in all (0: no limit).
  When the time is over, the digits so far are the answer, and without any it is `NoInput`.
"""

from __future__ import annotations

from ivr.flow.commands import Collect, Keys, NoInput

REPEAT = "*"


class Gathering:
    """The keys of one input so far."""

    def __init__(self, wanted: Collect) -> None:
        self._wanted = wanted
        self._digits = ""

    def key(self, key: str) -> Keys | None:
        """The answer that this key completes, or None: then wait for another."""
        wanted = self._wanted
        if key in wanted.single and (key == REPEAT or not self._digits):
            return Keys(key)
        if wanted.end_key and key == wanted.end_key:
            return Keys(self._digits)
        self._digits += key
        if self._digits in wanted.single or len(self._digits) >= wanted.maximum:
            return Keys(self._digits)
        return None

    def patience(self, passed: float) -> float:
        """Seconds to wait for the next key, when `passed` have gone since the gathering began; never below 0."""
        wait = self._wanted.inter_key if self._digits else self._wanted.first_key
        if self._wanted.total:
            wait = min(wait, self._wanted.total - passed)
        return max(0.0, wait)

    def over(self) -> Keys | NoInput:
        """The answer when that time has passed without a key."""
        return Keys(self._digits) if self._digits else NoInput()
