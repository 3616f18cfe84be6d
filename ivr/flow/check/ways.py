"""What certainly holds when a step is entered: what every way that leads to it brings along."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from ivr.flow.language import Exit, Flow, World, exits

T = TypeVar("T")


def on_every_way(
    flow: Flow,
    world: World,
    begin: frozenset[T],
    brings: Callable[[Exit], frozenset[T]],
    common: Callable[[frozenset[T], frozenset[T]], frozenset[T]] = frozenset.intersection,
) -> dict[str, frozenset[T]]:
    """Reached step -> what holds whenever it is entered. `begin` holds at the start, an exit `brings` more, `common`
    is left where two ways meet; it must only ever take away, so that the search ends.

    Steps are visited in the order of the way from the start, so that only loops are walked more than once.
    """
    ways: dict[str, list[tuple[str, frozenset[T]]]] = {}
    order: list[str] = []
    waiting = [(flow.start.name, False)]
    while waiting:
        name, left = waiting.pop()
        if left:
            order.append(name)
        elif name in flow.steps and name not in ways:
            ways[name] = [(exit_.target.name, brings(exit_)) for exit_ in exits(flow.steps[name], world)]
            waiting.append((name, True))
            waiting.extend((target, False) for target, _ in ways[name])
    order.reverse()
    known = {flow.start.name: begin} if order else {}
    changed = True
    while changed:
        changed = False
        for name in order:
            for target, more in ways[name]:
                if target not in ways:
                    continue
                now = known[name] | more
                before = known.get(target)
                if before is not None:
                    now = common(before, now)
                if now != before:
                    known[target] = now
                    changed = True
    return known
