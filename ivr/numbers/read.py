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

The file's own comments and docs/flows.md say what each word means. Each part has its reader: hours, calendars, lists of
callers, the plan of one number, feature codes; what answers a call is decided in `plan.py`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path
from typing import TypeVar

from forms.errors import FilesBroken
from forms.form import Form
from forms.mistake import Mistake
from forms.report import Mark, Report
from forms.tree import Listing, Node, Scalar, Table, read_source
from ivr.numbers.entries import ANSWER
from ivr.numbers.hours import Calendar
from ivr.numbers.plan import DEFAULT, Numbers, Plan
from ivr.numbers.read_calendars import read_calendars
from ivr.numbers.read_callers import CallerReading
from ivr.numbers.read_codes import CodeReading
from ivr.numbers.read_hours import read_hours

FILE = "numbers.yaml"
HOLIDAYS = "holidays.yaml"

_FILE_KEYS = ("dialling", "hours", "callers", "closed", "default", "numbers", "codes")

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
class _Reading(CodeReading, CallerReading):
    """Reads the tree and reports what is wrong with it."""

    def numbers(self, root: Table) -> Numbers:
        form = Form(root, self.report, "the list of numbers", _FILE_KEYS)
        root = form.table
        self.dialling = self.read_dialling(self.table(form, "dialling"))
        for word, node in self.entries(form, "hours", "hours by weekday"):
            self.name(word, "hours")
            self.hours[word.text] = read_hours(word, node, self.calendars, self.holidays_name, self.report)
        for word, node in self.entries(form, "callers", "lists of callers"):
            self.name(word, "a list of callers")
            self.callers[word.text] = self.read_callers(word.text, node)
        if (closed := self.table(form, "closed")) is not None:
            inner = Form(closed, self.report, '"closed"', ANSWER)
            flow, language = self.flow(inner), self.language(inner, required=False)
            self.closed = (flow, language) if flow else None
            inner.finish()
        rest = form.node("default")
        default = self.plan(DEFAULT, "the default", rest) if rest is not None else None
        listed = self._listed(form)
        numbers = root.values.get("numbers")
        if rest is None and (numbers is None or (isinstance(numbers, Table) and not numbers.values)):
            self.report.add(root.mark, "E109", "no number is answered: list one under numbers, or set default")
        self._check_used(root)
        codes = self.codes(form, {**listed, **({DEFAULT: default} if default is not None else {})})
        form.finish()
        whole = {key: plan for key, plan in listed.items() if plan is not None}
        return Numbers(whole, default, codes, self.dialling, self.calendars or {}, self.named, frozenset(self.by_code))

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
            plan = self.plan(key or word.text, f'the number "{word.text}"', node)
            if not key:
                continue
            if key in listed:
                sentence = f'"{word.text}" is the same number as "{first[key].text}" in line {first[key].mark.line}'
                self.report.add(word.mark, "E512", sentence)
                continue
            first[key], listed[key] = word, plan
        return listed
