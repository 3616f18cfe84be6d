"""`python -m tests.browser.screenshots OUT [WORD ...]`: pictures of all pages, or of those whose address has a WORD, in
light and dark, zh and en, at 1280 and 360 px; and each as it is printed from a dark screen (PDF)."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from itertools import product
from pathlib import Path

from tests.browser.console import Console
from tests.browser.window import DARK, LIGHT, all_places, started, window

TALLEST = 2400
"""Pixels of a picture's height; what is below says nothing new."""
COLOURS = 64


def take(out: Path, words: list[str]) -> None:
    """Make a line, let it live, look at it."""
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, started() as chromium:
        console = Console(Path(folder))
        try:
            console.lives()
            places = [one for one in all_places(console) if not words or any(word in one.address for word in words)]
            for scheme, language, width in product((LIGHT, DARK), ("zh", "en"), (1280, 360)):
                with window(chromium, console, "admin", language=language, scheme=scheme, width=width) as admin:
                    for place in places:
                        admin.goes(place.address)
                        admin.page.wait_for_timeout(1000)  # parts that come after the page
                        name = re.sub(r"[^a-z0-9]+", "-", place.route.lower()).strip("-") or "home"
                        file = out / f"{name}-{language}-{scheme}-{width}.png"
                        high = min(TALLEST, admin.page.evaluate("() => document.documentElement.scrollHeight"))
                        clip = {"x": 0, "y": 0, "width": width, "height": max(high, 500)}
                        admin.page.screenshot(path=file, full_page=True, clip=clip)
                        reduce(file)
                        if (scheme, width) == (DARK, 1280):
                            admin.page.pdf(path=out / f"{name}-{language}.pdf", format="A4")
                    for fault in admin.faults:
                        print(fault, file=sys.stderr)
                    admin.faults.clear()
        finally:
            console.close()


def reduce(file: Path) -> None:
    """A picture of few colours is a small file."""
    small = file.with_suffix(".small.png")
    palette = f"split[a][b];[a]palettegen=max_colors={COLOURS}:reserve_transparent=0[p];[b][p]paletteuse=dither=none"
    words = ["ffmpeg", "-v", "error", "-y", "-i", str(file), "-vf", palette, str(small)]
    subprocess.run(words, check=True, stdin=subprocess.DEVNULL)
    small.replace(file)


if __name__ == "__main__":
    take(Path(sys.argv[1]), sys.argv[2:])
