"""With how much patience wrong PINs are counted, per card and per caller. The counting is `accounts.wrong_entries`."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import timedelta

from sqlalchemy.orm import Session

from accounts import wrong_entries
from accounts.wrong_entries import Patience, Subject

CARD = Patience(free=2, first=timedelta(minutes=1), longest=timedelta(hours=1), forget=timedelta(days=1))
"""The third wrong entry ends the call and starts the delay. At the longest: 24 guesses a day."""

CALLER = Patience(
    free=9,
    first=timedelta(minutes=1),
    longest=timedelta(minutes=15),
    forget=timedelta(hours=1),
    every=timedelta(minutes=10),
    warning="many wrong card numbers or PINs from the caller ...{tail}, who has to wait now; "
    "a number that many people call from belongs under pins.shared_callers",
)
"""More room than for a card: many people use a telephone in the hall."""

SHARED = Patience(
    free=50,
    first=timedelta(seconds=5),
    longest=timedelta(seconds=30),
    forget=timedelta(hours=1),
    every=timedelta(minutes=1),
)
"""All who hide their number share one count, and so do all behind the one number of a PBX: sixty wrong entries
an hour are the mistakes of a busy morning. Against somebody who guesses there, each card's own count stands."""


def subjects(number: str, caller: str, shared: Collection[str] = ()) -> tuple[Subject, Subject]:
    """The card as keyed in (known or not) and the caller. `shared`: numbers that many people call from."""
    patience = SHARED if not caller or caller in shared else CALLER
    return Subject(_card(number), CARD), Subject(f"caller:{caller}"[:80], patience)


def _card(number: str) -> str:
    """What is keyed in as a card number may be a PIN, or both in one: no table holds it in clear."""
    return f"card:{hashlib.sha256(number.encode()).hexdigest()}"


def forgive(session: Session, *numbers: str) -> None:
    """A clerk has set a new PIN: these cards start anew."""
    wrong_entries.forgive(session, map(_card, numbers))
