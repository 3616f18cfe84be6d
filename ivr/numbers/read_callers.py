"""Reads how the hospital dials and its lists of callers, in `flows/numbers.yaml`."""

from __future__ import annotations

from forms.form import Form
from forms.tree import Node, Table
from ivr.numbers.entries import Pieces
from ivr.numbers.telephone_number import WITHHELD, CallerList, Dialling

_DIALLING = ("country", "international", "national", "digits")


class CallerReading(Pieces):
    """Reads both."""

    def read_dialling(self, table: Table | None) -> Dialling:
        """How numbers are dialled; as they stand, without the entry."""
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

    def read_callers(self, name: str, node: Node) -> CallerList:
        """One list of callers."""
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
