"""An operator finds a call by what he remembers of its number, reads it, hears what was said in it, sends it to a
colleague, and takes the search away."""

from __future__ import annotations

import csv
from datetime import datetime
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Browser, Page, expect

from accounts.rights import Role
from tests.browser.console import ABROAD, LANDLINE, SPEAKER, Console
from tests.browser.window import deeds, may_not, plays, window


def test_an_operator_finds_a_call_by_its_last_digits_and_hears_it(chromium: Browser, console: Console) -> None:
    with window(chromium, console, "operator") as operator:
        page = operator.page
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        operator.goes("/calls")
        page.get_by_label("Number, or its last digits").fill(SPEAKER[-6:])
        page.get_by_role("button", name="Find").click()
        only = page.locator("tbody tr")
        expect(only).to_have_count(1)
        expect(only).to_contain_text("recorded")
        only.get_by_role("link").first.click()
        expect(page.get_by_role("heading", level=1)).to_contain_text(SPEAKER)
        expect(page.get_by_role("img", name="Time line")).to_be_visible()
        expect(page.locator("table.steps tr.step", has_text="closed.offer")).to_have_count(1)
        expect(page.locator("table.steps q").first).to_be_visible()  # what was said, in its words
        plays(page, "/calls/recordings/")
        page.get_by_role("button", name="Copy the link").click()
        page.wait_for_selector("button.done")
        link = str(page.evaluate("() => navigator.clipboard.readText()"))
        assert "listen recording" in deeds(console, "operator")
    with window(chromium, console, "auditor") as auditor:
        auditor.page.goto(link)
        expect(auditor.page.get_by_role("heading", level=1)).to_contain_text(SPEAKER)


def test_a_call_in_progress_is_found_while_it_goes_on(chromium: Browser, console: Console) -> None:
    call = console.patient.dial(console.line.uri("1000"), caller="13900000088").wait_answered(20)
    with window(chromium, console, "operator", language="zh") as operator:
        console.at_step("13900000088", "services")
        operator.goes("/calls?number=0088")
        operator.page.locator("tbody tr").first.get_by_role("link").first.click()
        expect(operator.page.locator("table.steps tr.step", has_text="services")).not_to_have_count(0)
    call.hang_up()


def test_a_search_is_taken_away_as_files_that_excel_opens_harmlessly(
    chromium: Browser, console: Console, tmp_path: Path
) -> None:
    formula = console.patient.dial(console.line.uri("1000"), caller="=1+1").wait_answered(20)
    formula.hang_up()
    with window(chromium, console, "operator") as operator:
        operator.goes("/calls")
        rows = list(csv.reader(taken(operator.page, "As CSV", tmp_path).read_text("utf-8-sig").splitlines()))
        book = load_workbook(taken(operator.page, "As an Excel file", tmp_path))
        cells = list(book.worksheets[0].iter_rows())
        assert "export calls" in deeds(console, "operator")
    callers = [row[3] for row in cells]
    assert {LANDLINE, ABROAD} <= {str(cell.value) for cell in callers}
    assert isinstance(cells[1][1].value, datetime)
    assert not [cell.value for row in cells for cell in row if cell.data_type == "f"]
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "@"))]
    assert len(rows) == len(cells)


def taken(page: Page, button: str, folder: Path) -> Path:
    """A file that the browser saves."""
    with page.expect_download() as saved:
        page.get_by_role("link", name=button).click()
    file = folder / saved.value.suggested_filename
    saved.value.save_as(file)
    return file


@pytest.mark.parametrize("role", [Role.CLERK, Role.NURSE, Role.DOCTOR])
def test_calls_are_not_for_those_who_only_care_for_patients(role: Role, chromium: Browser, console: Console) -> None:
    may_not(chromium, console, role, "/calls", f"/calls?number={SPEAKER[-6:]}", "/calls/file?form=csv")


def test_it_reads_a_call_and_does_not_hear_it(chromium: Browser, console: Console) -> None:
    [row] = console.line.rows("SELECT id, call_id FROM recordings")[:1]
    with window(chromium, console, "it") as it:
        it.goes(f"/calls/{row['call_id']}")
        expect(it.page.get_by_text("Your role does not hear recordings.")).to_be_visible()
        expect(it.page.locator("audio")).to_have_count(0)
    may_not(chromium, console, Role.IT, f"/calls/recordings/{row['id']}")
