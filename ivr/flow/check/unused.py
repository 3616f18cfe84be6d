"""What is written and does nothing: flows that nobody uses, variables that nothing reads. Warnings only: a draft is
not a mistake."""

from __future__ import annotations

from forms.report import Report
from ivr.flow.language import Flow, World
from ivr.flow.verbs.ask import Ask
from ivr.flow.verbs.choose import Choose
from ivr.flow.verbs.set import Set

_IMPLIED = frozenset({"currency"})
"""Read by every text with an amount, without being named."""


def check_idle(world: World, report: Report) -> None:
    """Report what nothing uses."""
    flows = [flow for flow in world.flows.values() if flow is not None]
    unclear = [name for name, flow in world.flows.items() if flow is None or flow.hazy or flow.unread]
    if world.beside.dialled is not None and not unclear:  # what an unreadable flow leads to is not known
        used = _used(world)
        for flow in flows:
            if flow.name not in used:
                sentence = f'nothing leads to the flow "{flow.name}": no number, no notice and no other flow'
                report.add(flow.mark, "W201", sentence)
    for flow in flows:
        if not flow.hazy:
            _check_variables(flow, world, report)


def _used(world: World) -> set[str]:
    used: set[str] = set()
    waiting = [*(world.beside.dialled or ()), *world.beside.noticed]
    while waiting:
        name = waiting.pop()
        if name not in used:
            used.add(name)
            flow = world.flows.get(name)
            if flow is not None:
                waiting.extend(callee.text for step in flow.steps.values() for callee in step.calls())
    return used


def _check_variables(flow: Flow, world: World, report: Report) -> None:
    read = {read.variable for step in flow.steps.values() for read in step.reads(world)} | _IMPLIED
    read.update(name.text for names in flow.outcomes.values() for name in names)
    for need in flow.needs:
        if need.text not in read:
            report.add(need.mark, "W204", f'the flow needs "{need.text}" and never uses it')
    if flow.name in world.beside.noticed:
        return  # what such a flow sets is kept with the notice
    for step in flow.steps.values():
        if isinstance(step, Set):
            set_here = {name: term.name_mark for name, term in step.terms.items()}
        elif isinstance(step, Ask):
            set_here = {step.variable: step.head.mark}
        elif isinstance(step, Choose) and step.variable is not None:
            set_here = {step.variable.text: step.variable.mark}
        else:
            continue
        for name, mark in set_here.items():
            if name and name not in read:
                report.add(mark, "W202", f'"{name}" is set here and nothing uses it')
