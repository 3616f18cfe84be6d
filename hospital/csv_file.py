"""CSV files of clerks, read with every mistake told at once by file and line. What columns mean is told elsewhere."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from hospital.errors import HospitalError, Mistakes

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a file: its number as an editor counts, its values by column, without blanks around them."""

    number: int
    values: dict[str, str]


def read(name: str, content: bytes, needed: Sequence[str], optional: Sequence[str] = ()) -> list[Line]:
    """The lines of a CSV file with a heading; UTF-8, with or without a byte order mark. Raises Mistakes.

    Empty lines are left out. Columns that are neither needed nor optional are mistakes: a slip of the pen in a heading
    would else drop a column in silence.
    """
    try:
        written = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise Mistakes([f"{name}:{line}: not UTF-8 (a spreadsheet saves it as “CSV UTF-8”)"]) from error
    if "\0" in written:
        raise Mistakes([f"{name}: not a CSV file"])
    reader = csv.reader(io.StringIO(written, newline=""), strict=True)
    mistakes: list[str] = []
    lines: list[Line] = []
    try:
        heading = [one.strip() for one in next(reader, [])]
        mistakes += [f"{name}:1: {sentence}" for sentence in _heading(heading, needed, optional)]
        if mistakes:
            raise Mistakes(mistakes)
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(heading):
                mistakes.append(f"{name}:{reader.line_num}: {len(cells)} values for {len(heading)} columns")
                continue
            values = dict(zip(heading, (cell.strip() for cell in cells), strict=True))
            lines.append(Line(reader.line_num, values))
    except csv.Error as error:
        mistakes.append(f"{name}:{reader.line_num}: {error}")
    if mistakes:
        raise Mistakes(mistakes)
    return lines


def each(name: str, lines: Iterable[Line], work: Callable[[Line], T]) -> list[tuple[Line, T]]:
    """`work` for each line. What it raises (ValueError, HospitalError) is gathered and raised as one Mistakes."""
    done: list[tuple[Line, T]] = []
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
