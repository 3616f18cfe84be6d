"""IT looks at a message that was refused, sends it again, and an auditor sees that it did; not what stands in it."""

from __future__ import annotations

import csv
from pathlib import Path

from playwright.sync_api import Browser, expect

from accounts.rights import Role
from tests.browser.console import Console
from tests.browser.window import deeds, may_not, window


def test_a_refused_message_is_read_and_sent_again(chromium: Browser, console: Console, tmp_path: Path) -> None:
    console.line.send("MSH|^~\\&|HIS|HOSPITAL|WARDBELL|PHONE|20261128||ADT^A01|AGAIN1|P|2.5\rPV1|1|I\r")
    with window(chromium, console, "it") as it:
        page = it.page
        it.goes("/hl7?control=AGAIN1")
        row = page.locator("tbody tr")
        expect(row).to_have_count(1)
        row.get_by_role("link").click()
        page.get_by_role("link", name="Show its bytes").click()
        expect(page.locator("pre")).to_contain_text("ADT^A01|AGAIN1")
        page.go_back()
        page.once("dialog", lambda dialog: dialog.accept())
        page.get_by_role("button", name="Send again").click()
        expect(page.get_by_role("status")).to_contain_text("refused once more: AE")
        number = page.url.rpartition("/")[2].partition("?")[0]
    assert {"look at message", "send again message"} <= set(deeds(console, "it"))
    with window(chromium, console, "auditor") as auditor:
        auditor.goes("/hl7?control=AGAIN1")
        auditor.page.locator("tbody tr").first.get_by_role("link").click()
        expect(auditor.page.get_by_role("button", name="Send again")).to_have_count(0)
        expect(auditor.page.get_by_role("link", name="Show its bytes")).to_have_count(0)
        auditor.goes("/audit")
        auditor.page.get_by_label("Who did it").fill("some-it")
        auditor.page.get_by_role("button", name="Search").click()
        rows = auditor.page.locator("tbody tr")
        expect(rows.first).to_contain_text("some-it")
        assert all("some-it" in row for row in rows.all_inner_texts())
        with auditor.page.expect_download() as saved:
            auditor.page.get_by_role("link", name="CSV").click()
        saved.value.save_as(tmp_path / "audit.csv")
    told = list(csv.reader((tmp_path / "audit.csv").read_text("utf-8-sig").splitlines()))
    assert [row for row in told if number in row or any(cell.endswith(number) for cell in row)]
    may_not(chromium, console, Role.AUDITOR, f"/hl7/{number}/raw")


def test_messages_and_audit_are_not_for_the_desk(chromium: Browser, console: Console) -> None:
    may_not(chromium, console, Role.OPERATOR, "/hl7", "/audit", "/audit/file?form=csv", "/system", "/system/figures")
    may_not(chromium, console, Role.IT, "/audit")
