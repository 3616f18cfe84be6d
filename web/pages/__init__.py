"""All pages, in the order of the menu."""

from __future__ import annotations

from web.page import Page
from web.pages import (
    account,
    audit,
    bookings,
    calls,
    cards,
    fees,
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
    login.PAGE,
    now.PAGE,
    now.LIVE,
    calls.PAGE,
    messages.PAGE,
    numbers.PAGE,
    reports.PAGE,
    notices.PAGE,
    wards.PAGE,
    rota.PAGE,
    bookings.PAGE,
    cards.PAGE,
    fees.PAGE,
    flows.PAGE,
    texts.PAGE,
    system.PAGE,
    hl7.PAGE,
    users.PAGE,
    keys.PAGE,
    audit.PAGE,
    account.PAGE,
)
