"""Whom a notice calls next: its rung of the rule's ladder, and whom the phonebook lists there at this moment."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Protocol, TypeAlias

from sqlalchemy.orm import Session

from ivr.switch.address import squeeze
from notify.notices.addressee import OWN, Addressed, Addressee, Kind, addressee_of
from notify.notices.escalation import Rule, Rung
from notify.notices.rules import LISTENER, ROLES, NoticeRules

Phonebook: TypeAlias = Callable[[Session, str], Mapping[str, Sequence[str]]]
"""Ward code -> role -> numbers to call, read inside the claim, so that a change of duty counts at once."""

WORDS = frozenset({*ROLES, *OWN, LISTENER})
"""What a step may say instead of a number."""
LAST_RESORT = "last_resort"
UNANSWERED = "everybody was called, nobody confirmed"


class Waiting(Addressed, Protocol):
    """What is read of a notice to tell whom it calls."""

    kind: Any
    step: Any
    round: Any
    place: Any
    attempts: Any
    listener: Any


@dataclass(frozen=True, slots=True)
class Chosen:
    """Whom a notice calls next."""

    rule: Rule
    rung: Rung
    role: str
    target: str
    places: int
    """How many targets this step has now."""
    ring: timedelta

    @property
    def telephone(self) -> str:
        """The target as one telephone: the same number written in another way is the same."""
        return squeeze(self.target)


class Ladder:
    """The ladders of all rules, for one transaction: it reads the phonebook once for each ward."""

    def __init__(self, session: Session, rules: NoticeRules, phonebook: Phonebook) -> None:
        self._session = session
        self._rules = rules
        self._phonebook = phonebook
        self._called: dict[str, Mapping[str, Sequence[str]]] = {}

    def next(self, notice: Waiting) -> Chosen | str:
        """Whom to call; or why there is nobody."""
        rule = self._rules.rules.get(notice.kind)
        if rule is None:
            return f'notices.yaml has no rule "{notice.kind}" any more'
        addressee = addressee_of(notice)
        rung = Rung(notice.step, notice.round, notice.place)
        numbers = {**self._numbers(addressee), LISTENER: (notice.listener,) if notice.listener else ()}
        last_resort = self._rules.last_resort if addressee.kind is Kind.WARD else ()  # nobody else's matters are theirs
        chosen = _choose(rule, last_resort, numbers, rung, notice.attempts)
        if chosen is None:
            return UNANSWERED if notice.attempts else f"{addressee} has nobody to call"
        return chosen

    def _numbers(self, addressee: Addressee) -> Mapping[str, Sequence[str]]:
        """What a step's words stand for."""
        if addressee.kind is not Kind.WARD:
            return {addressee.kind: addressee.telephones}
        if addressee.key not in self._called:
            self._called[addressee.key] = self._phonebook(self._session, addressee.key)
        return self._called[addressee.key]


def _choose(
    rule: Rule, last_resort: Sequence[str], numbers: Mapping[str, Sequence[str]], rung: Rung, attempts: int
) -> Chosen | None:
    """Whom to call at `rung`; steps without a telephone are passed over.

    When nobody of the ladder could be called at all, the numbers of the last resort are one more step of it.
    """
    ladder = rule
    if rung.step >= len(rule.steps) or not attempts:
        ladder = with_last_resort(rule, last_resort)
    while rung.step < len(ladder.steps):
        targets = [
            (role, number)
            for role in ladder.steps[rung.step].call
            for number in (numbers.get(role, ()) if role in WORDS else (role,))
        ]
        if rung.place < len(targets):
            role, target = targets[rung.place]
            last = rung.step >= len(rule.steps)
            ring = ladder.steps[rung.step].ring
            return Chosen(rule, rung, LAST_RESORT if last else role, target, len(targets), ring)
        rung = Rung(rung.step + 1)
    return None


def with_last_resort(rule: Rule, last_resort: Sequence[str]) -> Rule:
    """`rule` with one more step, which calls the last resort as patiently as the step before it."""
    if not last_resort:
        return rule
    return replace(rule, steps=(*rule.steps, replace(rule.steps[-1], call=tuple(last_resort))))
