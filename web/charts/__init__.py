"""Pictures of figures, drawn on the server as SVG: readable in the dark, in print and without colours.

What each shows stands beside it as a table, so a reader of the screen loses nothing; the picture has a title and a
description. Colours are the style sheet's (classes `s0` to `s5`); patterns and labels say the same without them.
"""

from __future__ import annotations

from web.charts.bars import bars
from web.charts.heat import heat
from web.charts.lines import lines
from web.charts.sheet import Series

__all__ = ["Series", "bars", "heat", "lines"]
