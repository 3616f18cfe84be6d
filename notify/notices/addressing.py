"""Who an event's notice is for: the rule's addressee found in the event's facts. Part of transactions.

Of a patient only what stands on his card is taken: his name for the list of notices, his telephone. Language and
zone are those of the event's facts `language` and `zone`, where it has them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from hospital.cards import cards
from hospital.errors import Unknown
from notify.notices.addressee import Addressee, Kind, To, of_ward
from notify.notices.rule_form import NUMBER
from notify.notices.rules import NoticeRules

LANGUAGE, ZONE = "language", "zone"
"""Facts that say how an addressee wants to be spoken to."""


def addressed(session: Session, to: To, ward: str, facts: Mapping[str, Any]) -> Addressee:
    """The addressee of a notice. Who is not known, or has no telephone, has nobody to call: that is reported."""
    if to.known is not None:
        return to.known
    if to.kind is Kind.WARD:
        return of_ward(ward)
    key = _code(facts.get(to.fact))
    found = _patient(session, key) if to.kind is Kind.PATIENT else _number(key)
    return replace(found, language=str(facts.get(LANGUAGE, "")), zone=str(facts.get(ZONE, "")))


def _patient(session: Session, card: str) -> Addressee:
    try:
        known = cards.find(session, card)
    except Unknown:
        return Addressee(Kind.PATIENT, card)
    return Addressee(Kind.PATIENT, card, known.patient, telephones=(known.phone,) if known.phone else ())


def _number(number: str) -> Addressee:
    return Addressee(Kind.NUMBER, number, telephones=(number,) if NUMBER.match(number) else ())


def _code(fact: Any) -> str:
    """A fact as the key of somebody: what the login hands over as a card may have more than its number."""
    if isinstance(fact, Mapping):
        fact = fact.get("code", fact.get("number", ""))
    return str(fact or "")


def spoken_to(rules: NoticeRules, whom: Addressee) -> Addressee:
    """In his language if the hospital's texts are in it, else in the rule's."""
    return whom if whom.language in rules.languages else replace(whom, language="")
