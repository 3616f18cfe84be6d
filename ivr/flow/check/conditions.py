"""Conditions that can be read and yet are wrong: always the same, given twice, of kinds that never fit."""

from __future__ import annotations

import re

from forms.report import Report
from ivr.flow.condition import Condition, Unclear
from ivr.flow.language import Flow, World, exits
from ivr.flow.verbs.ask import Ask
from ivr.flow.verbs.when import Case, When

_COMPARES = r"(?:==|!=|<=|>=|<|>)"


def check_cases(flow: Flow, world: World, report: Report) -> None:
    """Report conditions that cannot mean what they say."""
    digits = _digits(flow, world)
    for step in flow.steps.values():
        if isinstance(step, When):
            first: dict[str, Case] = {}
            for case in step.cases:
                written = "".join(case.condition.source.split())
                if not case.condition.variables:
                    report.add(case.mark, "E404", f"this condition {_always(case.condition)}: compare a variable")
                elif written in first:
                    line = first[written].mark.line
                    sentence = f"line {line} already has the same condition, so this one is never reached"
                    report.add(case.mark, "E405", f"{sentence}: remove one")
                first.setdefault(written, case)
                _check_kinds(case, digits, report)


def _always(condition: Condition) -> str:
    try:
        return "is always true" if condition.holds({}) else "is never true"
    except Unclear:
        return "never has an answer"


def _digits(flow: Flow, world: World) -> set[str]:
    """Variables that hold nothing but digits which `ask` gathered."""
    asked = {step.variable for step in flow.steps.values() if isinstance(step, Ask)}
    others = {need.text for need in flow.needs}
    for step in flow.steps.values():
        if not isinstance(step, Ask):
            others.update(*(exit_.sets for exit_ in exits(step, world)))
    return asked - others


def _check_kinds(case: Case, digits: set[str], report: Report) -> None:
    bare = case.condition.bare
    for name in sorted(digits & set(case.condition.variables)):
        found = re.search(rf"(?<![\w.])({name}\s*{_COMPARES}\s*-?[0-9])|([0-9.]\s*{_COMPARES}\s*{name})(?![\w.])", bare)
        if found:
            sentence = f'"{name}" holds digits, which are a text, and is compared with a number'
            report.add(case.mark, "E406", f"{sentence}: write int({name}), or put the number in quotes")
