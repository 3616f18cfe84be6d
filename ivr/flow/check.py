"""What must hold between the steps of a flow and between flows, once each is read.

Targets exist, every step is reached, no loop goes round without a key of the caller, variables
are set on every way to where they are used, secrets stay secret, outcomes match. What only
concerns one step (texts, actions, arguments) the step checks itself.
"""

from __future__ import annotations

from dataclasses import replace

from ivr.flow.known import check_variables
from ivr.flow.language import AGAIN, END, NOWHERE, Flow, World, exits
from ivr.flow.mistakes import Mark, Report, did_you_mean
from ivr.flow.rings import rings
from ivr.flow.verbs.endings import Return
from ivr.flow.words import SYSTEM


def check_flows(world: World, report: Report) -> None:
    """Report every mistake that reading alone does not show."""
    world = replace(world, flows={name: _with_targets(flow, world, report) for name, flow in world.flows.items()})
    order = _callees_first(world, report)
    unheard: dict[str, frozenset[str]] = {}
    world = replace(world, unheard=unheard)
    for name in order:
        flow = world.flows[name]
        if flow is not None:
            unheard[name] = _unheard_outcomes(flow, world)
    flows = [flow for flow in world.flows.values() if flow is not None]
    for flow in flows:
        _check_flow(flow, world, report)
    if flows:
        _check_system_texts(flows[0].mark, world, report)


def _check_flow(flow: Flow, world: World, report: Report) -> None:
    for step in flow.steps.values():
        step.check(world, report)
    _check_outcomes(flow, world, report)
    if flow.hazy:
        return
    reached = _reached(flow, world)
    for name, step in flow.steps.items():
        if name not in reached:
            report.add(step.head.mark, "E205", f'the step "{name}" is never reached')
    _check_loops(flow, world, report)
    check_variables(flow, world, report)


def _with_targets(flow: Flow | None, world: World, report: Report) -> Flow | None:
    """Report targets that are no steps; a flow with such targets is hazy from then on."""
    if flow is None:
        return None
    known = {*flow.steps, *flow.unread, END}
    targets = {flow.start, *(exit_.target for step in flow.steps.values() for exit_ in exits(step, world))}
    lost = [target for target in targets if target.name not in known and target is not NOWHERE]
    for target in lost:
        if target.name == AGAIN:
            report.add(target.mark, "E204", '"again" is for "keys", "no_input" and "invalid" only')
        else:
            hint = did_you_mean(target.name, known)
            report.add(target.mark, "E204", f'no step "{target.name}"{hint}')
    return replace(flow, hazy=True) if lost else flow


def _check_outcomes(flow: Flow, world: World, report: Report) -> None:
    """`return` steps and declared outcomes must match."""
    returned = {END} if ends(flow, world) else set()
    for step in flow.steps.values():
        if isinstance(step, Return) and step.outcome is not None:
            returned.add(step.outcome.text)
            if step.outcome.text not in flow.outcomes:
                hint = did_you_mean(step.outcome.text, flow.outcomes)
                report.add(step.outcome.mark, "E209", f'"{step.outcome.text}" is not under "outcomes"{hint}')
    if END in returned and END not in flow.outcomes:
        report.add(flow.mark, "E209", 'a step leads to "end", which is not under "outcomes"')
    if not flow.hazy and returned <= flow.outcomes.keys():  # a misspelt one is told once
        for outcome, mark in flow.outcome_marks.items():
            if outcome not in returned:
                report.add(mark, "E216", f'no step returns the outcome "{outcome}"')


def ends(flow: Flow, world: World) -> bool:
    """Whether some step leads to `end`."""
    if flow.start.name == END:
        return True
    return any(exit_.target.name == END for step in flow.steps.values() for exit_ in exits(step, world))


def _reached(flow: Flow, world: World) -> set[str]:
    reached: set[str] = set()
    waiting = [flow.start.name]
    while waiting:
        name = waiting.pop()
        if name in flow.steps and name not in reached:
            reached.add(name)
            waiting.extend(exit_.target.name for exit_ in exits(flow.steps[name], world))
    return reached


def _unheard_outcomes(flow: Flow, world: World) -> frozenset[str]:
    """Outcomes of a flow that it can reach without a key of the caller."""
    outcomes: set[str] = set()
    seen: set[str] = set()
    waiting = [flow.start.name]
    while waiting:
        name = waiting.pop()
        if name == END:
            outcomes.add(END)
        if name not in flow.steps or name in seen:
            continue
        seen.add(name)
        step = flow.steps[name]
        if isinstance(step, Return) and step.outcome is not None:
            outcomes.add(step.outcome.text)
        waiting.extend(exit_.target.name for exit_ in exits(step, world) if not exit_.by_caller)
    return frozenset(outcomes)


def _check_loops(flow: Flow, world: World, report: Report) -> None:
    """Report rings of steps that the caller can do nothing about. Tarjan's strongly connected components."""
    # A step that may be entered only so often breaks every ring by itself.
    free = {name: step for name, step in flow.steps.items() if step.head.limit is None}
    ways = {
        name: [e.target.name for e in exits(step, world) if not e.by_caller and e.target.name in free]
        for name, step in free.items()
    }
    for ring in rings(ways):
        first = min(ring, key=lambda name: flow.steps[name].head.mark)
        members = ", ".join(sorted(ring, key=lambda name: flow.steps[name].head.mark))
        report.add(flow.steps[first].head.mark, "E210", f"goes round without a key of the caller: {members}")


def _callees_first(world: World, report: Report) -> list[str]:
    """The flows, those that are called before those that call them. Circles are reported."""
    calls = {
        name: [] if flow is None else [callee for step in flow.steps.values() for callee in step.calls()]
        for name, flow in world.flows.items()
    }
    ways = {name: [callee.text for callee in to if callee.text in calls] for name, to in calls.items()}
    waiting = dict(ways)
    for ring in rings(ways):
        for name in sorted(ring):
            waiting.pop(name)
            for callee in calls[name]:
                if callee.text in ring:
                    shown = "itself" if callee.text == name else f'"{callee.text}", which leads back to it'
                    report.add(callee.mark, "E213", f'"{name}" calls {shown}')
    order: list[str] = []
    while waiting:
        ready = [name for name, to in waiting.items() if not any(callee in waiting for callee in to)]
        order.extend(ready)
        for name in ready:
            del waiting[name]
    return order


def _check_system_texts(mark: Mark, world: World, report: Report) -> None:
    for text in SYSTEM.values():
        for language in world.texts.languages:
            if not world.texts.has(language, text):
                report.add(mark, "E302", f'the text "{text}", which every flow needs, is missing in {language}')
