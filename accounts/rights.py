"""What a role may do. Everything that is not said here is denied.

Every route of the console and the API names the one right that it wants (the page about access is made of both).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Role(StrEnum):
    """What somebody is in the hospital. A user has one."""

    ADMIN = "admin"
    IT = "it"
    OPERATOR = "operator"
    """At the desk of the line: watches calls and helps callers."""
    CLERK = "clerk"
    """Registration and cash: cards, rota, bookings."""
    NURSE = "nurse"
    """Sees her wards only."""
    DOCTOR = "doctor"
    AUDITOR = "auditor"
    """Sees what others did, and changes nothing."""


class Right(StrEnum):
    """What may be done, by the noun that it is done to."""

    SELF = "self"
    """One's own account: password, second factor, sessions, language."""
    NOW = "now"
    """See lines and calls in progress."""
    HANG_UP = "hang_up"
    """End a call in progress."""
    CALLS = "calls"
    """Find calls and see what happened in them."""
    LISTEN = "listen"
    """Hear what callers said. Each hearing is noted."""
    EXPORT = "export"
    """Take lists away as files."""
    NOTICES = "notices"
    """See notices and wards."""
    NOTICES_ACT = "notices_act"
    """Acknowledge, cancel or repeat a notice."""
    WARDS_EDIT = "wards_edit"
    """Change the telephones of wards."""
    ROTA = "rota"
    """See rota, departments and bookings."""
    ROTA_EDIT = "rota_edit"
    """Change rota and bookings."""
    CARDS = "cards"
    """Find cards and see their ledger."""
    CARDS_EDIT = "cards_edit"
    """Add, block, top up cards; print PIN letters."""
    FEES = "fees"
    """See stays in the hospital, their charges and who pays them."""
    FEES_EDIT = "fees_edit"
    """Mend, take and drop what the hospital's system sent and could not be taken."""
    FLOWS = "flows"
    """See and try flows, texts and numbers."""
    FLOWS_EDIT = "flows_edit"
    """Draft, publish and take back; recordings of prompts."""
    NUMBERS = "numbers"
    """Close and open numbers."""
    MESSAGES = "messages"
    """Messages left by callers: play them, mark them as heard, note."""
    MESSAGES_DELETE = "messages_delete"
    HL7 = "hl7"
    """What the hospital's system sent, and what was refused, with the reason."""
    HL7_RAW = "hl7_raw"
    """The bytes of a message, and sending it again."""
    REPORTS = "reports"
    SYSTEM = "system"
    """Doctor, settings in force, metrics."""
    USERS = "users"
    """Add, change and lock users; keys of the API."""
    AUDIT = "audit"
    """Who did what."""
    ORIGINATE = "originate"
    """Begin a call from outside (API)."""
    EVENTS = "events"
    """Hand in events as the hospital's system does (API)."""


_ALL = frozenset(Right)
_EVERYBODY = frozenset({Right.SELF})
MAY: Mapping[Role, frozenset[Right]] = {
    Role.ADMIN: _ALL,
    Role.IT: _EVERYBODY
    | {Right.NOW, Right.HANG_UP, Right.CALLS, Right.EXPORT, Right.NOTICES, Right.FLOWS, Right.FLOWS_EDIT}
    | {Right.WARDS_EDIT, Right.NUMBERS, Right.HL7, Right.HL7_RAW, Right.REPORTS, Right.SYSTEM, Right.ORIGINATE}
    | {Right.EVENTS},
    Role.OPERATOR: _EVERYBODY
    | {Right.NOW, Right.HANG_UP, Right.CALLS, Right.LISTEN, Right.EXPORT, Right.NOTICES, Right.NOTICES_ACT}
    | {Right.WARDS_EDIT, Right.ROTA, Right.CARDS, Right.FLOWS, Right.NUMBERS}
    | {Right.MESSAGES, Right.MESSAGES_DELETE, Right.REPORTS},
    Role.CLERK: _EVERYBODY
    | {Right.NOW, Right.ROTA, Right.ROTA_EDIT, Right.CARDS, Right.CARDS_EDIT, Right.EXPORT, Right.MESSAGES}
    | {Right.FEES, Right.FEES_EDIT},
    Role.NURSE: _EVERYBODY | {Right.NOTICES, Right.NOTICES_ACT},
    Role.DOCTOR: _EVERYBODY | {Right.ROTA, Right.NOTICES, Right.REPORTS},
    Role.AUDITOR: _EVERYBODY
    | {Right.NOW, Right.CALLS, Right.LISTEN, Right.EXPORT, Right.NOTICES, Right.ROTA, Right.CARDS, Right.FLOWS}
    | {Right.HL7, Right.REPORTS, Right.SYSTEM, Right.AUDIT, Right.FEES},
}
"""Role -> its rights. A nurse's notices are those of her wards."""


def may(role: Role, right: Right) -> bool:
    """Whether somebody of `role` may do it."""
    return right in MAY[role]
