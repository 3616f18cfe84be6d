"""Roles, rights, and what is wrong with an account that somebody makes or changes, in words that pages translate."""

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
from accounts.rights import Right, Role
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

ROLES: Mapping[Role, str] = {
    Role.ADMIN: N_("administrator"),
    Role.IT: N_("IT"),
    Role.OPERATOR: N_("line operator"),
    Role.CLERK: N_("clerk"),
    Role.NURSE: N_("nurse"),
    Role.DOCTOR: N_("doctor"),
    Role.AUDITOR: N_("auditor"),
}

RIGHTS: Mapping[Right, str] = {
    Right.SELF: N_("one's own account"),
    Right.NOW: N_("see lines and calls in progress"),
    Right.HANG_UP: N_("end calls in progress"),
    Right.CALLS: N_("find calls"),
    Right.LISTEN: N_("hear what callers said"),
    Right.EXPORT: N_("take lists away as files"),
    Right.NOTICES: N_("see notices and wards"),
    Right.NOTICES_ACT: N_("acknowledge, cancel and repeat notices"),
    Right.WARDS_EDIT: N_("change the telephones of wards"),
    Right.ROTA: N_("see rota and bookings"),
    Right.ROTA_EDIT: N_("change rota and bookings"),
    Right.CARDS: N_("find cards"),
    Right.CARDS_EDIT: N_("add, block and top up cards"),
    Right.FEES: N_("see the fees of stays"),
    Right.FEES_EDIT: N_("mend and take what was set aside of fees"),
    Right.FLOWS: N_("see and try flows"),
    Right.FLOWS_EDIT: N_("change and publish flows"),
    Right.NUMBERS: N_("close and open numbers"),
    Right.MESSAGES: N_("messages that callers left"),
    Right.MESSAGES_DELETE: N_("delete messages that callers left"),
    Right.HL7: N_("see HL7 messages"),
    Right.HL7_RAW: N_("see HL7 messages whole and send them again"),
    Right.REPORTS: N_("reports"),
    Right.SYSTEM: N_("doctor, settings and metrics"),
    Right.USERS: N_("users and keys"),
    Right.AUDIT: N_("the audit"),
    Right.ORIGINATE: N_("begin calls"),
    Right.EVENTS: N_("hand in events"),
}


def refusal(wrong: AccountsError) -> str:
    """The sentence for it, to be translated."""
    return next(sentence for kind, sentence in REFUSED.items() if isinstance(wrong, kind))
