"""What flows raise by `notify`: the facts of each event, and whether the rules use them rightly.

The facts of the hospital system's own events are known beforehand: `notify.notices.facts`.
"""

from __future__ import annotations

from collections.abc import Mapping

from forms.report import Report, did_you_mean
from ivr.flow.language import Constant, FlowSet
from ivr.flow.verbs.notify import Notify
from notify.notices.facts import HL7, Kind, Use, check_kind
from notify.notices.rules import NoticeRules


class Told:
    """Of the flows that there are; of none at all while they have mistakes."""

    def __init__(self, flows: FlowSet | None) -> None:
        self._events: dict[str, list[Mapping[str, Kind | None]]] = {}
        for flow in flows.flows.values() if flows is not None else ():
            for step in flow.steps.values():
                if isinstance(step, Notify) and step.event is not None:
                    facts = {name: _kind(term.value) for name, term in step.facts.items()}
                    self._events.setdefault(step.event.text, []).append(facts)

    def by_flows(self, event: str) -> list[Mapping[str, Kind | None]]:
        """For each step that raises the event the facts that it passes; None: only the call will show."""
        return self._events.get(event, [])

    def check(self, use: Use, rules: NoticeRules, report: Report) -> None:
        """Report a fact that nobody hands over, or one that is never what the rule wants."""
        steps = self.by_flows(use.event)
        if not steps:
            return
        by_hl7 = use.event in rules.reading.events.values()
        known = {name for facts in steps for name in facts} | (HL7.keys() if by_hl7 else set())
        if use.fact not in known:
            sentence = f'the event "{use.event}" has no fact "{use.fact}"{did_you_mean(use.fact, known)}'
            report.add(use.mark, "N216", f"{sentence}. It has: {', '.join(sorted(known)) or 'none'}")
            return
        kinds = {facts.get(use.fact) for facts in steps}
        if use.fact in HL7 and by_hl7:
            kinds.add(HL7[use.fact])
        (kind, *others) = kinds
        if kind is not None and not others:
            check_kind(use, kind, report.add)


def _kind(value: object) -> Kind | None:
    if not isinstance(value, Constant):
        return None
    return Kind.TRUTH if isinstance(value.value, bool) else Kind.TEXT
