"""What must hold between the steps of a flow and between flows, once each is read.

Targets exist, every step is reached, no loop goes round without a key of the caller, variables
are set on every way to where they are used, secrets stay secret, outcomes match. What only
concerns one step (texts, actions, arguments) the step checks itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from forms.report import Mark, Report, did_you_mean
from ivr.flow.check.conditions import check_cases
from ivr.flow.check.cycles import rings
from ivr.flow.check.facts import check_demands, gains, inside_of, on_entry
from ivr.flow.check.keys import check_keys
from ivr.flow.check.kinds import Examples, check_kinds, examples_of
from ivr.flow.check.privacy import check_discretion, check_private
from ivr.flow.check.unused import check_idle
from ivr.flow.check.variables import check_variables
from ivr.flow.language import AGAIN, END, NOWHERE, Fact, Flow, Step, World, exits
from ivr.flow.verbs.endings import HangUp, Return
from ivr.flow.verbs.notify import Notify
from ivr.flow.words import SYSTEM


def check_flows(world: World, report: Report) -> None:
    """Report every mistake that reading alone does not show."""
    world = replace(world, flows={name: _with_targets(flow, world, report) for name, flow in world.flows.items()})
    order = _callees_first(world, report)
    unheard: dict[str, frozenset[str]] = {}
    gained: dict[str, Mapping[str, frozenset[Fact]]] = {}
    examples: dict[str, Examples] = {}
    world = replace(world, unheard=unheard, gains=gained, examples=examples)
    for name in order:
        flow = world.flows[name]
        if flow is not None:
            unheard[name] = _unheard_outcomes(flow, world)
            gained[name] = gains(flow, world)
            examples[name] = examples_of(flow, world)
    flows = [flow for flow in world.flows.values() if flow is not None]
    for flow in flows:
        _check_flow(flow, world, report)
    _check_facts(order, world, report)
    check_discretion(world, report)
    _check_beside(world, report)
    check_idle(world, report)
    if flows:
        _check_system_texts(flows[0].mark, world, report)


def _check_facts(order: Sequence[str], world: World, report: Report) -> None:
    """What is certain in calls that come in and in the line's own calls, each for itself."""
    inside = {name: inside_of(flow, world) for name in order if (flow := world.flows[name]) and not flow.hazy}
    own = world.beside.noticed.keys()
    if world.beside.dialled is None:
        steps = [step for flow in world.flows.values() if flow is not None for step in flow.steps.values()]
        roots = (world.flows.keys() - {callee.text for step in steps for callee in step.calls()}) | own
    else:
        roots = world.beside.dialled.keys() | own
    check_demands(order, inside, on_entry(order, roots & world.flows.keys(), inside, world), world, report)
    check_private(inside, on_entry(order, own & world.flows.keys(), inside, world).certain, world, report)


def _check_beside(world: World, report: Report) -> None:
    """Numbers and notices must bring what their flows need; events must be followed."""
    for name, mark in (world.beside.dialled or {}).items():
        flow = world.flows.get(name)
        needs = [] if flow is None else [need.text for need in flow.needs]
        if lacking := [need for need in needs if need not in world.beside.brought.get(name, ())]:
            needed = ", ".join(f'"{need}"' for need in lacking)
            sentence = f'the flow "{name}" needs {needed}, which no caller brings'
            report.add(mark, "E223", f"{sentence}: let the number lead to a flow that finds it out and calls this one")
    if world.beside.followed is None:
        return
    for flow in world.flows.values():
        for step in flow.steps.values() if flow is not None else ():
            if isinstance(step, Notify) and step.event is not None and step.event.text not in world.beside.followed:
                hint = did_you_mean(step.event.text, world.beside.followed)
                sentence = f'no notice in notices.yaml follows the event "{step.event.text}"{hint}'
                report.add(step.event.mark, "E224", f"{sentence}: nobody would be called")


def _check_flow(flow: Flow, world: World, report: Report) -> None:
    for step in flow.steps.values():
        step.check(world, report)
    check_keys(flow, world, report)
    check_cases(flow, world, report)
    check_kinds(flow, world, report)
    _check_outcomes(flow, world, report)
    if flow.hazy:
        return
    reached = _reached(flow, world)
    for name, step in flow.steps.items():
        if name not in reached:
            report.add(step.head.mark, "E205", f'the step "{name}" is never reached')
    if not _check_loops(flow, world, report):
        _check_way_out(flow, reached, world, report)
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
    if not flow.hazy and returned <= flow.outcomes.keys():  # a misspelt one is reported once
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


def _check_loops(flow: Flow, world: World, report: Report) -> bool:
    """Report rings of steps that the caller can do nothing about; whether there were any."""
    # A step that may be entered only a number of times breaks every ring by itself.
    free = {name: step for name, step in flow.steps.items() if step.head.limit is None}
    ways = {
        name: [e.target.name for e in exits(step, world) if not e.by_caller and e.target.name in free]
        for name, step in free.items()
    }
    found = [*rings(ways), *_beyond_rings(flow, ways, world)]
    for ring in found:
        first = min(ring, key=lambda name: flow.steps[name].head.mark)
        members = ", ".join(sorted(ring, key=lambda name: flow.steps[name].head.mark))
        report.add(flow.steps[first].head.mark, "E210", f"goes round without a key from the caller: {members}")
    return bool(found)


def _beyond_rings(flow: Flow, ways: Mapping[str, Sequence[str]], world: World) -> Iterator[set[str]]:
    """Rings that go through `beyond`: entered often enough, a step only passes on to it."""
    passed = {name: [step.head.limit.beyond.name] for name, step in flow.steps.items() if step.head.limit is not None}
    if not passed:
        return
    free = {name: [e.target.name for e in exits(flow.steps[name], world) if not e.by_caller] for name in ways}
    known = {
        name: [target for target in targets if target in flow.steps] for name, targets in {**free, **passed}.items()
    }
    yield from (ring for ring in rings(known) if ring & passed.keys())


def _check_way_out(flow: Flow, reached: set[str], world: World, report: Report) -> None:
    """Report steps from which the flow can only go on for ever, until the caller gives up."""
    back: dict[str, list[str]] = {}
    waiting: list[str] = []
    for name in reached:
        step = flow.steps[name]
        targets = [exit_.target.name for exit_ in exits(step, world)]
        if END in targets or _may_end(step, world):
            waiting.append(name)
        for target in targets:
            back.setdefault(target, []).append(name)
    leads_out: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name not in leads_out:
            leads_out.add(name)
            waiting.extend(back.get(name, ()))
    stuck = sorted(reached - leads_out, key=lambda name: flow.steps[name].head.mark)
    if stuck:
        listed = ", ".join(stuck[:5]) + (", .." if len(stuck) > 5 else "")
        sentence = f'from here no way leads to an end ({listed}): make one of these steps lead to "end" or to a hangup'
        report.add(flow.steps[stuck[0]].head.mark, "E221", sentence)


def _may_end(step: Step, world: World) -> bool:
    """Whether a step ends the flow, or may end the call from within a sub-flow."""
    if isinstance(step, Return | HangUp):
        return True
    waiting = [callee.text for callee in step.calls()]
    seen: set[str] = set()
    while waiting:
        name = waiting.pop()
        called = world.flows.get(name)
        if called is None or called.hazy or any(isinstance(inner, HangUp) for inner in called.steps.values()):
            return True
        if name not in seen:
            seen.add(name)
            waiting.extend(callee.text for inner in called.steps.values() for callee in inner.calls())
    return False


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
