"""What a step shows in a picture whatever its verb: the title of the flow that it calls, the limit of its entries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ivr.flow.drawn import Drawn, Said, Way, phrase
from ivr.flow.language import Step


def draw_step(step: Step, said: Said, titles: Mapping[str, str]) -> Drawn:
    """What a step shows; `titles` are the flows'."""
    drawn = step.draw(said)
    if drawn.flow:
        drawn = replace(drawn, words=(titles.get(drawn.flow, drawn.flow),))
    limit = step.head.limit
    if limit is None:
        return drawn
    times = phrase("after once") if limit.at_most == 1 else phrase("after %(n)s times", n=str(limit.at_most))
    return replace(drawn, ways=(*drawn.ways, Way(limit.beyond.name, times)))
