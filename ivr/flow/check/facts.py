"""What a call must have established before some steps: a login, the price told and agreed to, the notice
of a recording. Followed along every way, into sub-flows and back.

Facts are only ever gained. So each flow is looked at once for what it adds by itself (callees first),
and once for what is certain when it is entered (callers first).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from forms.report import Report
from ivr.flow.check.ways import on_every_way
from ivr.flow.language import END, Fact, Flow, World, exits
from ivr.flow.verbs.endings import Return

EVERY = frozenset(Fact)
NONE: frozenset[Fact] = frozenset()


def gains(flow: Flow, world: World) -> Mapping[str, frozenset[Fact]]:
    """Per outcome, what `flow` itself establishes on every way to it."""
    if flow.hazy:
        return dict.fromkeys([*flow.outcomes, END], EVERY)
    inside = inside_of(flow, world)
    found: dict[str, frozenset[Fact]] = {}
    for name, here in inside.items():
        step = flow.steps[name]
        if isinstance(step, Return) and step.outcome is not None:
            found[step.outcome.text] = found.get(step.outcome.text, EVERY) & here
        for exit_ in exits(step, world):
            if exit_.target.name == END:
                found[END] = found.get(END, EVERY) & (here | exit_.proves)
    if flow.start.name == END:
        found[END] = NONE
    return found


def inside_of(flow: Flow, world: World) -> Mapping[str, frozenset[Fact]]:
    """Reached step -> what this flow itself has established on every way to it."""
    return on_every_way(flow, world, NONE, lambda exit_: exit_.proves)


@dataclass(frozen=True, slots=True)
class Entered:
    """What is certain when each flow is entered, and by which step (`flow.step`) it is entered with the least."""

    certain: Mapping[str, frozenset[Fact]]
    by: Mapping[str, str] = field(default_factory=dict)


def on_entry(
    order: Sequence[str], roots: Iterable[str], inside: Mapping[str, Mapping[str, frozenset[Fact]]], world: World
) -> Entered:
    """Follow the calls from `roots`, where nothing is established. `order`: callees first."""
    certain: dict[str, frozenset[Fact]] = dict.fromkeys(roots, NONE)
    by: dict[str, str] = {}
    for name in reversed(order):
        flow = world.flows[name]
        if flow is None or name not in certain:
            continue
        for step, here in inside.get(name, {}).items():
            for callee in flow.steps[step].calls():
                now = certain[name] | here
                before = certain.get(callee.text)
                if before is None or not before <= now:
                    certain[callee.text] = now if before is None else before & now
                    by[callee.text] = f"{name}.{step}"
    return Entered(certain, by)


def check_demands(
    order: Sequence[str],
    inside: Mapping[str, Mapping[str, frozenset[Fact]]],
    entered: Entered,
    world: World,
    report: Report,
) -> None:
    """Report steps that are entered on some way without a fact that they demand."""
    for name in order:
        flow = world.flows[name]
        if flow is None or flow.hazy or name not in entered.certain:
            continue
        for step, here in inside[name].items():
            for demand in flow.steps[step].demands(world):
                if demand.fact not in here | entered.certain[name]:
                    way = _way_without(flow, step, demand.fact, world)
                    came = f"{entered.by[name]} > " if name in entered.by else ""
                    sentence = f"{demand.sentence} (not so on the way {came}{' > '.join(way)})"
                    report.add(demand.mark, demand.code, sentence)


def _way_without(flow: Flow, goal: str, fact: Fact, world: World) -> list[str]:
    """The shortest way from the start to `goal` on which nothing establishes `fact`; its last five steps."""
    came: dict[str, str] = {flow.start.name: ""}
    waiting = deque([flow.start.name])
    while waiting:
        name = waiting.popleft()
        if name == goal or name not in flow.steps:
            break
        for exit_ in exits(flow.steps[name], world):
            if fact not in exit_.proves and exit_.target.name in flow.steps and exit_.target.name not in came:
                came[exit_.target.name] = name
                waiting.append(exit_.target.name)
    way = [goal]
    while came.get(way[0]):
        way.insert(0, came[way[0]])
    return way if len(way) <= 5 else ["..", *way[-5:]]
