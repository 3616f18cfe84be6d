"""Reads what a written test answers in place of the hospital: `registration.check_funds: {short: {balance: 100}}`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from actions.action import ActionOutcome, Declared
from forms.form import Form
from forms.report import Report, did_you_mean
from forms.tree import Listing, Node, Scalar, Table
from ivr.flow.commands import Value
from ivr.rehearsal.answers import ERROR, declared_beyond, usual
from ivr.rehearsal.flow_test import EditionUnderTest


class AnswerReading:
    """Reads values and answers; mistakes go into `report`."""

    def __init__(self, report: Report, house: EditionUnderTest) -> None:
        self.report = report
        self.house = house

    def values(self, form: Form, key: str) -> dict[str, Value]:
        """A map of name: value."""
        node = form.node(key)
        if node is None:
            return {}
        if not isinstance(node, Table):
            self.report.add(node.mark, "E108", f'"{key}" must be a map of name: value')
            return {}
        return {name: form.constant(value) for name, value in node.values.items()}

    def answers(self, form: Form) -> dict[str, Sequence[ActionOutcome]]:
        """What is answered to each action, one after the other."""
        node = form.node("answers")
        if node is None:
            return {}
        if not isinstance(node, Table):
            self.report.add(node.mark, "E108", '"answers" must be a map of action: outcome')
            return {}
        found: dict[str, Sequence[ActionOutcome]] = {}
        for name, value in node.values.items():
            declared = self.known(node.keys[name])
            if declared is not None:
                each = value.items if isinstance(value, Listing) else [value]
                told = [self._answer(form, declared, one) for one in each]
                found[name] = [one for one in told if one is not None]
        return found

    def known(self, word: Scalar) -> Declared | None:
        """An action, or what lies beyond the line, by its name."""
        every = {**self.house.declared, **declared_beyond()}
        if word.text not in every:
            self.report.add(word.mark, "E207", f'no action "{word.text}"{did_you_mean(word.text, every)}')
        return every.get(word.text)

    def _answer(self, form: Form, asked: Declared, node: Node) -> ActionOutcome | None:
        """`short`, or `{short: {balance: 100, ...}}`, or `{chosen: [{...}, ...]}`."""
        content: Node | None = None
        if isinstance(node, Table) and len(node.keys) == 1:
            (word,) = node.keys.values()
            content = node.values[word.text]
        elif isinstance(node, Scalar) and form.as_word(node, "an answer") is not None:
            word = node
        else:
            self.report.add(node.mark, "E108", "an answer is an outcome, or a map of one outcome: its values")
            return None
        if word.text == ERROR:
            return ActionOutcome(ERROR)
        if word.text not in asked.outcomes:
            hint = did_you_mean(word.text, [*asked.outcomes, ERROR])
            self.report.add(word.mark, "E209", f'"{asked.name}" has no outcome "{word.text}"{hint}')
            return None
        known = usual(asked, self.house.usual)
        before = known if known is not None and known.name == word.text else ActionOutcome(word.text)
        if isinstance(content, Listing):
            items = [form.constant(item) for item in content.items]
            if not asked.lists or not all(isinstance(item, dict) for item in items):
                self.report.add(content.mark, "E108", f'"{asked.name}" gives no list of maps')
                return None
            return replace(before, items=tuple(item for item in items if isinstance(item, dict)))
        values: dict[str, Value] = dict(before.values)
        if isinstance(content, Table):
            values.update({name: form.constant(value) for name, value in content.values.items()})
            self._check_names(asked, word.text, content)
        elif content is not None:
            self.report.add(content.mark, "E108", f'the values of "{word.text}" must be a map of name: value')
        lacking = sorted(asked.outcomes[word.text] - values.keys())
        if lacking:
            sentence = f'"{word.text}" of "{asked.name}" also sets {", ".join(lacking)}: write {word.text}: {{...}}'
            self.report.add(word.mark, "T102", sentence)
        return ActionOutcome(word.text, values, before.items)

    def _check_names(self, asked: Declared, outcome: str, content: Table) -> None:
        for key in content.keys.values():
            if key.text not in asked.outcomes[outcome]:
                hint = did_you_mean(key.text, asked.outcomes[outcome])
                self.report.add(key.mark, "T102", f'"{outcome}" of "{asked.name}" sets no "{key.text}"{hint}')
