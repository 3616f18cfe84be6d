"""*Cards*: found, added, topped up, blocked; the ledger; a PIN letter to print.

A PIN is made here, shown on one sheet, and never again: only its hash is kept.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import Form, HTTPException
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session

from accounts.rights import Right
from db.reading import reading
from hospital.cards import by_hand, cards
from hospital.cards.cards import CardRecord
from hospital.cards.ledger import Movement
from hospital.cards.search import MOST, search
from hospital.errors import CardExists, LedgerConflict, NotAllowed, Unknown
from hospital.money import parse_money
from web.page import N_, Page
from web.visit import Visit, Visiting

PAGE = Page("cards", N_("Cards"), "/cards", Right.CARDS, N_("Clinic"))

NOTHING: Mapping[str, str] = {"number": "", "patient": "", "phone": ""}
KINDS = {
    "top_up": N_("top-up"),
    "fee": N_("fee"),
    "refund": N_("refund"),
    "correction": N_("correction"),
}
DONE = {
    "added": N_("The card is registered. It has no PIN yet: print a PIN letter."),
    "credited": N_("Credited."),
    "blocked": N_("The card is blocked: every PIN sounds wrong now."),
    "free": N_("The card can be used again."),
    "changed": N_("Stored."),
}


@PAGE.get("/cards")
def finds(visit: Visiting, q: str = "") -> Response:
    """Cards by number, name or telephone; the card itself when its whole number was given."""
    found = visit.site.database.run_now(search, q[:80], MOST + 1)
    if q and len(found) == 1 and found[0].number == q.strip():
        return RedirectResponse(f"/cards/{found[0].number}", 303)
    return _list(visit, q, found)


@PAGE.get("/cards/{number}")
def shows(visit: Visiting, number: str, done: str = "") -> Response:
    """One card with its money."""
    return _one(visit, number, done=DONE.get(done, ""))


@PAGE.post("/cards", right=Right.CARDS_EDIT)
def adds(
    visit: Visiting,
    number: Annotated[str, Form(max_length=40)],
    patient: Annotated[str, Form(max_length=200)],
    phone: Annotated[str, Form(max_length=60)] = "",
) -> Response:
    """Register a card."""
    number = number.strip()
    try:
        visit.site.database.run_now(by_hand.add, number, patient, phone, visit.hand())
    except CardExists:
        return _refused(visit, visit._("There is a card of this number already."), number, patient, phone)
    except NotAllowed:
        told = visit._("A card has 4 to 20 digits and the patient's name; a telephone has digits, spaces, + and -.")
        return _refused(visit, told, number, patient, phone)
    return visit.go(f"/cards/{number}?done=added")


@PAGE.post("/cards/{number}/top-up", right=Right.CARDS_EDIT)
def credits(
    visit: Visiting,
    number: str,
    amount: Annotated[str, Form(max_length=20)],
    receipt: Annotated[str, Form(max_length=40)],
    note: Annotated[str, Form(max_length=120)] = "",
) -> Response:
    """Credit a card; the same receipt is never credited twice."""
    try:
        minor = parse_money(amount)
    except ValueError:
        return _one(visit, number, wrong=visit._("An amount is written like 20.00."), status=422)
    if not receipt.strip():
        return _one(visit, number, wrong=visit._("The number of the receipt is needed."), status=422)
    try:
        receipt, note = receipt.strip(), note.strip() or receipt.strip()
        visit.site.database.run_now(by_hand.top_up, number, minor, f"receipt:{receipt}", note, visit.hand())
    except Unknown:
        raise HTTPException(404) from None
    except LedgerConflict:
        told = visit._("This receipt was credited already, to another card or with another amount.")
        return _one(visit, number, wrong=told, status=409)
    except NotAllowed:
        return _one(visit, number, wrong=visit._("A top-up is more than nothing."), status=422)
    return visit.go(f"/cards/{number}?done=credited")


@PAGE.post("/cards/{number}/block", right=Right.CARDS_EDIT)
def blocks(
    visit: Visiting,
    number: str,
    blocked: Annotated[bool, Form()],
    reason: Annotated[str, Form(max_length=150)] = "",
) -> Response:
    """Block a card that is lost, or lift it."""
    _change(visit, number, reason, blocked=blocked)
    return visit.go(f"/cards/{number}?done={'blocked' if blocked else 'free'}")


@PAGE.post("/cards/{number}/change", right=Right.CARDS_EDIT)
def changes(
    visit: Visiting,
    number: str,
    patient: Annotated[str, Form(max_length=200)],
    phone: Annotated[str, Form(max_length=60)] = "",
    slow: Annotated[bool, Form()] = False,
) -> Response:
    """Name, telephone, pace."""
    try:
        _change(visit, number, "", patient=patient, phone=phone, slow=slow)
    except NotAllowed:
        told = visit._("A card has 4 to 20 digits and the patient's name; a telephone has digits, spaces, + and -.")
        return _one(visit, number, wrong=told, status=422)
    return visit.go(f"/cards/{number}?done=changed")


@PAGE.post("/cards/{number}/letter", right=Right.CARDS_EDIT)
def letter(visit: Visiting, number: str) -> Response:
    """A new PIN, on a sheet to print; the old one is worth nothing from now on."""
    pin = f"{secrets.randbelow(1_000_000):06}"
    pin_hash = visit.site.pins.hash(number, pin)
    try:
        card = visit.site.database.run_now(by_hand.new_pin, number, pin_hash, visit.hand())
    except Unknown:
        raise HTTPException(404) from None
    return visit.render("cards/letter.html", card=card, pin=pin)


def _one(visit: Visit, number: str, *, done: str = "", wrong: str = "", status: int = 200) -> Response:
    try:
        card, movements = visit.site.database.run_now(_with_history, number)
    except Unknown:
        raise HTTPException(404) from None
    lines, left = [], 0
    for one in movements:
        left += one.amount
        lines.append((one, left))
    may_edit = visit.may(Right.CARDS_EDIT)
    values = {"card": card, "lines": lines[::-1], "kinds": KINDS, "done": done, "wrong": wrong, "may_edit": may_edit}
    return visit.render("cards/one.html", status, **values)


def _refused(visit: Visit, told: str, number: str, patient: str, phone: str) -> Response:
    return _list(visit, "", [], wrong=told, typed={"number": number, "patient": patient, "phone": phone})


def _list(
    visit: Visit, q: str, found: Sequence[CardRecord], wrong: str = "", typed: Mapping[str, str] = NOTHING
) -> Response:
    values = {"q": q, "found": found[:MOST], "more": len(found) > MOST, "wrong": wrong, "typed": typed}
    return visit.render("cards/list.html", 422 if wrong else 200, may_edit=visit.may(Right.CARDS_EDIT), **values)


def _change(visit: Visit, number: str, reason: str, **values: Any) -> None:
    try:
        visit.site.database.run_now(by_hand.change, number, visit.hand(reason.strip()), **values)
    except Unknown:
        raise HTTPException(404) from None


@reading
def _with_history(session: Session, number: str) -> tuple[CardRecord, list[Movement]]:
    return cards.find(session, number), cards.history(session, number)
