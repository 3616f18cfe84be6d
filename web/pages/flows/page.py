"""The page *Flows*: its place in the menu, and what its routes share."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from fastapi import HTTPException

from accounts.rights import Right
from editions.bundle import Bundle
from editions.drafts import LaidOver, laid_over
from editions.store import EditionDamaged
from editions.workshop.workshop import Busy, WorkshopError
from web.errors import EngineAway
from web.flow_desk import FlowDesk
from web.page import N_, Page
from web.visit import Visit

P = ParamSpec("P")
T = TypeVar("T")

PAGE = Page("flows", N_("Flows"), "/flows", Right.FLOWS, group=N_("What callers hear"))
LARGE = 5_000_000
"""Bytes of a request that brings a whole file."""


def desk_of(visit: Visit) -> FlowDesk:
    """What flows are worked on with."""
    if visit.site.flows is None:
        raise EngineAway("flows are not worked on here")
    return visit.site.flows


def ask(visit: Visit, question: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """A question that a page needs the answer of: it waits its turn behind the checks of the same user."""
    assert not kwargs
    try:
        return desk_of(visit).workshop.ask(f"{visit.visitor.name} {question.__name__}", question, *args, **kwargs)
    except Busy as busy:
        raise HTTPException(429) from busy
    except WorkshopError as wrong:
        raise EngineAway(str(wrong)) from wrong


def laid(visit: Visit) -> LaidOver:
    """The visitor's drafts over what is live."""
    try:
        return visit.site.database.run_now(laid_over, visit.visitor.name)
    except EditionDamaged as damaged:
        raise EngineAway(str(damaged)) from damaged


def with_flow(visit: Visit, flow: str) -> Bundle:
    """The files as the visitor has them, when this flow is among them; else there is no such page."""
    bundle = laid(visit).bundle
    if f"{flow}.yaml" not in bundle.files:
        raise HTTPException(404)
    return bundle


def language_of(visit: Visit, wanted: str, there: tuple[str, ...] = ("zh", "en", "ru", "pl")) -> str:
    """The language of texts: as asked, else as the page speaks."""
    return next((one for one in (wanted, visit.language) if one in there), there[0])
