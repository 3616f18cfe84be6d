"""Which paper a picture fits on without its words getting too small to read."""

from __future__ import annotations

from dataclasses import dataclass

MARGIN = 0.4
"""Inches on every side."""
SMALLEST = 0.6
"""A picture is not made smaller than this part of its size: words of 11 points then have 6.6."""
PAPERS = {"A4": (8.27, 11.69), "A3": (11.69, 16.54), "A2": (16.54, 23.39)}


@dataclass(frozen=True, slots=True)
class Paper:
    """A sheet that a picture goes on: its name, which way round, and the inches that may be drawn on."""

    name: str
    width: float
    height: float

    @property
    def size(self) -> tuple[float, float]:
        """Inches within the margins."""
        return self.width - 2 * MARGIN, self.height - 2 * MARGIN

    def scale(self, width: float, height: float) -> float:
        """How much smaller a drawing of so many inches must be made for it; 1 when it fits as it is."""
        return min(1.0, self.size[0] / width, self.size[1] / height)


def paper_for(width: float, height: float) -> Paper | None:
    """The smallest sheet for a drawing of so many inches, upright if both ways do; None when none will do."""
    for name, (short, long) in PAPERS.items():
        upright, across = Paper(name, short, long), Paper(f"{name} landscape", long, short)
        paper = max((upright, across), key=lambda paper: paper.scale(width, height))
        if paper.scale(width, height) >= SMALLEST:
            return paper
    return None
