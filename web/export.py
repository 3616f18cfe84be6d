"""Lists taken away as files that a spreadsheet opens harmlessly: CSV and XLSX, a row at a time.

Whoever calls names himself, so any text may be an attack: what Excel would take for a formula is text here, in a CSV by
an apostrophe before it, in an XLSX by the kind of the cell. Numbers that people dial stay as they were written: with
their zeros, their `+` and all their digits. What the rows are is for whoever makes the sheet.
"""

from __future__ import annotations

import csv
import io
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from itertools import chain
from typing import IO, TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:  # commands write CSV with this and need neither
    from starlette.responses import Response

Cell = str | int | float | datetime | date | None
"""A moment is written as the clock of its own zone shows it: hand it in in the hospital's."""

CELL = 32_767
"""Characters that a cell of Excel holds."""
SHEET = 1_048_575
"""Rows that a sheet of Excel holds below its heading."""
PIECE = 64 * 1024
_FORMULA = re.compile(r"(^|[;,|\t\r\n])([ \xa0\u3000]*)(?=[=+\-@＝＋－＠\t\r\n])(?!-$)")
"""Where a formula could begin: at the front, and behind whatever some Excel takes for the end of a cell, such as the
semicolon of a Polish or Russian one."""
_ALTERED = re.compile(r"0[0-9]+|[0-9]{12,}|[0-9]+[eE][0-9]+")
"""Text that Excel would make another number of."""
_UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
"""What neither file can hold."""


class Form(StrEnum):
    """What kind of file it is."""

    CSV = "csv"
    XLSX = "xlsx"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A list as a file. `rows` may be read only once, as far as they are wanted."""

    name: str
    """Of the file, without its ending, and of the sheet."""
    columns: Sequence[str]
    rows: Iterable[Sequence[Cell]]


def download(sheet: Sheet, form: Form) -> Response:
    """The sheet as an answer that a browser keeps as a file."""
    from starlette.responses import StreamingResponse

    name = f"{sheet.name}.{form}"
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-.") or f"list.{form}"
    headers = {
        "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    if form is Form.CSV:
        return StreamingResponse(as_csv(sheet), media_type="text/csv; charset=utf-8", headers=headers)
    return StreamingResponse(
        pieces(as_xlsx(sheet)),
        media_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        headers=headers,
    )


def as_csv(sheet: Sheet) -> Iterator[bytes]:
    """UTF-8 with a byte order mark, by which Excel tells it from the machine's own encoding; lines end with CRLF."""
    yield "\ufeff".encode()
    yield from (line.encode() for line in csv_lines(sheet))


def csv_lines(sheet: Sheet) -> Iterator[str]:
    """The lines of a CSV, each with its CRLF."""
    paper = io.StringIO()
    writer = csv.writer(paper, lineterminator="\r\n")
    for row in chain([sheet.columns], sheet.rows):
        writer.writerow([_in_csv(cell) for cell in row])
        yield paper.getvalue()
        paper.seek(0)
        paper.truncate()


def as_xlsx(sheet: Sheet) -> IO[bytes]:
    """An open file without a name, at its beginning; written row by row, never whole in memory. Close it."""
    import xlsxwriter

    file = tempfile.TemporaryFile(prefix="wardbell-")  # noqa: SIM115 - handed to the caller
    try:
        with xlsxwriter.Workbook(file, {"constant_memory": True, "default_date_format": "yyyy-mm-dd"}) as book:
            # Text of the kind Text, and quoted: it stays text when somebody edits the cell.
            text = book.add_format({"num_format": "@", "quote_prefix": True})
            moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
            bold = book.add_format({"bold": True, "num_format": "@", "quote_prefix": True})
            page = book.add_worksheet(_tab(sheet.name))
            page.freeze_panes(1, 0)
            page.set_column(0, max(0, len(sheet.columns) - 1), 18)
            for column, heading in enumerate(sheet.columns):
                page.write_string(0, column, _fit(heading), bold)
            for line, row in enumerate(sheet.rows, start=1):
                if line > SHEET:
                    break
                for column, cell in enumerate(row):
                    match cell:
                        case None | "":
                            pass
                        case datetime():
                            page.write_datetime(line, column, cell.replace(tzinfo=None, microsecond=0), moment)
                        case date():
                            page.write_datetime(line, column, cell)
                        case bool() | str():
                            page.write_string(line, column, _fit(str(cell)), text)
                        case _:
                            page.write_number(line, column, cell)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file


def pieces(file: IO[bytes]) -> Iterator[bytes]:
    """What is left of a file, which is closed at the end."""
    with file:
        while piece := file.read(PIECE):
            yield piece


def _in_csv(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case datetime():
            return f"{cell:%Y-%m-%d %H:%M:%S}"
        case date():
            return cell.isoformat()
        case str():
            plain = _fit(cell)
            return "'" + plain if _ALTERED.fullmatch(plain) else _FORMULA.sub(r"\1\2'", plain)
        case _:
            return str(cell)


def _fit(text: str) -> str:
    return _UNSEEN.sub("\ufffd", text)[:CELL]


def _tab(name: str) -> str:
    """A name that Excel allows for a sheet."""
    return re.sub(r"[\[\]:*?/\\']", " ", name).strip()[:31] or "list"
