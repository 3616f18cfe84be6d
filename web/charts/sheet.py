"""The sheet that charts are drawn on: its head, axes, patterns and legend. What stands in it is escaped here."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from markupsafe import Markup, escape

WIDTH, HEIGHT = 760, 260
LEFT, RIGHT, TOP, BOTTOM = 52, 8, 12, 34
"""Margins of the plot, for the axes."""
KINDS = 6
"""Series that look different from each other. More than these are for nobody's eyes."""
_PATTERNS = (
    "",
    '<path d="M-1 7L7 -1M-1 3L3 -1M3 7L7 3"/>',
    '<circle cx="3" cy="3" r="1.3"/>',
    '<path d="M0 0L6 6M6 0L0 6"/>',
    '<path d="M0 3H6"/>',
    '<path d="M3 0V6"/>',
)
_TILE = 'width="6" height="6" patternUnits="userSpaceOnUse"'


@dataclass(frozen=True, slots=True)
class Series:
    """One row of figures, one for each label; None where there is none."""

    name: str
    values: Sequence[float | None]


@dataclass
class Sheet:
    """`name` is of the picture on its page: no two have the same."""

    name: str
    title: str
    about: str
    width: int = WIDTH
    height: int = HEIGHT
    parts: list[str] = field(default_factory=list)

    @property
    def inner(self) -> tuple[float, float]:
        """Width and height of the plot."""
        return self.width - LEFT - RIGHT, self.height - TOP - BOTTOM

    def add(self, template: str, **values: object) -> None:
        """A piece of SVG; `{name}` stands for a value, which is escaped."""
        self.parts.append(template.format(**{name: escape(value) for name, value in values.items()}))

    def text(self, x: float, y: float, words: str, kind: str = "tick", anchor: str = "middle") -> None:
        """Words at a place."""
        self.add(
            '<text x="{x}" y="{y}" class="{kind}" text-anchor="{anchor}">{words}</text>',
            x=place(x), y=place(y), kind=kind, anchor=anchor, words=words,
        )  # fmt: skip

    def box(self, x: float, y: float, width: float, height: float, kind: int, told: str) -> None:
        """A filled rectangle in the look of a series, which says what it is when it is pointed at."""
        self.add(
            '<rect x="{x}" y="{y}" width="{w}" height="{h}" class="s{kind}"><title>{told}</title></rect>',
            x=place(x), y=place(y), w=place(width), h=place(height), kind=kind, told=told,
        )  # fmt: skip
        if _PATTERNS[kind]:
            self.add(
                '<rect x="{x}" y="{y}" width="{w}" height="{h}" fill="url(#{name}-p{kind})" class="over"/>',
                x=place(x), y=place(y), w=place(width), h=place(height), name=self.name, kind=kind,
            )  # fmt: skip

    def scale(self, highest: float) -> float:
        """Draw the lines of the values' axis; the value at its top."""
        top, step = nice(highest)
        width, height = self.inner
        for number in range(round(top / step) + 1):
            value = number * step
            y = TOP + height - height * value / top
            self.add('<path d="M{x} {y}H{end}" class="grid"/>', x=LEFT, y=place(y), end=place(LEFT + width))
            self.text(LEFT - 6, y + 4, f"{value:g}", anchor="end")
        return top

    def labels(self, labels: Sequence[str]) -> None:
        """The words below the plot: as many as there is room for."""
        width, height = self.inner
        each = width / max(1, len(labels))
        widest = max((len(label) for label in labels), default=1) * 7 + 10
        every = max(1, math.ceil(widest / each))
        for number in range(0, len(labels), every):
            self.text(LEFT + (number + 0.5) * each, TOP + height + 16, labels[number])

    def svg(self) -> Markup:
        """The picture."""
        patterns = "".join(
            f'<pattern id="{escape(self.name)}-p{kind}" {_TILE}>{drawn}</pattern>'
            for kind, drawn in enumerate(_PATTERNS)
            if drawn
        )
        head = Markup(
            '<svg class="chart" viewBox="0 0 {w} {h}" role="img" aria-labelledby="{n}-title {n}-about">'
            '<title id="{n}-title">{title}</title><desc id="{n}-about">{about}</desc>'
        ).format(w=self.width, h=self.height, n=self.name, title=self.title, about=self.about)
        defs = Markup(f'<defs class="patterns">{patterns}</defs>')
        return head + defs + Markup("".join(self.parts)) + Markup("</svg>")


def legend(name: str, names: Sequence[str]) -> Markup:
    """What the looks of series mean, as a list beside the picture `name`."""
    items = Markup("").join(
        Markup(
            '<li><svg class="chart key" viewBox="0 0 18 12" aria-hidden="true">'
            '<defs class="patterns"><pattern id="{id}" {tile}>{drawn}</pattern></defs>'
            '<rect width="18" height="12" class="s{kind}"/>'
            '<rect width="18" height="12" fill="url(#{id})" class="over"/></svg>{of}</li>'
        ).format(id=f"{name}-k{kind}", tile=Markup(_TILE), drawn=Markup(_PATTERNS[kind]), kind=kind, of=of)
        for kind, of in enumerate(names)
    )
    return Markup('<ul class="legend">{}</ul>').format(items)


def nice(highest: float) -> tuple[float, float]:
    """The top of an axis and the step between its lines: 1, 2 or 5 times a power of ten, five lines or so."""
    if highest <= 0:
        return 1, 1
    rough = highest / 4
    power = 10 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough)
    return math.ceil(highest / step - 1e-9) * step, step


def place(at: float) -> str:
    """A coordinate, to a tenth."""
    return f"{at:.1f}".rstrip("0").rstrip(".")
