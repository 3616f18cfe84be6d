"""The life of a notice: its states and every change that may happen to it, in one table.

waiting ──claim──> in_air ──confirm──> confirmed
   ^                  │ └──hear──────> delivered     (the rule asks for no key)
   └──retry, release──┘ └──give_up───> failed
waiting ──expire──> expired            waiting or in_air ──cancel──> cancelled
"""

from __future__ import annotations

import enum

from notify.errors import NotifyError


class State(enum.StrEnum):
    """Where a notice stands. The string is what the table stores."""

    WAITING = "waiting"
    IN_AIR = "in_air"  # claimed by an outbox: dialled, ringing or talking
    CONFIRMED = "confirmed"  # somebody pressed the confirm key
    DELIVERED = "delivered"  # heard, and the rule asks for no more
    FAILED = "failed"  # everybody was called and nobody confirmed
    EXPIRED = "expired"  # its time is over
    CANCELLED = "cancelled"

    @property
    def over(self) -> bool:
        """Whether nothing will be dialled for it any more."""
        return self not in (State.WAITING, State.IN_AIR)


class Change(enum.StrEnum):
    """What may happen to a notice."""

    CLAIM = "claim"
    RETRY = "retry"  # another target, another round, or the next step of the escalation
    RELEASE = "release"  # no line was free: as if never claimed
    HEAR = "hear"
    CONFIRM = "confirm"
    GIVE_UP = "give_up"
    EXPIRE = "expire"
    CANCEL = "cancel"


TRANSITIONS: dict[tuple[State, Change], State] = {
    (State.WAITING, Change.CLAIM): State.IN_AIR,
    (State.WAITING, Change.RETRY): State.WAITING,  # its telephone rang in vain in the call of another notice
    (State.WAITING, Change.GIVE_UP): State.FAILED,  # nobody left to call when it came due
    (State.WAITING, Change.EXPIRE): State.EXPIRED,
    (State.WAITING, Change.CANCEL): State.CANCELLED,
    # A key pressed in a call whose lease was lost still counts.
    (State.WAITING, Change.CONFIRM): State.CONFIRMED,
    (State.WAITING, Change.HEAR): State.DELIVERED,
    (State.IN_AIR, Change.RETRY): State.WAITING,
    (State.IN_AIR, Change.RELEASE): State.WAITING,
    (State.IN_AIR, Change.CONFIRM): State.CONFIRMED,
    (State.IN_AIR, Change.HEAR): State.DELIVERED,
    (State.IN_AIR, Change.GIVE_UP): State.FAILED,
    (State.IN_AIR, Change.EXPIRE): State.EXPIRED,
    (State.IN_AIR, Change.CANCEL): State.CANCELLED,
}
"""Everything that isn't here can't happen."""


class WrongChange(NotifyError):
    """A notice can't change like that: a mistake in the program."""


def changed(state: State, change: Change) -> State:
    """The state after `change`. Raises `WrongChange`."""
    try:
        return TRANSITIONS[state, change]
    except KeyError:
        raise WrongChange(f"a notice that is {state} can't {change}") from None
