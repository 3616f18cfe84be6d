"""What is drawn: boxes and the ways between them, with the words on them. How it looks is for `graphviz`.

The main path is what the caller decides and what the hospital answers. What every step has beside it
(nothing pressed, too many failures, `0`, trouble) is quiet: where most steps share such a way, it is
drawn once, from a box that stands for all of them.
"""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ivr.drawing.steps import draw_step
from ivr.flow.drawn import Drawn, Phrase, Quiet, Way, shown
from ivr.flow.language import END, Flow
from ivr.words import Words, words_in

SHARED = 2
"""From this many steps on, a quiet way that leads to the same place is drawn once for all of them."""
FAR = 2
"""A way up over more steps than this ends in a small box with the step's name instead of a line across the page."""


UP, ASIDE = "↑", "→"
"""What stands before that name: the step is further up, or beside."""


class Role(enum.StrEnum):
    """What a box is, beside the steps with their verbs."""

    START = "start"
    STEP = "step"
    END = "end"
    ELSEWHERE = "elsewhere"  # "goes on at the step ..."
    EVERYWHERE = "everywhere"  # stands for all steps
    NUMBER = "number"
    NOTICE = "notice"
    FLOW = "flow"


@dataclass(frozen=True, slots=True)
class Box:
    """One box: a name for the ways, a heading, the words, and small print."""

    name: str
    role: Role
    title: str = ""
    verb: str = ""
    words: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    flow: str = ""
    """The flow that it leads into, for a link to its picture."""


@dataclass(frozen=True, slots=True)
class Arrow:
    """A way from box to box. `keys` are those of the telephone, `labels` are anything else."""

    origin: str
    target: str
    labels: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    quiet: bool = False
    back: bool = False
    """Against the direction of reading."""


@dataclass(frozen=True, slots=True)
class Picture:
    """One page. `language` is that of the words on it."""

    name: str
    title: str
    language: str
    boxes: tuple[Box, ...]
    lines: tuple[Arrow, ...]
    needs: tuple[str, ...] = ()
    """Variables that the flow must be given."""
    labels: str = "en"
    """The language of our own words on it."""

    @property
    def verbs(self) -> tuple[str, ...]:
        """The verbs on it, in order of appearance."""
        return tuple(dict.fromkeys(box.verb for box in self.boxes if box.verb))


def picture(
    flow: Flow, titles: Mapping[str, str], words: Callable[[str], str], language: str, labels: str = "en"
) -> Picture:
    """The picture of a flow. `titles` are those of all flows, `words` gives the words of a text, `labels` is the
    language of our own."""
    own = words_in(labels)
    steps = {name: draw_step(step, words, titles) for name, step in flow.steps.items()}
    shared = _shared(steps.values())
    drawn = {name: _by_target(step, shared) for name, step in steps.items()}
    order = _order(flow.start.name, steps, drawn)
    path = _reached(flow.start.name, drawn)
    boxes = [Box("start", Role.START, flow.title)]
    lines = [Arrow("start", _box(flow.start.name))] if flow.start.name != END else []

    def leads(origin: str, target: str, sign: str) -> str:
        """The box that a line to `target` ends in: its own where `sign` is empty, else a small one with its name."""
        if target != END and not sign:
            return _box(target)
        small = Box(f"{origin} to {target}", Role.END, END) if target == END else Box(
            f"{origin} to {target}", Role.ELSEWHERE, f"{sign} {target}"
        )  # fmt: skip
        boxes.append(small)
        return small.name

    for name in sorted(steps, key=lambda name: order.depth[name]):
        step = steps[name]
        boxes.append(Box(_box(name), Role.STEP, name, step.verb, step.words, _said(step.notes, own), step.flow))
        for target, ways in drawn[name].items():
            keys = tuple(dict.fromkeys(way.key for way in ways if way.key))
            told = _said(dict.fromkeys(way.label for way in ways if way.label), own)
            quiet = all(way.quiet is not None for way in ways)
            sign = ""
            if name not in path and target in path:
                sign = ASIDE
            elif target != END and order.depth[name] - order.depth[target] > FAR:
                sign = UP
            back = (name, target) in order.back and not sign
            lines.append(Arrow(_box(name), leads(name, target, sign), told, keys, quiet, back))
    if shared:
        boxes.append(Box("everywhere", Role.EVERYWHERE, own("at any step, unless drawn")))
        for target in dict.fromkeys(shared.values()):
            reasons = [reason for reason, to in shared.items() if to == target]
            keys = ("0",) if Quiet.PERSON in reasons else ()
            told = tuple(own(reason.value) for reason in reasons if reason is not Quiet.PERSON)
            at = leads("everywhere", target, ASIDE if target in path else "")
            lines.append(Arrow("everywhere", at, told, keys, quiet=True))
    needs = tuple(need.text for need in flow.needs)
    return Picture(flow.name, flow.title, language, tuple(boxes), tuple(lines), needs, labels)


def _said(told: Iterable[str | Phrase], words: Words) -> tuple[str, ...]:
    return tuple(shown(one, words) for one in told)


def _reached(start: str, drawn: Mapping[str, Mapping[str, object]]) -> frozenset[str]:
    """The steps that drawn lines lead to from the start: what only `everywhere` leads to is placed aside."""
    reached: set[str] = set()
    waiting = [start]
    while waiting:
        name = waiting.pop()
        if name in drawn and name not in reached:
            reached.add(name)
            waiting.extend(drawn[name])
    return frozenset(reached)


def _box(step: str) -> str:
    return f"step {step}"


@dataclass(frozen=True, slots=True)
class _Order:
    depth: Mapping[str, int]
    """How many steps lie between the start and a step on the shortest way, a quiet way only where there is no other,
    one that is not drawn least of all."""
    back: frozenset[tuple[str, str]]
    """Ways that lead to a step from which they come."""


def _order(start: str, steps: Mapping[str, Drawn], drawn: Mapping[str, Iterable[str]]) -> _Order:
    ways = {
        name: [way.target for way in sorted(drawn.ways, key=lambda way: way.quiet is not None) if way.target in steps]
        for name, drawn in steps.items()
    }
    main = {
        name: [way.target for way in drawn.ways if way.quiet is None and way.target in steps]
        for name, drawn in steps.items()
    }
    depth: dict[str, int] = {}
    for graph in (main, drawn, ways):
        waiting = list(depth) or [start]
        while waiting:
            name = waiting.pop(0)
            depth.setdefault(name, 0)
            for target in graph.get(name, ()):
                if target in steps and target not in depth:
                    depth[target] = depth[name] + 1
                    waiting.append(target)
    for name in steps:
        depth.setdefault(name, 0)
    return _Order(depth, frozenset(_back([start, *steps], ways)))


def _back(roots: Iterable[str], ways: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, str]]:
    """Walks every way, depth first; without recursion, for a flow may have hundreds of steps."""
    seen: set[str] = set()
    for root in roots:
        path: dict[str, Iterator[str]] = {}
        if root in ways and root not in seen:
            seen.add(root)
            path[root] = iter(ways[root])
        while path:
            name = next(reversed(path))
            target = next(path[name], None)
            if target is None:
                del path[name]
            elif target in path:
                yield name, target
            elif target not in seen:
                seen.add(target)
                path[target] = iter(ways[target])


def _shared(steps: Iterable[Drawn]) -> dict[Quiet, str]:
    """Where a quiet way leads from most steps: several agree, or other reasons lead there already."""
    counts: dict[Quiet, Counter[str]] = {}
    for drawn in steps:
        for reason, target in {(way.quiet, way.target) for way in drawn.ways if way.quiet is not None}:
            counts.setdefault(reason, Counter())[target] += 1
    agreed = {target for count in counts.values() for target, times in count.items() if times >= SHARED}
    shared = {}
    for reason in Quiet:
        among = {target: times for target, times in counts.get(reason, Counter()).items() if target in agreed}
        if among:
            shared[reason] = max(among, key=lambda target: (among[target], target))
    return shared


def _by_target(drawn: Drawn, shared: Mapping[Quiet, str]) -> dict[str, list[Way]]:
    """The ways of a step that are drawn, those of the main path apart from quiet ones to the same place."""
    found: dict[tuple[str, bool], list[Way]] = {}
    for way in drawn.ways:
        if way.quiet is None or shared.get(way.quiet) != way.target:
            found.setdefault((way.target, way.quiet is not None), []).append(way)
    main = {target: ways for (target, quiet), ways in found.items() if not quiet}
    for (target, quiet), ways in found.items():
        if quiet:
            main.setdefault(target, []).extend(ways)
    return main
