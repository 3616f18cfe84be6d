"""A heat map: figures by row and column, darker where there is more, and each with its number."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from markupsafe import Markup

from web.charts.sheet import Sheet

_CELL, _TALL, _NAMES, _HEAD = 28, 24, 66, 20
STEPS = 6
"""Shades."""


def heat(
    name: str, title: str, about: str, rows: Sequence[str], columns: Sequence[str], value: Callable[[int, int], float]
) -> Markup:
    """`value(row, column)` for each cell."""
    sheet = Sheet(name, title, about, _NAMES + _CELL * len(columns), _HEAD + _TALL * len(rows))
    highest = max((value(row, column) for row in range(len(rows)) for column in range(len(columns))), default=0)
    for column, head in enumerate(columns):
        sheet.text(_NAMES + (column + 0.5) * _CELL, 14, head)
    for row, word in enumerate(rows):
        y = _HEAD + row * _TALL
        sheet.text(_NAMES - 6, y + 16, word, anchor="end")
        for column, head in enumerate(columns):
            amount = value(row, column)
            shade = 0 if highest <= 0 or amount <= 0 else min(STEPS, 1 + int(amount / highest * (STEPS - 0.001)))
            x = _NAMES + column * _CELL
            sheet.add(
                '<rect x="{x}" y="{y}" width="{w}" height="{h}" class="h{shade}"><title>{told}</title></rect>',
                x=x + 1, y=y + 1, w=_CELL - 2, h=_TALL - 2, shade=shade, told=f"{word} {head}: {amount:.1f}",
            )  # fmt: skip
            if amount > 0:
                shown = f"{amount:.1f}" if amount < 10 else f"{amount:.0f}"
                sheet.text(x + _CELL / 2, y + 16, shown, kind=f"cell on{shade}")
    return sheet.svg()
