"""Reads the entry of one number of `flows/numbers.yaml`: its lines, what answers otherwise, what callers get while
it is closed. A line that is never reached is a mistake."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from forms.form import Form
from forms.report import Mark
from forms.tree import Listing, Node, Table
from ivr.numbers.entries import ANSWER, Pieces
from ivr.numbers.hours import Hours
from ivr.numbers.plan import Answer, Clause, Plan, Route
from ivr.numbers.telephone_number import CallerList


@dataclass
class PlanReading(Pieces):
    """Reads what answers a number: an answer, or lines of which the first that fits decides."""

    hours: dict[str, Hours | None] = field(default_factory=dict)
    """None: it is in the file but could not be read."""
    callers: dict[str, CallerList] = field(default_factory=dict)
    closed: tuple[str, str] | None = None
    """Flow and language (empty: the number's own) of the closed numbers that name none."""

    def plan(self, key: str, what: str, node: Node) -> Plan | None:
        """What answers `key`, which is named `what` in mistakes; None: it could not be read."""
        if not isinstance(node, Table):
            self.report.add(node.mark, "E108", f"{what} needs a map: {{flow: main, language: zh}}")
            return None
        form = Form(node, self.report, what, (*ANSWER, "title", "when", "else", "closed"))
        title = form.title()
        language = self.language(form, required=False)
        lines: list[Clause] = []
        answer: Answer | None = None
        if "when" in form:
            lines = self._lines(form, language)
            if (other := self.table(form, "else", required=True)) is not None:
                answer = self.answer(Form(other, self.report, '"else"', ANSWER), language)
            for both in ("flow", "refuse"):
                if both in form:
                    form.node(both)
                    self.report.add(form.mark(both), "E106", f'"{both}" beside "when": it belongs under "else"')
        else:
            answer = self.answer(form, language, finish=False)
        closed: Answer | None = None
        if (shut := self.table(form, "closed")) is not None:
            closed = self.answer(Form(shut, self.report, '"closed"', ANSWER), language)
        form.finish()
        if answer is None:
            return None
        if closed is None and self.closed is not None:
            flow, spoken = self.closed
            spoken = spoken or language or (answer.language if isinstance(answer, Route) else "")
            closed = Route(flow, spoken) if spoken else None
        # Last of all `else`: of a number whose lines are for the night it is what callers get when it is open.
        if closed is None and any(line.by_time for line in lines):
            closed = answer
        place = place_of(form.mark("else"))  # of a number without lines, the number itself
        return Plan(key, answer, tuple(lines), closed, title.text if title else "", place)

    def _lines(self, form: Form, language: str) -> list[Clause]:
        node = form.node("when")
        if not isinstance(node, Listing) or not node.items:
            self.report.add(form.mark("when"), "E108", '"when" must be a list of lines: - {hours: ..., flow: ...}')
            return []
        lines: list[Clause] = []
        for item in node.items:
            if not isinstance(item, Table):
                self.report.add(item.mark, "E108", "a line must be a map: {hours: clinic, flow: main}")
                continue
            inner = Form(item, self.report, "the line", (*ANSWER, "callers", "hours", "holiday"))
            callers = self.chosen(inner, "callers", self.callers, "E507", "no list of callers")
            hours = self.chosen(inner, "hours", self.hours, "E506", "no hours")
            calendar = self.calendar(inner)
            conditions = [key for key in ("callers", "hours", "holiday") if key in inner]
            answer = self.answer(inner, language)
            if not conditions:
                sentence = 'the line has no condition: give it "callers", "hours" or "holiday", or write it as "else"'
                self.report.add(item.mark, "E514", sentence)
            if answer is None or not conditions or None in hours:
                continue
            known = tuple(one for one in hours if one is not None)
            line = Clause(answer, tuple(callers), known, calendar, place_of(item.mark))
            self._check_reached(line, lines, item.mark)
            lines.append(line)
        if lines and (all_day := _always(lines[-1])) and "else" in form:
            sentence = f'"else" is never reached: the hours "{all_day}" in line {_line(lines[-1])} are always open'
            self.report.add(form.mark("else"), "E513", sentence)
        return lines

    def _check_reached(self, line: Clause, before: Iterable[Clause], mark: Mark) -> None:
        """A line is never reached when an earlier one fits whenever it does."""
        for earlier in before:
            if (
                (not earlier.callers or _within(line.callers, earlier.callers))
                and (not earlier.hours or _within(line.hours, earlier.hours) or any(h.always for h in earlier.hours))
                and earlier.holiday in (None, line.holiday)
            ):
                sentence = f"the line is never reached: the one in line {_line(earlier)} fits whenever it does"
                self.report.add(mark, "E513", sentence)
                return


def place_of(mark: Mark) -> str:
    """Where a line stands, for people."""
    return f"{mark.file}:{mark.line}"


def _line(line: Clause) -> str:
    return line.place.rpartition(":")[2]


def _within(one: Sequence[CallerList | Hours], other: Sequence[CallerList | Hours]) -> bool:
    """Whether `one` names something, and nothing but what `other` names."""
    return bool(one) and {each.name for each in one} <= {each.name for each in other}


def _always(line: Clause) -> str:
    """The name of hours that are always open, when nothing else is asked for."""
    if line.callers or line.holiday is not None:
        return ""
    return next((hours.name for hours in line.hours if hours.always), "")
