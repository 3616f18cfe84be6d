"""In the morning a clerk hears what a caller left, says what she did about it; an operator deletes it."""

from __future__ import annotations

from playwright.sync_api import Browser, expect

from accounts.rights import Role
from tests.browser.console import SPEAKER, Console
from tests.browser.window import deeds, may_not, plays, window


def test_a_message_is_heard_noted_and_deleted_by_those_who_may(chromium: Browser, console: Console) -> None:
    call = console.leaves_message("a complaint")
    [row] = console.line.rows("SELECT id FROM recordings WHERE call_id = ?", call)
    with window(chromium, console, "clerk") as clerk:
        clerk.goes("/messages")
        message = clerk.page.locator(f"#m{row['id']}")
        expect(message).to_contain_text(SPEAKER)
        expect(message).to_contain_text("new")
        expect(message.get_by_text("Delete", exact=True)).to_have_count(0)  # not hers
        plays(clerk.page, f"/messages/{row['id']}/sound", message)
        message.get_by_label("Note").fill("called back at 8:10")
        message.get_by_role("button", name="Keep the note").click()
        expect(clerk.page.locator(f"#m{row['id']}").get_by_label("Note")).to_have_value("called back at 8:10")
        message.get_by_role("button", name="Taken care of", exact=True).click()
        expect(clerk.page.locator(f"#m{row['id']}")).to_have_count(0)
        clerk.page.get_by_role("link", name="Taken care of").click()
        expect(clerk.page.locator(f"#m{row['id']}")).to_contain_text("some-clerk")
    assert {"listen recording", "note recording"} <= set(deeds(console, "clerk"))
    with window(chromium, console, "operator") as operator:
        operator.goes("/messages?state=heard")
        message = operator.page.locator(f"#m{row['id']}")
        message.get_by_text("Delete", exact=True).click()
        message.get_by_label("Reason").fill("asked for by the caller")
        operator.page.once("dialog", lambda dialog: dialog.accept())
        message.get_by_role("button", name="Delete for good").click()
        expect(message).to_have_count(0)
        operator.goes("/messages?state=all")
        expect(operator.page.locator(f"#m{row['id']}")).to_have_count(0)
    assert "delete recording" in deeds(console, "operator")
    assert console.answers("clerk", f"/messages/{row['id']}/sound")[0] == 404


def test_messages_are_not_for_it_nor_the_wards(chromium: Browser, console: Console) -> None:
    for role in (Role.IT, Role.NURSE):
        may_not(chromium, console, role, "/messages")
