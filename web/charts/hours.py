"""Days as rows, the clock from left to right: what holds from when until when, each stretch with its words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from web.charts.sheet import Sheet, legend

_NAMES, _HOUR, _TALL, _HEAD = 110, 26, 30, 20


@dataclass(frozen=True, slots=True)
class Block:
    """From `begin` to `end` in hours of the clock (0 to 24), in the look of a series."""

    begin: float
    end: float
    kind: int
    words: str
    told: str
    """What it says when it is pointed at."""


def hours(
    name: str, title: str, about: str, days: Sequence[tuple[str, Sequence[Block]]], kinds: Sequence[str]
) -> Markup:
    """A row for each day, with what the looks mean."""
    sheet = Sheet(name, title, about, _NAMES + 24 * _HOUR + 14, _HEAD + _TALL * len(days))
    for hour in range(0, 25, 3):
        tick = _NAMES + hour * _HOUR
        sheet.text(tick, 13, str(hour))
        sheet.add('<path d="M{x} {top}V{end}" class="grid"/>', x=tick, top=_HEAD - 3, end=_HEAD + _TALL * len(days))
    for row, (day, blocks) in enumerate(days):
        y = _HEAD + row * _TALL
        sheet.text(_NAMES - 8, y + 19, day, anchor="end")
        for one in blocks:
            wide = (one.end - one.begin) * _HOUR
            sheet.box(_NAMES + one.begin * _HOUR, y + 3, wide, _TALL - 6, one.kind, one.told)
            room = int(wide / 7)
            if room >= 3:
                words = one.words if len(one.words) <= room else one.words[: room - 1] + "…"
                x = _NAMES + (one.begin + one.end) / 2 * _HOUR
                sheet.add(
                    '<rect x="{x}" y="{y}" width="{w}" height="14" class="plate"/>',
                    x=round(x - len(words) * 3.4 - 2, 1), y=y + 8, w=round(len(words) * 6.8 + 4, 1),
                )  # fmt: skip
                sheet.text(x, y + 19, words, kind="words")
    return sheet.svg() + legend(name, kinds)
