"""Bars by hour or day, stacked by series."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from web.charts.sheet import LEFT, TOP, Series, Sheet, legend


def bars(name: str, title: str, about: str, labels: Sequence[str], series: Sequence[Series]) -> Markup:
    """One bar for each label, its parts those of the series from below; with a legend when there are several."""
    sheet = Sheet(name, title, about)
    width, height = sheet.inner
    totals = [sum(one.values[place] or 0 for one in series) for place in range(len(labels))]
    top = sheet.scale(max(totals, default=0))
    each = width / max(1, len(labels))
    thick = max(1.0, each * 0.78)
    for place, label in enumerate(labels):
        y = TOP + height
        for kind, one in enumerate(series):
            value = one.values[place] or 0
            if value <= 0:
                continue
            tall = height * value / top
            y -= tall
            sheet.box(LEFT + place * each + (each - thick) / 2, y, thick, tall, kind, f"{label}, {one.name}: {value:g}")
    sheet.labels(labels)
    return sheet.svg() + (legend(name, [one.name for one in series]) if len(series) > 1 else Markup(""))
