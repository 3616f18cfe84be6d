"""A head of department reads last month: the figures on the page are those of the calls, on paper and in Excel too."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from openpyxl import load_workbook
from playwright.sync_api import Browser, expect

from accounts.rights import Role
from tests.browser.console import LAST_MONTH, Console
from tests.browser.window import DARK, may_not, window

DAYS = f"first={LAST_MONTH.date()}&last={LAST_MONTH.date() + timedelta(days=3)}"
BEFORE = {"calls": 32, "answered": 32, "gave_up": 8}
"""Of the four days that the console's past has: eight calls each, two of which left while they waited."""


def test_last_months_figures_are_those_of_its_calls(chromium: Browser, console: Console, tmp_path: Path) -> None:
    with window(chromium, console, "doctor") as doctor:
        page = doctor.page
        doctor.goes(f"/reports?{DAYS}&by=day")
        told = "{calls} calls came in, {answered} were answered, {gave_up} left while they waited."
        expect(page.get_by_text(told.format(**BEFORE)).first).to_be_visible()
        total = page.locator("table").first.locator("tr", has_text="total").locator("td").all_inner_texts()
        assert total[:2] == ["32", "32"]
        with page.expect_download() as saved:
            page.get_by_role("link", name="XLSX").first.click()
        saved.value.save_as(tmp_path / "calls.xlsx")
        rows = list(load_workbook(tmp_path / "calls.xlsx").worksheets[0].iter_rows(values_only=True))
        assert [row[1] for row in rows if row[0] == "total"] == [32]
        page.get_by_label("First day").fill(str(LAST_MONTH.date()))
        page.get_by_label("Last day").fill(str(LAST_MONTH.date()))
        page.get_by_role("button", name="Show").click()
        expect(page.get_by_text("8 calls came in").first).to_be_visible()


def test_a_report_is_read_on_paper(chromium: Browser, console: Console) -> None:
    """Printed from a screen in the dark: black on white, pictures whole, nothing to click."""
    with window(chromium, console, "doctor", scheme=DARK) as doctor:
        doctor.goes(f"/reports/keys?{DAYS}")
        doctor.page.emulate_media(media="print")
        expect(doctor.page.locator("svg.chart").first).to_be_visible()
        expect(doctor.page.locator("form, nav, button, a.button").filter(visible=True)).to_have_count(0)
        doctor.page.emulate_media(media="screen")
        assert doctor.page.pdf(format="A4").startswith(b"%PDF")


def test_reports_are_not_for_the_wards(chromium: Browser, console: Console) -> None:
    for role in (Role.NURSE, Role.CLERK):
        may_not(chromium, console, role, f"/reports?{DAYS}", f"/reports/calls.xlsx?{DAYS}")
