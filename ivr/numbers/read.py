"""Reads `flows/numbers.yaml`, strictly: what is wrong is reported at its place, all at once.

    hours:
      clinic: {mon-fri: ["08:00-12:00", "13:30-17:30"], holidays: closed}
    callers:
      staff: ["8*"]
    default: {flow: main, language: zh}
    numbers:
      "1000": {flow: main, language: zh}
      "1002":
        language: zh
        when:                                   # the first that fits
          - {callers: staff, flow: staff_line}
          - {hours: clinic, flow: main}
        else: {flow: closed}

The file's own comments and docs/flows.md say what each word means. Hours and calendars are read in
`read_hours.py`; what answers a call is decided in `plan.py`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from pathlib import Path
from typing import TypeVar

from forms.errors import FilesBroken
from forms.form import Form
from forms.mistake import Mistake
from forms.report import Mark, Report, did_you_mean
from forms.tree import Listing, Node, Scalar, Table, read_source
from ivr.numbers.entries import ANSWER, Pieces
from ivr.numbers.hours import Calendar, Hours
from ivr.numbers.plan import DEFAULT, Answer, Clause, Code, Numbers, Plan, Route
from ivr.numbers.read_hours import read_calendars, read_hours
from ivr.numbers.telephone_number import WITHHELD, CallerList, Dialling

FILE = "numbers.yaml"
HOLIDAYS = "holidays.yaml"
SWITCH = "line_switch"
"""The flow of a feature code that names none."""

_FILE_KEYS = ("dialling", "hours", "callers", "closed", "default", "numbers", "codes")
_DIALLING = ("country", "international", "national", "digits")
_CODE = ("closes", "title", "callers", "pin", "flow", "language")

T = TypeVar("T")


def load_numbers(
    file: Path,
    flows: Collection[str],
    languages: Collection[str],
    told_as: str = "",
    zone: tzinfo | None = None,
) -> Numbers:
    """Read the file and the holidays beside it; flows and languages must exist. Raises `FilesBroken`.

    `told_as` is the name in messages (default: the path as given).
    """
    name = told_as or str(file)
    holidays = file.with_name(HOLIDAYS)
    report = Report()
    found: dict[Path, bytes] = {}
    for path, shown in ((file, name), (holidays, str(Path(name).with_name(HOLIDAYS)))):
        try:
            if path == file or path.exists():
                found[path] = path.read_bytes()
        except OSError as wrong:
            report.add(Mark(shown), "E101", f"the file cannot be read: {wrong.strerror}")
    if report.mistakes:
        raise FilesBroken(report.mistakes)
    return read_numbers(
        name, found[file], flows, languages, found.get(holidays), str(Path(name).with_name(HOLIDAYS)), zone
    )


def read_numbers(
    name: str,
    data: bytes,
    flows: Collection[str],
    languages: Collection[str],
    holidays: bytes | None = None,
    holidays_name: str = f"flows/{HOLIDAYS}",
    zone: tzinfo | None = None,
    warnings: list[Mistake] | None = None,
) -> Numbers:
    """As `load_numbers`, from the bytes of the files; without `holidays` there are no calendars.

    `warnings` takes what should be looked at. With a `zone` dated hours are looked at for times that the change of the
    clocks leaves out.
    """
    report = Report()
    calendars = read_calendars(holidays_name, holidays, zone, report)
    numbers = numbers_of(name, data, flows, languages, calendars, report, holidays_name)
    if warnings is not None:
        warnings.extend(one for one in report.mistakes if one.is_warning)
    if report.wrong:
        raise FilesBroken(report.mistakes)
    return numbers


def numbers_of(
    name: str,
    data: bytes,
    flows: Collection[str],
    languages: Collection[str],
    calendars: Mapping[str, Calendar] | None,
    report: Report,
    holidays_name: str = f"flows/{HOLIDAYS}",
) -> Numbers:
    """As `read_numbers`, with calendars that were read (None: they could not be); mistakes go into `report`."""
    root = read_source(name, data, report)
    return Numbers({}) if root is None else _Reading(report, flows, languages, calendars, holidays_name).numbers(root)


@dataclass
class _Reading(Pieces):
    """Reads the tree and reports what is wrong with it."""

    _hours: dict[str, Hours | None] = field(default_factory=dict)
    """None: it is in the file but could not be read."""
    _callers: dict[str, CallerList] = field(default_factory=dict)
    _by_code: set[str] = field(default_factory=set)
    _closed: tuple[str, str] | None = None
    """Flow and language (empty: the number's own) of the closed numbers that name none."""

    def numbers(self, root: Table) -> Numbers:
        form = Form(root, self.report, "the list of numbers", _FILE_KEYS)
        root = form.table
        self.dialling = self._read_dialling(self.table(form, "dialling"))
        for word, node in self.entries(form, "hours", "hours by weekday"):
            self.name(word, "hours")
            self._hours[word.text] = read_hours(word, node, self.calendars, self.holidays_name, self.report)
        for word, node in self.entries(form, "callers", "lists of callers"):
            self.name(word, "a list of callers")
            self._callers[word.text] = self._read_callers(word.text, node)
        if (closed := self.table(form, "closed")) is not None:
            inner = Form(closed, self.report, '"closed"', ANSWER)
            flow, language = self.flow(inner), self.language(inner, required=False)
            self._closed = (flow, language) if flow else None
            inner.finish()
        rest = form.node("default")
        default = self._plan(DEFAULT, "the default", rest) if rest is not None else None
        listed = self._listed(form)
        numbers = root.values.get("numbers")
        if rest is None and (numbers is None or (isinstance(numbers, Table) and not numbers.values)):
            self.report.add(root.mark, "E109", "no number is answered: list one under numbers, or set default")
        self._check_used(root)
        codes = self._codes(form, {**listed, **({DEFAULT: default} if default is not None else {})})
        form.finish()
        whole = {key: plan for key, plan in listed.items() if plan is not None}
        return Numbers(whole, default, codes, self.dialling, self.calendars or {}, self.named, frozenset(self._by_code))

    def _check_used(self, root: Table) -> None:
        """Warn of hours and lists of callers that no line names: often a line names the wrong ones by a slip."""
        named: set[str] = set()
        waiting: list[Node] = [node for key, node in root.values.items() if key not in ("hours", "callers")]
        while waiting:
            here = waiting.pop()
            if isinstance(here, Table):
                waiting.extend(here.values.values())
            elif isinstance(here, Listing):
                waiting.extend(here.items)
            else:
                named.add(here.text)
        for part, what in (("hours", "the hours"), ("callers", "the callers")):
            node = root.values.get(part)
            for word in node.keys.values() if isinstance(node, Table) else ():
                if word.text not in named:
                    self.report.add(word.mark, "W307", f'{what} "{word.text}" are used by no number')

    # The parts of the file

    def _read_dialling(self, table: Table | None) -> Dialling:
        if table is None:
            return Dialling()
        form = Form(table, self.report, '"dialling"', _DIALLING)
        found = {}
        for key, usual in (("country", ""), ("international", "00"), ("national", "")):
            word = form.word(key, required=key == "country")
            found[key] = usual if word is None else word.text
            if word is not None and not (word.text.isascii() and (word.text.isdigit() or not word.text)):
                self.report.add(word.mark, "E111", f'"{key}" must be digits: "{word.text}"')
        digits = form.whole("digits", 0, 4, 15)
        form.finish()
        if found["national"] and found["international"] and found["national"].startswith(found["international"]):
            sentence = (
                f'"national" {found["national"]} begins as "international" {found["international"]}: '
                "nobody could tell which is meant"
            )
            self.report.add(form.mark("national"), "E520", sentence)
        return Dialling(found["country"], found["international"], found["national"], digits)

    def _read_callers(self, name: str, node: Node) -> CallerList:
        numbers: set[str] = set()
        fronts: list[str] = []
        withheld = False
        seen: dict[str, int] = {}
        for word in Form(Table(node.mark), self.report, name).words(node, "the caller"):
            if word.text == WITHHELD:
                withheld = True
                continue
            number = self.number(word, f'"{word.text}" is not the number of a caller')
            if not number:
                continue
            covered = number in seen or any(number.startswith(front) for front in fronts)
            covered = covered or (number.endswith("*") and any(number[:-1] == front for front in fronts))
            if covered:
                sentence = f'"{word.text}" is in the list "{name}" already, itself or as part of a beginning with *'
                self.report.add(word.mark, "E519", sentence)
            seen[number] = word.mark.line
            if number.endswith("*") and len(number) > 1:
                fronts.append(number[:-1])
            else:
                numbers.add(number)
        return CallerList(name, frozenset(numbers), tuple(fronts), withheld)

    def _listed(self, form: Form) -> dict[str, Plan | None]:
        """The numbers by key; None for one that could not be read."""
        listed: dict[str, Plan | None] = {}
        first: dict[str, Scalar] = {}
        for word, node in self.entries(form, "numbers", "number to flow"):
            if word.plain:
                self.report.add(word.mark, "E107", f'write the number in quotes: "{word.text}"')
            hint = ' (for every number that is not listed: "default")' if word.text == "*" else ""
            key = self.number(word, f'"{word.text}" is not a number that can be dialled{hint}')
            if "*" in word.text.strip("*# ") and "#" not in word.text and not word.text.startswith("*"):
                sentence = f'the * in "{word.text}" is the key *; only at the end does it stand for whatever follows'
                self.report.add(word.mark, "W308", sentence)
            plan = self._plan(key or word.text, f'the number "{word.text}"', node)
            if not key:
                continue
            if key in listed:
                sentence = f'"{word.text}" is the same number as "{first[key].text}" in line {first[key].mark.line}'
                self.report.add(word.mark, "E512", sentence)
                continue
            first[key], listed[key] = word, plan
        return listed

    def _plan(self, key: str, what: str, node: Node) -> Plan | None:
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
        if closed is None and self._closed is not None:
            flow, spoken = self._closed
            spoken = spoken or language or (answer.language if isinstance(answer, Route) else "")
            closed = Route(flow, spoken) if spoken else None
        # Last of all `else`: of a number whose lines are for the night it is what callers get when it is open.
        if closed is None and any(line.by_time for line in lines):
            closed = answer
        place = _place(form.mark("else"))  # of a number without lines, the number itself
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
            callers = self.chosen(inner, "callers", self._callers, "E507", "no list of callers")
            hours = self.chosen(inner, "hours", self._hours, "E506", "no hours")
            calendar = self.calendar(inner)
            conditions = [key for key in ("callers", "hours", "holiday") if key in inner]
            answer = self.answer(inner, language)
            if not conditions:
                sentence = 'the line has no condition: give it "callers", "hours" or "holiday", or write it as "else"'
                self.report.add(item.mark, "E514", sentence)
            if answer is None or not conditions or None in hours:
                continue
            known = tuple(one for one in hours if one is not None)
            line = Clause(answer, tuple(callers), known, calendar, _place(item.mark))
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

    def _codes(self, form: Form, plans: Mapping[str, Plan | None]) -> dict[str, Code]:
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
            callers = self.chosen(inner, "callers", self._callers, "E507", "no list of callers")
            if "callers" not in inner:
                sentence = f'the code "{word.text}" needs "callers": who may use it at all'
                self.report.add(word.mark, "E516", sentence)
            elif any(one.withheld for one in callers):
                sentence = f'whoever uses the code "{word.text}" must be known: take "{WITHHELD}" off the list'
                self.report.add(inner.mark("callers"), "E516", sentence)
            pin = inner.flag("pin") if "pin" in inner else True
            flow = self.flow(inner) if "flow" in inner else self.known_flow(SWITCH, word.mark)
            self._by_code.add(flow)
            language = self.language(inner, required=True)
            inner.finish()
            if key and flow and language:
                codes[key] = Code(key, closes, tuple(callers), Route(flow, language), pin, _place(word.mark))
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


_CANNOT = '{} be closed: give it "closed", or say "closed: {{flow: ...}}" once for all numbers'


def _place(mark: Mark) -> str:
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
