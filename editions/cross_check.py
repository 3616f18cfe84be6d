"""What numbers and notices do with the flows, read off their files: for the check across files.

The files themselves are read and checked by `ivr.numbers` and `notify.notices.rules`; what is broken there is
passed over here.
"""

from __future__ import annotations

from collections.abc import Iterator

from editions.bundle import Bundle
from editions.told_events import Told
from forms.report import Mark, Report
from forms.tree import Listing, Node, Scalar, Table, read_source
from ivr.flow.language import FlowSet
from ivr.flow.uses import Beside
from ivr.flow.verbs.do import Do
from ivr.numbers import FILE as NUMBERS
from ivr.numbers.read import SWITCH
from notify.notices.actions import DECLARED as CONFIRMING
from notify.notices.addressee import Kind
from notify.notices.escalation import Confirm, Rule
from notify.notices.rules import ROLES, NoticeRules
from notify.notices.wards import CORRECTED, MOVED, REVISED

RULES = "notices.yaml"
_CODE = frozenset({"code"})
"""What a feature code brings to its flow."""


def read_beside(bundle: Bundle, rules: NoticeRules) -> Beside:
    """What stands in the files of numbers and of notices; `rules` are the latter as they were read."""
    numbers, notices = _tree(bundle, NUMBERS), _tree(bundle, RULES)
    codes = numbers.values.get("codes") if numbers is not None else None
    dialled = dict(_flows(numbers))
    brought = {name: _CODE for name, _ in _flows(codes)}
    dialled.setdefault(SWITCH, Mark(bundle.name(NUMBERS)))  # a feature code that names no flow leads there
    brought[SWITCH] = _CODE
    listed = notices.values.get("notices") if notices is not None else None
    private: dict[str, frozenset[str]] = {}
    for rule in listed.values.values() if isinstance(listed, Table) else ():
        flow, words = (rule.values.get("flow"), rule.values.get("private")) if isinstance(rule, Table) else (None, None)
        if isinstance(flow, Scalar) and words is not None:
            named = frozenset(_words(words))
            private[flow.text] = private.get(flow.text, frozenset()) | named
    for followed in rules.rules.values():  # whoever picks up a patient's telephone is told nothing before he is known
        if followed.to.kind is Kind.PATIENT:
            needed = set(_needs(bundle, followed.flow)) - {"notice"}
            private[followed.flow] = private.get(followed.flow, frozenset()) | needed
    return Beside(
        dialled=dialled if numbers is not None else None,
        brought=brought,
        noticed=dict(_flows(notices)),
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


def check_notices(bundle: Bundle, rules: NoticeRules, flows: FlowSet | None, report: Report) -> None:
    """Report notices whose flow needs more than they bring, or never confirms what must be confirmed; rules that use
    a fact which no flow hands over. `flows` is None while they have mistakes: what is known without them is
    reported."""
    notices = _tree(bundle, RULES)
    listed = notices.values.get("notices") if notices is not None else None
    told = Told(flows)
    for name, rule in rules.rules.items():
        node = listed.values.get(name) if isinstance(listed, Table) else None
        mark = next(_flows(node), (name, Mark("")))[1]
        brings = _brings(rule, rules, told)
        lacking = [need for need in _needs(bundle, rule.flow) if brings is not None and need not in brings]
        if brings is not None and lacking:
            sentence = f'the flow "{rule.flow}" needs "{lacking[0]}", which the event "{rule.event}" does not bring'
            report.add(mark, "N208", f"{sentence} (it brings {', '.join(sorted(brings))})")
        if flows is not None and rule.confirm is Confirm.KEY and not _confirms(rule.flow, flows):
            sentence = f'no step of the flow "{rule.flow}" asks {_CONFIRM}, so "{name}" would never count as confirmed'
            report.add(mark, "N209", f"{sentence}: add it, or set confirm: heard")
        _check_roles(rule, node, rules, told, report)
    for use in rules.uses:
        told.check(use, rules, report)
    events = notices.values.get("events") if notices is not None else None
    for item in events.items if isinstance(events, Listing) and flows is not None else ():
        if isinstance(item, Scalar) and not told.by_flows(item.text):
            report.add(item.mark, "W404", f'no flow raises "{item.text}" (notify: {item.text}): it never happens')


_CONFIRM = " or ".join(sorted(action.name for action in CONFIRMING))


def _check_roles(rule: Rule, node: Node | None, rules: NoticeRules, told: Told, report: Report) -> None:
    """A role is a telephone of a ward: without a ward a rule that calls nothing else calls the last resort alone."""
    if (
        rule.to.kind is not Kind.WARD
        or rule.event in rules.reading.events.values()
        or any(one not in ROLES for step in rule.steps for one in step.call)
    ):
        return
    if any("ward" not in facts for facts in told.by_flows(rule.event)):
        steps = node.values.get("steps") if isinstance(node, Table) else None
        mark = steps.mark if steps is not None else Mark("")
        sentence = f'the event "{rule.event}" is raised without "ward", so {rule.steps[0].call[0]} has no telephone'
        report.add(mark, "N222", f"{sentence}: pass a ward, or name numbers")


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


def _needs(bundle: Bundle, flow: str) -> list[str]:
    """What a flow needs, also when it has mistakes elsewhere."""
    whole = _tree(bundle, f"{flow}.yaml")
    needs = whole.values.get("needs") if whole is not None else None
    return [] if needs is None else _words(needs)


def _words(node: Node) -> list[str]:
    items = node.items if isinstance(node, Listing) else [node]
    return [item.text for item in items if isinstance(item, Scalar)]


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


def _tree(bundle: Bundle, file: str) -> Table | None:
    return read_source(bundle.name(file), bundle.files[file], Report()) if file in bundle.files else None


def _flows(node: Node | None) -> Iterator[tuple[str, Mark]]:
    """Every flow that an entry `flow` names, with its first place."""
    seen: set[str] = set()
    waiting: list[Node] = [] if node is None else [node]
    while waiting:
        here = waiting.pop()
        if isinstance(here, Table):
            named = here.values.get("flow")
            if isinstance(named, Scalar) and named.text not in seen:
                seen.add(named.text)
                yield named.text, named.mark
            waiting.extend(reversed(here.values.values()))
        elif isinstance(here, Listing):
            waiting.extend(reversed(here.items))
