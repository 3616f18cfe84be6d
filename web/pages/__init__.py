"""All pages, in the order of the menu."""

from __future__ import annotations

from web.page import Page
from web.pages import home

PAGES: tuple[Page, ...] = (home.PAGE, home.ANYONE)
