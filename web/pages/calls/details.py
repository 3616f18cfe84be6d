"""The details of a call's events in a visitor's language: their names, how an errand came out, why a call ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ivr.record.story import Told
from ivr.words import words_in
from web.page import N_
from web.pages.calls.labels import CAUSES
from web.visit import Visit

NAMES: Mapping[str, str] = {
    "action": N_("action"),
    "answered": N_("answered"),
    "before": N_("before"),
    "by_peer": N_("by the other side"),
    "caller": N_("caller"),
    "cause": N_("cause"),
    "code": N_("code"),
    "codecs": N_("sound formats offered"),
    "dialled": N_("number dialled"),
    "display": N_("name shown"),
    "edition": N_("edition"),
    "event": N_("event"),
    "flow": N_("flow"),
    "instead": N_("instead"),
    "language": N_("language"),
    "leg": N_("leg"),
    "notice": N_("notice"),
    "number": N_("number"),
    "outcome": N_("outcome"),
    "prompts": N_("texts"),
    "recording": N_("recording"),
    "seconds": N_("seconds"),
    "sip_code": N_("SIP code"),
    "slow": N_("slowly"),
    "variables": N_("variables"),
    "who": N_("by whom"),
    "why": N_("why"),
}
"""Of details; one that is not here shows its own name."""


def in_words(told: Told, visit: Visit) -> Told:
    """An event with its words in the visitor's language, where they are ours."""
    if "asked" in told.detail:
        outcome = value("outcome", told.detail["outcome"], visit)
        return replace(told, words=f"{told.detail['asked']}: {outcome}")
    return replace(told, words=line(told.detail, visit)) if told.detail else told


def line(detail: Mapping[str, str], visit: Visit) -> str:
    """All details in one line."""
    return "; ".join(f"{_name(name, visit)}: {value(name, detail[name], visit)}" for name in detail)


def value(name: str, what: str, visit: Visit) -> str:
    """A word of ours in the visitor's language; what is none as it stands."""
    if name == "cause":
        return visit._(CAUSES[what]) if what in CAUSES else what
    if name == "outcome":
        return words_in(visit.language)(what)
    return {"true": visit._(N_("yes")), "false": visit._(N_("no"))}.get(what, what)


def _name(name: str, visit: Visit) -> str:
    return visit._(NAMES[name]) if name in NAMES else name
