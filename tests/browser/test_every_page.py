"""What holds for each page that there is, and for the next one: who may open it, on what screens, with which hands."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from accounts.rights import MAY, Role
from tests.browser.addresses import Place
from tests.browser.console import Console
from tests.browser.window import DARK, LIGHT, Window, window
from web.pages import PAGES

MOST_STEPS = 3000
"""Of the Tab key on one page."""
NOT_OURS = "code, kbd, pre, script, style, textarea, [translate=no], [lang]:not(html)"
SENTENCES = """(notOurs) => {
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    const text = node.textContent.trim().replace(/\\s+/g, " ");
    const around = node.parentElement;
    if (text && !around.closest(notOurs) && around.checkVisibility()) found.push(text);
  }
  return found;
}"""
CAN_HAVE_FOCUS = """() => {
  const seen = [];
  const wanted = "a[href], button, input, select, textarea, summary, audio[controls], [tabindex='0']";
  for (const one of document.querySelectorAll(wanted)) {
    if (one.disabled || one.type === "hidden" || one.tabIndex < 0 || one.closest("[inert]") || !one.checkVisibility())
      continue;
    const group = one.type === "radio" ? `input[type=radio][name="${CSS.escape(one.name)}"]:checked` : "";
    if (group && document.querySelector(group) !== one) continue;
    seen.push(one);
  }
  window.toReach = new Set(seen);
}"""
FOCUSED = """() => {
  const one = document.activeElement;
  if (!one || one === document.body) return "outside";
  window.toReach.delete(one);
  const style = getComputedStyle(one);
  const shown = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 || style.boxShadow !== "none";
  return shown ? "" : `the focus cannot be seen on ${one.outerHTML.slice(0, 120)}`;
}"""


def test_every_entry_of_the_menu_is_a_page_and_was_looked_at(places: list[Place]) -> None:
    homes = {page.home for page in PAGES if page.group}
    assert homes <= {place.address for place in places}


def test_a_page_opens_for_those_who_may_and_for_nobody_else(console: Console, places: list[Place]) -> None:
    wrong = []
    for role in ("", *Role):
        for place in places:
            status, *_ = console.answers(role, place.address)
            if place.right is None:
                expected = {200, 303, 404}  # a page to log in has nothing for who is in
            elif not role:
                expected = {303}
            elif place.right not in MAY[Role(role)]:
                expected = {403}
            else:  # what is not his own is as if it were not there
                expected = {200, 303, 404} if "{" in place.route else {200, 303}
            if status not in expected:
                wrong.append(f"{role or 'nobody'} {place}: {status}")
    assert wrong == []


@pytest.mark.parametrize("scheme", [LIGHT, DARK])
def test_no_page_keeps_anybody_out(scheme: str, chromium: Browser, console: Console, places: list[Place]) -> None:
    """Axe: contrast, names of controls, order of headings and the rest; nothing serious."""
    axe = Axe()
    with window(chromium, console, "admin", scheme=scheme) as admin:
        for place in places:
            admin.goes(place.address)
            for one in axe.run(admin.page).response["violations"]:
                if one["impact"] in ("serious", "critical"):
                    where = [(node["target"], node["failureSummary"][:200]) for node in one["nodes"][:3]]
                    admin.note(f"{one['id']} ({one['impact']}): {where}")


@pytest.mark.parametrize("width", [360, 640])
def test_no_page_scrolls_sideways(width: int, chromium: Browser, console: Console, places: list[Place]) -> None:
    """On a telephone, and at 200 % on a screen of 1280: for a page that is one of 640."""
    with window(chromium, console, "admin", width=width) as admin:
        for place in places:
            admin.goes(place.address)
            wide = admin.page.evaluate("() => document.documentElement.scrollWidth")
            if wide > width:
                admin.note(f"{wide} px wide on a screen of {width}: {widest(admin.page, width)}")


def widest(page: Page, width: int) -> Any:
    """What sticks out."""
    return page.evaluate(
        """(width) => [...document.querySelectorAll("body *")]
          .filter((one) => one.getBoundingClientRect().right > width + 1 && !one.closest(".scrolls"))
          .slice(0, 4).map((one) => one.outerHTML.slice(0, 100))""",
        width,
    )


def test_the_keyboard_alone_reaches_everything_and_shows_where_it_is(admin: Window, places: list[Place]) -> None:
    for place in places:
        admin.goes(place.address)
        admin.page.evaluate(CAN_HAVE_FOCUS)
        for _ in range(MOST_STEPS):
            admin.page.keyboard.press("Tab")
            told = admin.page.evaluate(FOCUSED)
            if told == "outside":  # once around
                break
            if told:
                admin.note(told)
        left = admin.page.evaluate("() => [...window.toReach].map((one) => one.outerHTML.slice(0, 120))")
        if left:
            admin.note(f"never reached: {left[:3]}")


@pytest.mark.parametrize("language", ["zh", "ru", "pl"])
def test_no_sentence_is_left_in_english(
    language: str, chromium: Browser, console: Console, places: list[Place]
) -> None:
    """Data that is English by itself says so: `translate="no"`."""
    with window(chromium, console, "admin") as english, window(chromium, console, "admin", language=language) as other:
        for place in places:
            english.goes(place.address)
            other.goes(place.address)
            ours = set(english.page.evaluate(SENTENCES, NOT_OURS))
            same = [one for one in other.page.evaluate(SENTENCES, NOT_OURS) if one in ours and of_words(one)]
            for one in dict.fromkeys(same):
                other.note(f"not translated: {one[:100]!r}")


def of_words(text: str) -> bool:
    """Whether a text is a sentence of ours rather than a name or a number."""
    words = [word for word in text.split() if word.isascii() and word.isalpha() and len(word) > 1]
    return len(words) >= 2 and text not in NAMES


NAMES = {f"Some {role}" for role in Role}
