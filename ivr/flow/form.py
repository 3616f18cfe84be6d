"""The form of flows: what a step may hold beyond words and numbers: where it leads, and values that are variables."""

from __future__ import annotations

from forms.form import DOTTED, NAME, Form
from forms.report import Report
from forms.tree import Node, Scalar, Table
from ivr.flow.language import NOWHERE, RESERVED, Constant, Target, Term, Variable


class FlowForm(Form):
    """A map of a flow that is being read."""

    def __init__(self, table: Table, report: Report, what: str) -> None:
        super().__init__(table, report, what)
        self.hazy = False
        """True once an exit had to be replaced by `NOWHERE`: what follows from exits is unknown then."""

    def unknown(self, key: Scalar, hint: str) -> None:
        """As `Form.unknown`; of an outcome that stands beside `then` instead of under it, where it belongs."""
        if isinstance(self.table.values.get("then"), Table) and key.text not in ("then", "with"):
            value = self.table.values.get(key.text)
            if isinstance(value, Scalar) and NAME.fullmatch(value.text) and not hint.startswith(" (did"):
                hint = f": an outcome belongs under then: {{{key.text}: {value.text}}}"
        super().unknown(key, hint)

    def target(self, key: str, *, required: bool = True, hint: str = ": the step that follows") -> Target | None:
        """A step's name, `end` or `again`."""
        node = self.node(key)
        if node is None and not required:
            return None
        if node is None:
            self.missing(key, hint)
            self.hazy = True
            return NOWHERE
        return self.as_target(node, f'"{key}"')

    def as_target(self, node: Node, what: str) -> Target:
        """`node` as a step's name; `NOWHERE` after a mistake."""
        word = self.as_word(node, what)
        name = None if word is None else self.as_name(word, what)
        if name is None:
            self.hazy = True
            return NOWHERE
        return Target(name.text, name.mark)

    def targets(self, key: str) -> dict[str, Target]:
        """A map of outcome -> step."""
        node = self.node(key)
        if not isinstance(node, Table):
            if node is not None:
                self.report.add(node.mark, "E108", f'"{key}" must be a map of outcome: step')
            self.hazy = True
            return {}
        return {outcome: self.as_target(value, f'"{outcome}"') for outcome, value in node.values.items()}

    def terms(self, key: str) -> dict[str, Term]:
        """A map of name -> value; a value that begins with `=` is a variable."""
        node = self.node(key)
        if node is None:
            return {}
        if not isinstance(node, Table):
            self.report.add(node.mark, "E108", f'"{key}" must be a map of name: value')
            return {}
        terms = {}
        for name, value in node.values.items():
            self.as_name(node.keys[name], f'in "{key}"')
            terms[name] = Term(self._term(value), value.mark, node.keys[name].mark)
        return terms

    def term(self, key: str, *, required: bool = False) -> Term | None:
        """One text, or a variable when it begins with `=`."""
        word = self.word(key, required=required)
        return None if word is None else Term(self._term(word), word.mark, self.mark(key))

    def _term(self, node: Node) -> Constant | Variable:
        if isinstance(node, Scalar) and node.text.startswith("="):
            word = self.as_name(Scalar(node.mark, node.text[1:].strip(), False), "the variable after =", DOTTED)
            return Constant(None) if word is None else Variable(tuple(word.text.split(".")))
        return Constant(self.constant(node))


def check_step_name(word: Scalar, report: Report) -> bool:
    """Refuse names of steps that are not names or mean something else."""
    if not NAME.fullmatch(word.text):
        report.add(word.mark, "E111", f'"{word.text}" is not a name for a step (lowercase letters, digits and _)')
    elif word.text in RESERVED:
        report.add(word.mark, "E111", f'no step can be called "{word.text}": as a target it has a meaning of its own')
    else:
        return True
    return False
