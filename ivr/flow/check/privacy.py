"""What must not be told, sent, dialled or billed: secret digits, private words, digits that the caller keyed in.

Values are followed by name through `set`, into sub-flows and back, and into the notices of an event. That a
secret is never spoken or copied is checked with the variables (`known.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TypeAlias

from forms.report import Report
from ivr.flow.language import Fact, Flow, Step, World, exits
from ivr.flow.verbs.call import Call
from ivr.flow.verbs.choose import Choose
from ivr.flow.verbs.consult import Consult
from ivr.flow.verbs.dial import Dial
from ivr.flow.verbs.do import Do
from ivr.flow.verbs.errand import Errand
from ivr.flow.verbs.language import Language
from ivr.flow.verbs.notify import Notify
from ivr.flow.verbs.pace import Pace
from ivr.flow.verbs.set import Set
from ivr.flow.verbs.when import When

Names: TypeAlias = Mapping[str, frozenset[str]]
"""Flow -> names of its variables."""


def check_discretion(world: World, report: Report) -> None:
    """Report secrets that leave by an action or a condition, and digits of the caller that are dialled or billed."""
    keyed = _followed(world, lambda flow, step: step.keyed())
    answered = {name: _answered(flow, world) for name, flow in world.flows.items() if flow is not None}
    unproved = _followed(world, lambda flow, step: set(step.keyed()) - answered[flow.name])
    for name, flow in world.flows.items():
        if flow is None:
            continue
        secret = {variable for step in flow.steps.values() for variable in step.secrets()}
        for step in flow.steps.values():
            if isinstance(step, Dial):
                _check_dial(step, keyed[name], report)
            if isinstance(step, Consult) and step.card.variable in unproved[name]:
                sentence = f'"{step.card.variable}" is only what the caller keyed in: it could be somebody else\'s card'
                report.add(step.card.mark, "E227", f"{sentence}; pay from the card that the login hands over")
            if isinstance(step, When):
                _check_secret_cases(step, secret, report)
            if isinstance(step, Do | Choose):
                _check_arguments(step, secret, world, report)


def _answered(flow: Flow, world: World) -> set[str]:
    """Variables that something outside the call fills, so that they need not be what the caller keyed in."""
    errands = [step for step in flow.steps.values() if isinstance(step, Errand)]
    return {name for step in errands for exit_ in exits(step, world) for name in exit_.sets}


def _check_dial(step: Dial, keyed: frozenset[str], report: Report) -> None:
    where = step.place.where
    if where is not None and where.variable in keyed:
        sentence = f'"{where.variable}" holds digits that the caller keyed in: whoever calls could telephone the world'
        report.add(where.mark, "E225", f"{sentence} at the hospital's cost; dial a number that is written here")


def _check_secret_cases(step: When, secret: set[str], report: Report) -> None:
    for case in step.cases:
        told = [name for name in sorted(secret & set(case.condition.variables)) if case.condition.tells(name)]
        if told:
            sentence = f'"{told[0]}" is secret, and whoever reads this file reads what it is compared with'
            report.add(case.mark, "E219", f"{sentence}: let an action compare it")


def _check_arguments(step: Do | Choose, secret: set[str], world: World, report: Report) -> None:
    request, spec = step.request, step.request.spec(world)
    if request.action is None or spec is None:
        return
    for need in sorted(spec.needs - spec.secret):
        term = request.given.get(need)
        variable = need if term is None else term.variable
        if variable in secret:
            mark = request.action.mark if term is None else term.mark
            sentence = f'"{variable}" is secret, and "{spec.name}" does not keep its "{need}" secret'
            report.add(mark, "E218", f"{sentence}: give it something else, or ask for it without secret: true")


_ASK_FIRST = 'say it after a login, or after a menu with identifies: "1"'


def check_private(
    inside: Mapping[str, Mapping[str, frozenset[Fact]]],
    certain: Mapping[str, frozenset[Fact]],
    world: World,
    report: Report,
) -> None:
    """Report private words on the line's own calls before it is known who listens. `certain`: on entry of each
    flow that such calls come to."""
    private = _followed(world, lambda flow, step: step.private(world), world.beside.private)
    for name, entered in certain.items():
        flow = world.flows.get(name)
        if flow is None or flow.hazy:
            continue
        for at, here in inside[name].items():
            step = flow.steps[at]
            if Fact.LISTENER in here | entered or isinstance(step, Set | Call | Notify | Language | Pace):
                continue
            if isinstance(step, Choose) and step.request.action is not None and set(step.private(world)):
                asked = step.request.action
                sentence = f'"{asked.text}" reads out private things, and it is not known yet here who is listening'
                report.add(asked.mark, "E236", f"{sentence}: {_ASK_FIRST}")
            for read in step.reads(world):
                if read.open and read.variable in private[name]:
                    sentence = f'"{read.variable}" is private, and it is not known yet here who has answered this call'
                    report.add(read.mark, "E236", f"{sentence}: {_ASK_FIRST}")


def _followed(
    world: World, filled: Callable[[Flow, Step], Iterable[str]], given: Mapping[str, frozenset[str]] | None = None
) -> Names:
    """Flow -> the variables that hold what steps fill in by `filled`, or that are `given`, on every detour."""
    found = {name: set((given or {}).get(name, ())) for name in world.flows}
    flows = [flow for flow in world.flows.values() if flow is not None]
    for flow in flows:
        for step in flow.steps.values():
            found[flow.name].update(filled(flow, step))
    grows = any(found.values())
    while grows:
        before = sum(map(len, found.values()))
        for flow in flows:
            here = found[flow.name]
            for step in flow.steps.values():
                if isinstance(step, Set):
                    here.update(name for name, term in step.terms.items() if term.variable in here)
                elif isinstance(step, Call):
                    _through(step, here, found, world)
                elif isinstance(step, Notify) and step.event is not None:
                    for told in (world.beside.followed or {}).get(step.event.text, ()):
                        if told in found:
                            found[told].update(name for name, term in step.facts.items() if term.variable in here)
        grows = sum(map(len, found.values())) > before
    return {name: frozenset(names) for name, names in found.items()}


def _through(step: Call, here: set[str], found: Mapping[str, set[str]], world: World) -> None:
    """Into a sub-flow by what it needs, and back by what it promises."""
    called: Flow | None = None if step.flow is None else world.flows.get(step.flow.text)
    if called is None:
        return
    there = found[called.name]
    for need in called.needs:
        term = step.given.get(need.text)
        if (need.text if term is None else term.variable) in here:
            there.add(need.text)
    promised = {name.text for names in called.outcomes.values() for name in names}
    here.update(promised & there)
