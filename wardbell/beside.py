"""What numbers and notices do with the flows, read off their files: for the check across files.

The files themselves are read and checked by `ivr.numbers` and `notify.rules`; what is broken there is
passed over here.
"""

from __future__ import annotations

from collections.abc import Iterator

from ivr.bundle import Bundle
from ivr.flow.beside import Beside
from ivr.flow.language import FlowSet
from ivr.flow.mistakes import Mark, Report
from ivr.flow.verbs.do import Do
from ivr.flow.verbs.notify import Notify
from ivr.numbers import FILE as NUMBERS
from ivr.numbers.read import SWITCH
from notify.actions import DECLARED as CONFIRMING
from notify.escalation import Confirm
from notify.rules import NoticeRules
from notify.wards import MOVED
from prompts.written.tree import Listing, Node, Scalar, Table, read_source

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
        if isinstance(flow, Scalar) and isinstance(words, Listing):
            named = frozenset(word.text for word in words.items if isinstance(word, Scalar))
            private[flow.text] = private.get(flow.text, frozenset()) | named
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
        followed[rule.event] = followed.get(rule.event, frozenset()) | {rule.flow}
    return followed


def check_notices(bundle: Bundle, rules: NoticeRules, flows: FlowSet, report: Report) -> None:
    """Report notices whose flow needs more than they bring, or never confirms what must be confirmed."""
    notices = _tree(bundle, RULES)
    listed = notices.values.get("notices") if notices is not None else None
    for name, rule in rules.rules.items():
        mark = next(_flows(listed.values.get(name) if isinstance(listed, Table) else None), (name, Mark("")))[1]
        flow = flows.flows[rule.flow]
        brings = _brings(rule.event, rules, flows)
        lacking = [need.text for need in flow.needs if brings is not None and need.text not in brings]
        if brings is not None and lacking:
            sentence = f'the flow "{rule.flow}" needs "{lacking[0]}", which the event "{rule.event}" does not bring'
            report.add(mark, "N208", f"{sentence} (it brings {', '.join(sorted(brings))})")
        if rule.confirm is Confirm.KEY and not _confirms(rule.flow, flows):
            sentence = f'no step of the flow "{rule.flow}" asks {_CONFIRM}, so "{name}" would never count as confirmed'
            report.add(mark, "N209", f"{sentence}: add it, or set confirm: heard")


_CONFIRM = " or ".join(sorted(action.name for action in CONFIRMING))


def _brings(event: str, rules: NoticeRules, flows: FlowSet) -> frozenset[str] | None:
    """The variables that a notice of `event` begins its flow with, whoever sends it; None when nobody does."""
    sent = [MOVED] if event in rules.reading.events.values() else []
    for flow in flows.flows.values():
        for step in flow.steps.values():
            if isinstance(step, Notify) and step.event is not None and step.event.text == event:
                sent.append(frozenset(step.facts))
    return frozenset.intersection(*sent) | {"notice"} if sent else None


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
