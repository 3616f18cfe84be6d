"""Reads the feature codes of `flows/numbers.yaml`: what each closes, who may use it, which flow answers it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from forms.form import Form
from forms.report import did_you_mean
from forms.tree import Table
from ivr.numbers.plan import DEFAULT, Code, Plan, Route
from ivr.numbers.read_plan import PlanReading, place_of
from ivr.numbers.telephone_number import WITHHELD

SWITCH = "line_switch"
"""The flow of a feature code that names none."""

_CODE = ("closes", "title", "callers", "pin", "flow", "language")
_CANNOT = '{} be closed: give it "closed", or say "closed: {{flow: ...}}" once for all numbers'


@dataclass
class CodeReading(PlanReading):
    """Reads the feature codes, when the numbers that they close are known."""

    by_code: set[str] = field(default_factory=set)
    """Flows that a code begins."""

    def codes(self, form: Form, plans: Mapping[str, Plan | None]) -> dict[str, Code]:
        """The codes by what is dialled. `plans`: the numbers that may be closed; None: one that could not be read."""
        codes: dict[str, Code] = {}
        for word, node in self.entries(form, "codes", "feature code to what it does"):
            if word.plain:
                self.report.add(word.mark, "E107", f'write the code in quotes: "{word.text}"')
            key = self.number(word, f'"{word.text}" is not a code that can be dialled')
            if not isinstance(node, Table):
                self.report.add(node.mark, "E108", "a code needs a map: {closes: all, callers: staff, language: zh}")
                continue
            if key in plans:
                self.report.add(word.mark, "E515", f'"{word.text}" is also listed under numbers')
            inner = Form(node, self.report, f'the code "{word.text}"', _CODE)
            closes = self._closes(inner, plans)
            inner.title()
            callers = self.chosen(inner, "callers", self.callers, "E507", "no list of callers")
            if "callers" not in inner:
                sentence = f'the code "{word.text}" needs "callers": who may use it at all'
                self.report.add(word.mark, "E516", sentence)
            elif any(one.withheld for one in callers):
                sentence = f'whoever uses the code "{word.text}" must be known: take "{WITHHELD}" off the list'
                self.report.add(inner.mark("callers"), "E516", sentence)
            pin = inner.flag("pin") if "pin" in inner else True
            flow = self.flow(inner) if "flow" in inner else self.known_flow(SWITCH, word.mark)
            self.by_code.add(flow)
            language = self.language(inner, required=True)
            inner.finish()
            if key and flow and language:
                codes[key] = Code(key, closes, tuple(callers), Route(flow, language), pin, place_of(word.mark))
        return codes

    def _closes(self, form: Form, plans: Mapping[str, Plan | None]) -> tuple[str, ...]:
        node = form.node("closes")
        if node is None:
            form.missing("closes", ": a number, a list of numbers, or all")
            return ()
        keys: list[str] = []
        for word in form.words(node, '"closes"'):
            if word.text == "all":
                found = [key for key, plan in plans.items() if plan is not None and plan.closed is not None]
                if not found and plans and None not in plans.values():
                    self.report.add(word.mark, "E518", _CANNOT.format("no number can"))
                keys.extend(found)
                continue
            key = word.text if word.text == DEFAULT else self.key(word.text)
            if key not in plans:
                self.report.add(word.mark, "E517", f'no number "{word.text}"{did_you_mean(word.text, plans)}')
            elif (plan := plans[key]) is not None and plan.closed is None:
                self.report.add(word.mark, "E518", _CANNOT.format(f'"{word.text}" cannot'))
            else:
                keys.append(key)
        return tuple(dict.fromkeys(keys))
