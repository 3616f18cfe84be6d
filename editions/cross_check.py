"""What numbers, notices and flows make of each other."""

from __future__ import annotations

from collections.abc import Mapping

from editions.told_events import Told
from forms.report import Mark, Report
from ivr.flow.language import Flow, FlowSet
from ivr.flow.uses import Beside
from ivr.flow.verbs.do import Do
from ivr.numbers import Numbers
from ivr.numbers.read_codes import SWITCH
from notify.notices.actions import DECLARED as CONFIRMING
from notify.notices.addressee import Kind
from notify.notices.escalation import Confirm, Rule
from notify.notices.rules import ROLES, NoticeRules
from notify.notices.wards import CORRECTED, MOVED, REVISED

_CODE = frozenset({"code"})
"""What a feature code brings to its flow."""


def beside(
    numbers: Numbers, rules: NoticeRules, each: Mapping[str, Flow | None], numbers_file: str
) -> Beside:
    """What numbers and notices do with the flows (`each` by itself), also when there are mistakes in them."""
    dialled = None
    if numbers.named is not None:  # a feature code that names no flow leads to the switch
        dialled = {SWITCH: Mark(numbers_file), **numbers.named}
    private = dict(rules.private)
    for rule in rules.rules.values():  # whoever picks up a patient's telephone is told nothing before he is known
        if rule.to.kind is Kind.PATIENT:
            needed = set(_needs(each.get(rule.flow))) - {"notice"}
            private[rule.flow] = private.get(rule.flow, frozenset()) | needed
    return Beside(
        dialled=dialled,
        brought=dict.fromkeys((*numbers.by_code, SWITCH), _CODE),
        noticed=rules.noticed,
        private=private,
        followed=_followed(rules) if rules.rules else None,
    )


def _followed(rules: NoticeRules) -> dict[str, frozenset[str]]:
    """Event -> the flows of the notices that follow it."""
    followed: dict[str, frozenset[str]] = {}
    for rule in rules.rules.values():
        for event in (rule.event, *rule.cancels, *rule.corrects):
            followed[event] = followed.get(event, frozenset()) | {rule.flow}
    return followed


def check_notices(
    rules: NoticeRules, each: Mapping[str, Flow | None], flows: FlowSet | None, report: Report
) -> None:
    """Report notices whose flow needs more than they bring, or never confirms what must be confirmed; rules that use
    a fact which no flow hands over. `flows` is None while they have mistakes: what is known without them (of `each`)
    is reported."""
    told = Told(flows)
    for name, rule in rules.rules.items():
        brings = _brings(rule, rules, told)
        lacking = [need for need in _needs(each.get(rule.flow)) if brings is not None and need not in brings]
        if brings is not None and lacking:
            sentence = f'the flow "{rule.flow}" needs "{lacking[0]}", which the event "{rule.event}" does not bring'
            report.add(rule.mark, "N208", f"{sentence} (it brings {', '.join(sorted(brings))})")
        if flows is not None and rule.confirm is Confirm.KEY and not _confirms(rule.flow, flows):
            sentence = f'no step of the flow "{rule.flow}" asks {_CONFIRM}, so "{name}" would never count as confirmed'
            report.add(rule.mark, "N209", f"{sentence}: add it, or set confirm: heard")
        _check_roles(rule, rules, told, report)
    for use in rules.uses:
        told.check(use, rules, report)
    for event, mark in rules.told.items() if flows is not None else ():
        if not told.by_flows(event):
            report.add(mark, "W404", f'no flow raises "{event}" (notify: {event}): it never happens')


_CONFIRM = " or ".join(sorted(action.name for action in CONFIRMING))


def _check_roles(rule: Rule, rules: NoticeRules, told: Told, report: Report) -> None:
    """A role is a telephone of a ward: without a ward a rule that calls nothing else calls the last resort alone."""
    if (
        rule.to.kind is not Kind.WARD
        or rule.event in rules.reading.events.values()
        or any(one not in ROLES for step in rule.steps for one in step.call)
    ):
        return
    if any("ward" not in facts for facts in told.by_flows(rule.event)):
        sentence = f'the event "{rule.event}" is raised without "ward", so {rule.steps[0].call[0]} has no telephone'
        report.add(rule.steps_mark, "N222", f"{sentence}: pass a ward, or name numbers")


def _brings(rule: Rule, rules: NoticeRules, told: Told) -> frozenset[str] | None:
    """The variables with which a notice starts its flow, whoever sends its event; None when nobody does."""
    sent: list[frozenset[str]] = []
    for event in (*rule.cancels, *rule.corrects) or (rule.event,):  # what was told is what is taken back
        if event in rules.reading.events.values():
            sent.append(MOVED)
        sent += [frozenset(facts) for facts in told.by_flows(event)]
    if not sent:
        return None
    more = CORRECTED if rule.corrects else REVISED if rule.cancels else frozenset()
    return frozenset.intersection(*sent) | {"notice"} | more


def _needs(flow: Flow | None) -> list[str]:
    return [] if flow is None else [need.text for need in flow.needs]


def _confirms(name: str, flows: FlowSet) -> bool:
    """Whether a flow, or one that it calls, asks for the confirmation."""
    confirming = {action.name for action in CONFIRMING}
    waiting, seen = [name], {name}
    while waiting:
        for step in flows.flows[waiting.pop()].steps.values():
            if isinstance(step, Do) and step.request.action is not None and step.request.action.text in confirming:
                return True
            new = {callee.text for callee in step.calls()} - seen
            seen |= new
            waiting.extend(new)
    return False
