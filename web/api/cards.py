"""Cards of patients: one by its number, added, changed, topped up; its ledger. No PIN is told or set here."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Annotated

from fastapi import Path
from fastapi.responses import JSONResponse
from pydantic import Field
from sqlalchemy.orm import Session

from accounts.rights import Right
from hospital.cards import by_hand, cards
from hospital.cards.cards import MOST_MONEY, CardRecord
from web.api.asked import Asked, Asking
from web.api.noun import Digits, Line, Noun, Told, Wanted
from web.api.once import Reply
from web.api.problem import Problem

NOUN = Noun("cards")
Card = Annotated[str, Path(pattern=r"^[0-9]{4,20}$", description="The card's number.", examples=["100001"])]
Name = Annotated[Line, Field(min_length=1, max_length=80, examples=["张伟"])]
Phone = Annotated[Line, Field(max_length=32, pattern=r"^[0-9+ *#-]{0,32}$", examples=["13900000001"])]


class CardTold(Told):
    """A card; `balance` in minor units."""

    number: str = Field(examples=["100001"])
    patient: str = Field(examples=["张伟"])
    phone: str = Field(examples=["13900000001"])
    balance: int = Field(examples=[10000])
    has_pin: bool
    blocked: bool
    slow: bool
    """Speech is slow for this patient."""

    @classmethod
    def of(cls, one: CardRecord) -> CardTold:
        """From its record."""
        return cls.model_validate(one)


class NewCard(Wanted):
    """A card to be added, without PIN and money."""

    number: Digits = Field(examples=["200001"])
    patient: Name
    phone: Phone = ""


class CardChange(Wanted):
    """What is to be changed; what is left out stays."""

    patient: Name | None = None
    phone: Phone | None = None
    blocked: bool | None = None
    slow: bool | None = None


class TopUp(Wanted):
    """Money for a card."""

    amount: Annotated[int, Field(gt=0, le=MOST_MONEY, examples=[5000])]
    """Minor units."""
    note: Line = Field("", examples=["paid at desk 3"])


class BalanceTold(Told):
    """What is on the card now, minor units."""

    balance: int = Field(examples=[15000])


class MovementTold(Told):
    """One movement; `amount` in minor units, negative takes."""

    id: int
    amount: int = Field(examples=[-2000])
    kind: str = Field(examples=["fee"])
    note: str = Field(examples=["slip 482913"])
    at: datetime


class MovementsTold(Told):
    """The ledger of a card, the oldest first."""

    movements: list[MovementTold]


@NOUN.get("/cards/{card}", Right.CARDS, "getCard", 404, response_model=CardTold)
def get_card(asked: Asking, card: Card) -> CardTold:
    """One card."""
    return CardTold.of(asked.site.database.run_now(cards.find, card))


@NOUN.get("/cards/{card}/movements", Right.CARDS, "listMovements", 404, response_model=MovementsTold)
def list_movements(asked: Asking, card: Card) -> MovementsTold:
    """Every movement of its money."""
    found = asked.site.database.run_now(cards.history, card)
    return MovementsTold(movements=[MovementTold.model_validate(one) for one in found])


@NOUN.post("/cards", Right.CARDS_EDIT, "addCard", status_code=201, response_model=CardTold)
def add_card(asked: Asking, new: NewCard) -> JSONResponse:
    """Add a card."""

    def work(session: Session) -> Reply:
        return Reply.of(201, CardTold.of(by_hand.add(session, new.number, new.patient, new.phone, asked.hand())))

    return asked.once(work)


@NOUN.patch("/cards/{card}", Right.CARDS_EDIT, "changeCard", 404, 409, response_model=CardTold)
def change_card(asked: Asking, card: Card, change: CardChange) -> CardTold:
    """Change, block or unblock a card."""
    wanted = change.model_dump(exclude_none=True)
    return CardTold.of(asked.site.database.run_now(by_hand.change, card, asked.hand(), **wanted))


@NOUN.post("/cards/{card}/top-ups", Right.CARDS_EDIT, "topUpCard", 404, status_code=201, response_model=BalanceTold)
def top_up(asked: Asking, card: Card, money: TopUp) -> JSONResponse:
    """Put money on a card. Wants an `Idempotency-Key`: nobody should pay twice because a line broke."""
    if not asked.name:
        raise Problem(422, "a top-up wants an Idempotency-Key", "key-wanted")
    return asked.once(lambda session: _top_up(session, asked, card, money))


def _top_up(session: Session, asked: Asked, card: str, money: TopUp) -> Reply:
    key = f"api:{uuid.uuid4().hex}"  # that it comes once is the Idempotency-Key's
    balance = by_hand.top_up(session, card, money.amount, key, money.note, asked.hand())
    return Reply.of(201, BalanceTold(balance=balance))
