"""CSV files of clerks, read with every mistake reported at once by file and line. What columns mean is defined
elsewhere."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from hospital.errors import HospitalError, Mistakes

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a file: its number as an editor counts, its values by column, without blanks around them."""

    number: int
    values: dict[str, str]


SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs"}
"""What spreadsheets put between columns, by the settings of the machine."""


def read(name: str, content: bytes, needed: Sequence[str], optional: Sequence[str] = ()) -> list[Row]:
    """The lines of a CSV file with a heading; UTF-8, with or without a byte order mark, or UTF-16 with one; commas,
    semicolons or tabs between columns. Raises Mistakes.

    Empty lines are left out. Columns that are neither needed nor optional are mistakes: otherwise a slip in a heading
    would silently drop a column.
    """
    written = _decoded(name, content)
    known = {*needed, *optional}
    separator = _separator(written, known)
    reader = csv.reader(io.StringIO(written, newline=""), strict=True, delimiter=separator)
    mistakes: list[str] = []
    lines: list[Row] = []
    try:
        heading = [one.strip() for one in next(reader, [])]
        mistakes += [f"{name}:1: {sentence}" for sentence in _heading(heading, needed, optional)]
        if mistakes:
            raise Mistakes(mistakes)
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(heading):
                mistakes.append(f"{name}:{reader.line_num}: {_miscounted(len(cells), len(heading), separator)}")
                continue
            values = dict(zip(heading, (cell.strip() for cell in cells), strict=True))
            lines.append(Row(reader.line_num, values))
    except csv.Error as error:
        mistakes.append(f"{name}:{reader.line_num}: {error}")
    if mistakes:
        raise Mistakes(mistakes)
    return lines


def _decoded(name: str, content: bytes) -> str:
    for mark in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        if content.startswith(mark):
            try:
                return content.decode("utf-16")
            except UnicodeDecodeError as error:
                raise Mistakes([f"{name}: not UTF-16, as its first bytes say"]) from error
    try:
        written = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        looks = likely_encoding(content)
        told = f"; it looks like {looks}" if looks else ""
        raise Mistakes([f"{name}:{line}: not UTF-8{told} (a spreadsheet saves it as “CSV UTF-8”)"]) from error
    if "\0" in written:
        if content[1::2].count(0) > len(content) // 4 or content[::2].count(0) > len(content) // 4:
            raise Mistakes([f"{name}: it looks like UTF-16, not UTF-8 (a spreadsheet saves it as “CSV UTF-8”)"])
        raise Mistakes([f"{name}: not a CSV file"])
    return written


def likely_encoding(content: bytes) -> str:
    """What a file that is not UTF-8 was probably saved in, by the letters that it would hold; empty: nobody knows."""
    best, most = "", 0.0
    for codec, shown, usual in _ENCODINGS:
        try:
            foreign = [letter for letter in content.decode(codec) if ord(letter) > 127]
        except UnicodeDecodeError:
            continue
        share = sum(1 for letter in foreign if usual(letter)) / len(foreign)
        if share > most:
            best, most = shown, share
    return best if most > 0.7 else ""


_POLISH = frozenset("ąćęłńóśźżĄĆĘŁŃÓŚŹŻ")


def _usual_hanzi(letter: str) -> bool:
    try:
        first = letter.encode("gb2312")[0]
    except UnicodeEncodeError:
        return False
    return 0xB0 <= first <= 0xD7 or first in (0xA1, 0xA3)  # the 3,755 that are in use, and their punctuation


_ENCODINGS: tuple[tuple[str, str, Callable[[str], bool]], ...] = (
    ("gb18030", "GBK", _usual_hanzi),
    ("big5", "Big5", lambda letter: "\u4e00" <= letter <= "\u9fff" and letter.encode("big5")[0] < 0xC9),
    ("cp1250", "Windows-1250", lambda letter: letter in _POLISH),
    ("iso8859_2", "ISO-8859-2", lambda letter: letter in _POLISH),
    ("cp1251", "Windows-1251", lambda letter: "а" <= letter.lower() <= "я" or letter in "ёЁ№"),
)
"""In this order where two fit as well."""


def _separator(written: str, known: Collection[str]) -> str:
    """The one under which the heading has the most columns that the file should have; a comma when none has."""
    heading = written.partition("\n")[0]

    def columns(separator: str) -> int:
        return sum(cell.strip().strip('"') in known for cell in heading.split(separator))

    return max(SEPARATORS, key=columns)


def _miscounted(found: int, wanted: int, separator: str) -> str:
    told = f"{found} values for {wanted} columns"
    if separator == ",":
        return told
    return f"{told} (they are separated by {SEPARATORS[separator]} here: a value that contains one must be quoted)"


def each(name: str, lines: Iterable[Row], work: Callable[[Row], T]) -> list[tuple[Row, T]]:
    """`work` for each line. What it raises (ValueError, HospitalError) is gathered and raised as one Mistakes."""
    done: list[tuple[Row, T]] = []
    mistakes: list[str] = []
    for line in lines:
        try:
            done.append((line, work(line)))
        except Mistakes as several:
            mistakes += [f"{name}:{line.number}: {sentence}" for sentence in several.sentences]
        except (ValueError, HospitalError) as error:
            mistakes.append(f"{name}:{line.number}: {error}")
    if mistakes:
        raise Mistakes(mistakes)
    return done


def write(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A CSV file as text, for `utf-8-sig`: spreadsheets take UTF-8 for something else without the mark."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return out.getvalue()


def _heading(heading: Sequence[str], needed: Sequence[str], optional: Sequence[str]) -> list[str]:
    found = [f"no column {column}" for column in needed if column not in heading]
    found += [f'unknown column "{column}"' for column in heading if column not in {*needed, *optional}]
    found += [f"column {column} twice" for column in dict.fromkeys(heading) if heading.count(column) > 1]
    return found


def refuse_twice(
    name: str, found: Iterable[tuple[Row, T]], key: Callable[[T], object], what: Callable[[T, int], str]
) -> None:
    """Two lines of one thing: nobody can know which is meant. `what` makes the sentence, from the first line's number.
    Raises Mistakes."""
    seen: dict[object, int] = {}
    mistakes = [
        f"{name}:{line.number}: {what(one, first)}"
        for line, one in found
        if (first := seen.setdefault(key(one), line.number)) != line.number
    ]
    if mistakes:
        raise Mistakes(mistakes)
