"""A caller who follows the prompts: hears one, presses a key, hears the next."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

from tests.phone.phone import Call, Over, PhoneFailed

Said = Callable[..., list[Path]]


class Caller:
    """One call told as a story, in one language."""

    def __init__(self, call: Call, said: Said, language: str = "zh") -> None:
        self.call = call
        self._said = said
        self._language = language
        self.slowly = False
        """Whether what is said next is said slowly."""

    def __enter__(self) -> Caller:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self.call.over is None:
            self.call.hang_up()

    def hears(self, *ids: str, timeout: float = 8.0, **values: Any) -> Caller:
        """Wait until the prompts were said one after the other, whole; `values` fill their fields."""
        for id in ids:
            for number, clip in enumerate(clips := self._said(self._language, id, values, slow=self.slowly), 1):
                try:
                    self.call.hear(clip, timeout)
                except PhoneFailed as silent:
                    raise PhoneFailed(f"{id}, clip {number} of {len(clips)}, was not heard: {silent}") from silent
        return self

    def presses(self, keys: str) -> Caller:
        """Keys as a telephone sends them (RFC 4733)."""
        self.call.press(keys)
        return self

    def keys_in(self, keys: str) -> Caller:
        """Keys as SIP INFO: quicker, for the parts that a test is not about.

        Not within a second of `presses`: a key that comes both ways counts once.
        """
        self.call.press_info(keys, every=0.05)
        return self

    def hangs_up(self) -> Over:
        """The caller hangs up."""
        return self.call.hang_up()

    def is_hung_up_on(self, timeout: float = 8.0) -> Over:
        """Wait until the hospital hangs up."""
        over = self.call.wait_ended(timeout)
        assert not over.by_us, "the hospital should hang up, but the caller did"
        return over
