"""Which variables are certainly set where: the intersection over every way that leads to a step.

A variable that is used where some way leaves it unset is a mistake now, not in a call.
"""

from __future__ import annotations

from collections.abc import Mapping

from forms.report import Mark, Report, did_you_mean
from ivr.flow.check.ways import on_every_way
from ivr.flow.language import ANYTHING, END, Flow, Reads, World, exits
from ivr.flow.verbs.endings import Return


def check_variables(flow: Flow, world: World, report: Report) -> None:
    """Report variables that are used but not (certainly) set, promised but not set, or secret and shown."""
    known = known_on_entry(flow, world)
    ever = {need.text for need in flow.needs}
    secret: set[str] = set()
    for name in known:
        ever.update(*(exit_.sets for exit_ in exits(flow.steps[name], world)))
        secret.update(flow.steps[name].secrets())
    unset: dict[tuple[str, str, bool], list[tuple[Reads, str]]] = {}
    for name, here in known.items():
        step = flow.steps[name]
        for read in step.reads(world):
            if read.open and read.variable in secret:
                report.add(read.mark, "E217", f'"{read.variable}" is secret: only actions and conditions may use it')
            elif read.variable not in here and not here & ANYTHING:
                unset.setdefault((read.variable, read.code, read.variable in ever), []).append((read, name))
        if isinstance(step, Return) and step.outcome is not None:
            _check_promise(flow, step.outcome.text, step.outcome.mark, here, secret, report)
        for exit_ in exits(step, world):
            if exit_.target.name == END:
                _check_promise(flow, END, exit_.target.mark, here | exit_.sets, secret, report)
    for places in unset.values():
        (read, name), *others = sorted(places, key=lambda place: place[0].mark)
        lines = sorted({other.mark.line for other, _ in others} - {read.mark.line})
        also = f"; so in line {', '.join(map(str, lines[:6]))}{', ..' if len(lines) > 6 else ''}" if lines else ""
        _report_unset(read, name, also, known, ever, flow, world, report)


def known_on_entry(flow: Flow, world: World) -> Mapping[str, frozenset[str]]:
    """Reached step -> the variables that are set whenever it is entered."""
    return on_every_way(flow, world, frozenset(need.text for need in flow.needs), lambda exit_: exit_.sets, _common)


def _common(one: frozenset[str], other: frozenset[str]) -> frozenset[str]:
    if bool(one & ANYTHING) is bool(other & ANYTHING):
        return one & other  # ever less, so that the search ends
    return other if one & ANYTHING else one


def _report_unset(
    read: Reads,
    step: str,
    also: str,
    known: Mapping[str, frozenset[str]],
    ever: set[str],
    flow: Flow,
    world: World,
    report: Report,
) -> None:
    why = f" ({read.why})" if read.why and not read.code else ""
    if read.variable not in ever:
        hint = did_you_mean(read.variable, ever)
        sentence = f'nothing sets "{read.variable}"{hint}{why}{also}'
        code = read.code or "E212"
    else:
        origin = _unset_before(read.variable, step, known, flow, world)
        sentence = f'"{read.variable}" is not set on every way to here{origin}{why}{also}'
        code = read.code or "E211"
    report.add(read.mark, code, f"{read.why}: {sentence}" if read.code and read.why else sentence)


def _unset_before(variable: str, step: str, known: Mapping[str, frozenset[str]], flow: Flow, world: World) -> str:
    """` (not when it comes from "full")`, naming the first step that leads here without it."""
    for name, here in known.items():
        for exit_ in exits(flow.steps[name], world):
            if exit_.target.name == step and variable not in here | exit_.sets:
                return f' (not when it comes from "{name}")'
    return ""


def _check_promise(
    flow: Flow, outcome: str, mark: Mark, here: frozenset[str], secret: set[str], report: Report
) -> None:
    for name in flow.outcomes.get(outcome, ()):
        if name.text in secret:
            report.add(name.mark, "E217", f'"{name.text}" is secret: a flow cannot hand it on')
        elif name.text not in here and not here & ANYTHING:
            report.add(mark, "E211", f'the outcome "{outcome}" promises "{name.text}", which is not set on every way')
