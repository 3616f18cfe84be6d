"""Lists as files: whatever a caller calls himself, a spreadsheet shows it and does nothing."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import openpyxl
import pytest

from web.export import CELL, Cell, Form, Sheet, as_csv, as_xlsx, download

HOSTILE = (
    "=1+1",
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(1+1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "  =1+1",
    "＝1+1",
    "－1",
    '=HYPERLINK("http://127.0.0.1/?"&A1,"Ward 3")',
    "x;=1+1",  # a Polish Excel ends the cell at the semicolon
    'a",=1+1,"',
    'a"\r\n=1+1,"',
    "x\t=1+1",
    "<script>alert(1)</script>",
)
NUMBERS = ("0013900000001", "+8613900000001", "008", "13900000001234567", "12e45678")


def lines(*cells: Cell) -> list[list[str]]:
    written = b"".join(as_csv(Sheet("calls", ["heading"], [[cell] for cell in cells])))
    return list(csv.reader(io.StringIO(written.decode("utf-8-sig"), newline="")))[1:]


def book(*cells: Cell) -> openpyxl.Workbook:
    with as_xlsx(Sheet("calls", ["heading"], [[cell] for cell in cells])) as file:
        return openpyxl.load_workbook(io.BytesIO(file.read()))


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_no_spreadsheet_finds_a_formula_in_a_csv(separator: str) -> None:
    """Whatever the machine's settings take for the end of a cell."""
    written = b"".join(as_csv(Sheet("calls", ["from", "to"], [[one, one] for one in HOSTILE]))).decode("utf-8-sig")
    for row in csv.reader(io.StringIO(written, newline=""), delimiter=separator):
        for cell in row:
            assert cell.strip(' "')[:1] not in tuple("=+-@＝＋－＠\t\r"), cell


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_formula_is_text_in_an_xlsx_and_stays_text_when_edited(hostile: str) -> None:
    cell = book(hostile).active["A2"]
    assert (cell.data_type, cell.number_format, cell.quotePrefix) == ("s", "@", True)
    assert cell.value.replace("_x000D_", "").split() == hostile.split()


def test_no_formula_is_in_the_file_itself() -> None:
    with as_xlsx(Sheet("calls", list(HOSTILE), [HOSTILE])) as file, zipfile.ZipFile(file) as parts:
        assert b"<f>" not in parts.read("xl/worksheets/sheet1.xml")
        assert not [name for name in parts.namelist() if "external" in name or "vba" in name.lower()]


def test_a_number_to_dial_keeps_zeros_plus_and_digits() -> None:
    assert lines(*NUMBERS) == [["'" + number] for number in NUMBERS]
    assert [cell.value for cell in book(*NUMBERS).active["A"][1:]] == list(NUMBERS)
    assert lines("8001", "13900000001") == [["8001"], ["13900000001"]]


def test_figures_and_moments_are_such_and_can_be_reckoned_with() -> None:
    at = datetime(2026, 11, 21, 16, 0, 5, 999, tzinfo=ZoneInfo("Asia/Shanghai"))
    assert lines(-5, 1.5, at, date(2026, 11, 21), None) == [
        ["-5"], ["1.5"], ["2026-11-21 16:00:05"], ["2026-11-21"], [""],
    ]  # fmt: skip
    shown = [cell.value for cell in book(-5, 1.5, at, date(2026, 11, 21), None).active["A"][1:]]
    assert shown == [-5, 1.5, datetime(2026, 11, 21, 16, 0, 5), datetime(2026, 11, 21)]  # noqa: DTZ001 - Excel's


def test_what_no_file_can_hold_is_left_out_and_nothing_breaks() -> None:
    odd = ("a\x00b", "\ud800", "\uffff", "x" * (CELL + 5), "张三 Жук Łoś 😀")
    assert lines(*odd)[-1] == ["张三 Жук Łoś 😀"]
    values = [cell.value for cell in book(*odd).active["A"][1:]]
    assert values[0] == "a\ufffdb"
    assert len(values[3]) == CELL


def test_excel_reads_the_csv_as_utf_8_and_rows_come_as_they_are_asked_for() -> None:
    asked: list[int] = []

    def rows() -> Iterator[list[Cell]]:
        for number in range(1000):
            asked.append(number)
            yield [number]

    written = as_csv(Sheet("calls", ["n"], rows()))
    assert next(written) == b"\xef\xbb\xbf"
    assert (next(written), next(written)) == (b"n\r\n", b"0\r\n")
    assert asked == [0]


@pytest.mark.parametrize("form", list(Form))
def test_a_browser_keeps_it_as_a_file_whatever_its_name(form: Form) -> None:
    answer = download(Sheet('通话 "\r\n记录', ["a"], []), form)
    told = answer.headers["content-disposition"]
    assert told.startswith('attachment; filename="')
    assert told.isascii()
    assert not set(told) & set("\r\n")
    assert answer.headers["cache-control"] == "no-store"


def test_a_day_of_calls_is_written_quickly() -> None:
    began = datetime(2026, 11, 21)  # noqa: DTZ001 - as a sheet shows it
    rows = ([f"+86139{n:08}", began + timedelta(seconds=n), n] for n in range(3000))
    with as_xlsx(Sheet("calls", ["from", "began", "n"], rows)) as file:
        sheet = openpyxl.load_workbook(io.BytesIO(file.read()), read_only=True).active
        assert sheet.max_row == 3001
