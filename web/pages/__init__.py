"""All pages, in the order of the menu."""

from __future__ import annotations

from web.page import Page
from web.pages import (
    account,
    audit,
    bookings,
    calls,
    cards,
    flows,
    hl7,
    home,
    keys,
    login,
    messages,
    notices,
    now,
    numbers,
    reports,
    rota,
    system,
    texts,
    users,
    wards,
)

PAGES: tuple[Page, ...] = (
    home.PAGE,
    home.ANYONE,
    now.PAGE,
    now.LIVE,
    numbers.PAGE,
    reports.PAGE,
    notices.PAGE,
    wards.PAGE,
    calls.PAGE,
    messages.PAGE,
    rota.PAGE,
    bookings.PAGE,
    cards.PAGE,
    hl7.PAGE,
    system.PAGE,
    flows.PAGE,
    texts.PAGE,
    login.PAGE,
    account.PAGE,
    users.PAGE,
    keys.PAGE,
    audit.PAGE,
    reports.PAGE,
)
