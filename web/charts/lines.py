"""Lines of values by hour or day, each with its own dashes and marks: quantiles of a time, say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from markupsafe import Markup

from web.charts.sheet import LEFT, TOP, Series, Sheet
from web.charts.sheet import place as at

_MARKS = (
    '<circle cx="{x}" cy="{y}" r="3.2" class="m{kind}"><title>{told}</title></circle>',
    '<rect x="{left}" y="{up}" width="6" height="6" class="m{kind}"><title>{told}</title></rect>',
    '<path d="M{x} {up}l4 7h-8z" class="m{kind}"><title>{told}</title></path>',
)


def lines(name: str, title: str, about: str, labels: Sequence[str], series: Sequence[Series]) -> Markup:
    """A line for each series; where there is no value it is broken. At most three."""
    sheet = Sheet(name, title, about)
    width, height = sheet.inner
    top = sheet.scale(max((value for one in series for value in one.values if value is not None), default=0))
    each = width / max(1, len(labels))
    for kind, one in enumerate(series):
        points = [
            None if value is None else (LEFT + (number + 0.5) * each, TOP + height - height * value / top)
            for number, value in enumerate(one.values)
        ]
        for run in _runs(points):
            path = "M" + "L".join(f"{at(x)} {at(y)}" for x, y in run)
            sheet.add('<path d="{path}" class="line l{kind}"/>', path=path, kind=kind)
        for number, point in enumerate(points):
            if point is not None:
                x, y = point
                sheet.add(
                    _MARKS[kind], x=at(x), y=at(y), left=at(x - 3), up=at(y - 3), kind=kind,
                    told=f"{labels[number]}, {one.name}: {one.values[number]:g}",
                )  # fmt: skip
    sheet.labels(labels)
    return sheet.svg() + _legend(series)


def _runs(points: Sequence[tuple[float, float] | None]) -> Iterator[list[tuple[float, float]]]:
    run: list[tuple[float, float]] = []
    for point in [*points, None]:
        if point is not None:
            run.append(point)
        elif run:
            yield run
            run = []


def _legend(series: Sequence[Series]) -> Markup:
    items = Markup("").join(
        Markup(
            '<li><svg class="chart key" viewBox="0 0 30 12" aria-hidden="true"><path d="M0 6H30" class="line l{kind}"/>'
        ).format(kind=kind)
        + Markup(_MARKS[kind]).format(x=15, y=6, left=12, up=3, kind=kind, told="")
        + Markup("</svg>{}</li>").format(one.name)
        for kind, one in enumerate(series)
    )
    return Markup('<ul class="legend">{}</ul>').format(items)
