"""All pages, in the order of the menu."""

from __future__ import annotations

from web.page import Page
from web.pages import (
    bookings,
    cards,
    home,
    rota,
)

PAGES: tuple[Page, ...] = (
    home.PAGE,
    home.ANYONE,
    rota.PAGE,
    bookings.PAGE,
    cards.PAGE,
)
