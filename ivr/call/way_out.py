"""Lines that lead out of the house, by the numbers that people write: what dials needs no more of trunks."""

from __future__ import annotations

from typing import Protocol

from ivr.switch.line import Line, LineListener


class WayOut(Protocol):
    """One of them."""

    @property
    def caller_id(self) -> str:
        """The number that the called see."""

    def check(self, number: str) -> None:
        """Raises `SwitchRefused` when nothing can be dialled for it."""

    async def dial(self, number: str, *, ring: float, listener: LineListener, beside: Line | None = None) -> Line:
        """Call `number`, for `ring` seconds at most; otherwise as `Switch.dial`."""
