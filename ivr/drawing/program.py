"""Graphviz, the program that draws: `dot` of Debian's package graphviz. Text in, picture out, within a time."""

from __future__ import annotations

import subprocess

from ivr.drawing.graphviz import graphviz
from ivr.drawing.paper import paper_for
from ivr.drawing.picture import Picture
from ivr.errors import IvrError

FORMATS = ("svg", "pdf", "png", "dot")
PROGRAM = "dot"
PATIENCE = 60.0
"""Seconds for one picture; 500 steps take a few."""
POINTS = 72
"""Of an inch."""
CHINESE_FONT = "fonts-wqy-microhei"
"""Debian's smallest package with Chinese signs."""


class CannotDraw(IvrError):
    """A picture cannot be made; the message says why and what to do."""


def drawn(
    picture: Picture, format: str, edition: int = 0, *, program: str = PROGRAM, patience: float = PATIENCE
) -> bytes:
    """The file of a picture, as large as fits a sheet of paper. Raises `CannotDraw`. `dot` needs no program."""
    if format == "dot":
        return graphviz(picture, edition).encode()
    width, height = _inches(_run(program, ("-Tplain",), graphviz(picture, edition), patience))
    paper = paper_for(width, height)
    size, name = (None, "") if paper is None else (paper.size, paper.name)
    more: tuple[str, ...] = ()
    if format == "png":
        more = ("-Gdpi=150",)
    elif format == "pdf" and paper is not None:  # the page is the sheet itself, the drawing in its middle
        sheet = f"{paper.width * POINTS:.0f},{paper.height * POINTS:.0f},{paper.scale(width, height):.4f}"
        size, more = None, ("-Gmargin=0", f"-Gviewport={sheet}")
    return _run(program, (f"-T{format}", *more), graphviz(picture, edition, name, size), patience)


def shows_chinese() -> bool:
    """Whether a font here has Chinese signs; without one a PNG or a PDF shows boxes. True where nobody can tell."""
    try:
        found = subprocess.run(
            ("fc-list", ":lang=zh"), capture_output=True, timeout=PATIENCE, stdin=subprocess.DEVNULL, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return True
    return found.returncode != 0 or bool(found.stdout.strip())


def _inches(plain: bytes) -> tuple[float, float]:
    first, *_ = plain.split(b"\n", 1)
    _, _, width, height = first.split()  # graph scale width height, in inches
    return float(width), float(height)


def _run(program: str, arguments: tuple[str, ...], text: str, patience: float) -> bytes:
    try:
        done = subprocess.run((program, *arguments), input=text.encode(), capture_output=True, timeout=patience)
    except FileNotFoundError as missing:
        raise CannotDraw(f'"{program}" is not there: install Debian\'s package graphviz') from missing
    except OSError as wrong:
        raise CannotDraw(f'"{program}" cannot be started: {wrong.strerror}') from wrong
    except subprocess.TimeoutExpired as slow:
        raise CannotDraw(f'"{program}" was not ready after {patience:g} seconds: the flow is too large') from slow
    if done.returncode != 0:
        told = done.stderr.decode(errors="replace").strip()
        raise CannotDraw(f'"{program}" failed: {told or f"exit code {done.returncode}"}')
    return done.stdout
