"""What is wrong with an account that somebody makes or changes, in sentences that pages translate."""

from __future__ import annotations

from collections.abc import Mapping

from accounts.errors import (
    AccountsError,
    BadName,
    BadShown,
    LastAdministrator,
    NameTaken,
    NotAllowed,
    Unknown,
    WardsMissing,
)
from accounts.passwords import Weakness
from web.page import N_

WEAK: Mapping[Weakness, str] = {
    Weakness.SHORT: N_("A password has at least 10 characters."),
    Weakness.LONG: N_("A password has at most 200 characters."),
    Weakness.NAME: N_("The password must not hold the user's name."),
    Weakness.COMMON: N_("This password is one of those that everybody tries first."),
    Weakness.MONOTONOUS: N_("The password repeats itself."),
}

REFUSED: Mapping[type[AccountsError], str] = {
    NameTaken: N_("There is one of that name already."),
    BadName: N_("A name has small Latin letters, digits, dots, dashes and underscores only."),
    BadShown: N_("The name for people is one line of up to 80 characters."),
    WardsMissing: N_("A nurse needs at least one ward."),
    LastAdministrator: N_("This is the last administrator: nobody could look after users any more."),
    Unknown: N_("There is no such page, or nothing of that name."),
    NotAllowed: N_("This cannot be done."),
}


def refusal(wrong: AccountsError) -> str:
    """The sentence for it, to be translated."""
    return next(sentence for kind, sentence in REFUSED.items() if isinstance(wrong, kind))
