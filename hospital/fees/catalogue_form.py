"""Reads `catalogue.yaml`: the hospital's drugs and services, and how far insurance takes part in each.

    items: |
      code,zh,en,class,scope,own,limit,rate,from,until
      YP001,阿莫西林胶囊,Amoxicillin capsules,drug,in,,,,,
      YP002,头孢曲松钠,Ceftriaxone,drug,partly,10,,,2026-01-01,

The lines are those of a CSV file, indented, so that a spreadsheet's can be pasted; `wardbell fees catalogue` makes the
file from one. An item may have several lines with dates that do not overlap.
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date
from itertools import pairwise
from typing import TypeVar

from forms.form import fill
from forms.report import Mark, Report, did_you_mean
from forms.tree import Scalar, read_source
from hospital.fees.scheme import Catalogue, Class, Item, Scope
from hospital.fees.terms_form import amount_of, date_of, rate_of

T = TypeVar("T")

FILE = "catalogue.yaml"
LONGEST = 80
NEEDED = ("code", "zh", "en", "class", "scope")
OPTIONAL = ("own", "limit", "rate", "from", "until", "ru", "pl")
COLUMNS = (*NEEDED, *OPTIONAL)


def read_catalogue(name: str, data: bytes, report: Report) -> Catalogue:
    """The catalogue; what is wrong goes into `report`, and lines that are wrong are left out."""
    root = read_source(name, data, report)
    word = None if root is None else fill(root, report, "the catalogue", lambda form: form.word("items", required=True))
    return Catalogue() if word is None else _Lines(word, report).catalogue()


class _Lines:
    """The lines of the block, each at its place in the file."""

    def __init__(self, word: Scalar, report: Report) -> None:
        self._word = word
        self._report = report

    def catalogue(self) -> Catalogue:
        found: dict[str, list[tuple[Item, Mark]]] = defaultdict(list)
        for item, mark in self._items():
            found[item.code].append((item, mark))
        for entries in found.values():
            entries.sort(key=lambda one: one[0].begins)
            for (before, _), (after, mark) in pairwise(entries):
                if after.begins <= before.ends:
                    self._report.add(
                        mark, "I104", f'"{after.code}" has two entries for {after.begins}: give each its dates'
                    )
        return Catalogue({code: tuple(item for item, _ in entries) for code, entries in found.items()})

    def _items(self) -> Iterator[tuple[Item, Mark]]:
        reader = csv.reader(io.StringIO(self._word.text, newline=""), strict=True)
        try:
            heading = [one.strip() for one in next(reader, [])]
            if not self._heading(heading):
                return
            for cells in reader:
                mark = Mark(self._word.mark.file, self._word.mark.line + reader.line_num)
                if not any(cell.strip() for cell in cells) or cells[0].lstrip().startswith("#"):
                    continue
                if len(cells) != len(heading):
                    self._report.add(mark, "I106", f"{len(cells)} values for {len(heading)} columns")
                elif (item := self._item(dict(zip(heading, map(str.strip, cells), strict=True)), mark)) is not None:
                    yield item, mark
        except csv.Error as wrong:
            self._report.add(Mark(self._word.mark.file, self._word.mark.line + reader.line_num), "I106", f"{wrong}")

    def _heading(self, heading: list[str]) -> bool:
        mark = Mark(self._word.mark.file, self._word.mark.line + 1)
        wrong = [f'no column "{one}"' for one in NEEDED if one not in heading]
        wrong += [f'no use for a column "{one}"{did_you_mean(one, COLUMNS)}' for one in heading if one not in COLUMNS]
        wrong += [f'the column "{one}" twice' for one in dict.fromkeys(heading) if heading.count(one) > 1]
        if wrong:
            self._report.add(mark, "I106", f"the heading has {'; '.join(wrong)}")
        return not wrong

    def _item(self, values: dict[str, str], mark: Mark) -> Item | None:
        before = len(self._report.mistakes)
        code, of_class, scope = values["code"], values["class"], values["scope"]
        if not 0 < len(code) <= 40:
            self._report.add(mark, "I106", "an item needs its code, up to 40 characters")
        for language in ("zh", "en"):
            if not values[language]:
                self._report.add(mark, "I106", f'"{code}" needs its name in the column {language}')
        if any(len(values.get(language, "")) > LONGEST for language in ("zh", "en", "ru", "pl")):
            self._report.add(mark, "I106", f'a name of "{code}" has more than {LONGEST} characters')
        if of_class not in list(Class):
            near = did_you_mean(of_class, Class) or f" (they are {', '.join(Class)})"
            self._report.add(mark, "I106", f'no class "{of_class}"{near}')
        if scope not in list(Scope):
            self._report.add(mark, "I106", f'"scope" is in, partly or out, not "{scope}"')
        own, rate = self._read(values, "own", rate_of, "I102", mark), self._read(values, "rate", rate_of, "I102", mark)
        limit = self._read(values, "limit", amount_of, "I101", mark)
        begins, ends = (
            self._read(values, "from", date_of, "I103", mark),
            self._read(values, "until", date_of, "I103", mark),
        )
        begins, ends = begins or date.min, ends or date.max
        if ends < begins:
            self._report.add(mark, "I103", f'"{code}" ends on {ends}, before it begins')
        if len(self._report.mistakes) > before:
            return None
        if scope == Scope.PARTLY and not own and limit is None and rate is None:
            self._report.add(mark, "I110", f'"{code}" is partly in scope: say by "own", "limit" or "rate" in what way')
        if (scope != Scope.PARTLY and (own or limit is not None)) or (scope == Scope.OUT and rate is not None):
            sentence = f'"{code}" is {scope}: "own", "limit" and "rate" are for items partly in scope'
            self._report.add(mark, "I110", sentence)
        if len(self._report.mistakes) > before:
            return None
        names = {language: values[language] for language in ("zh", "en", "ru", "pl") if values.get(language)}
        return Item(code, names, Class(of_class), Scope(scope), own or 0, limit, rate, begins, ends)

    def _read(self, values: dict[str, str], column: str, read: Callable[[str], T], code: str, mark: Mark) -> T | None:
        if not values.get(column):
            return None
        try:
            return read(values[column])
        except ValueError as wrong:
            self._report.add(mark, code, f'"{column}" of "{values["code"]}": {wrong}')
            return None


def written(csv_text: str) -> str:
    """The file that holds the lines of a CSV file."""
    lines = "\n".join(f"  {line}".rstrip() for line in csv_text.replace("\r\n", "\n").strip().split("\n"))
    about = "# The hospital's drugs and services, and how far insurance takes part in each: docs/fees.md"
    return f"{about}\nitems: |\n{lines}\n"
