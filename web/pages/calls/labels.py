"""What stands in the tables of calls as short words, in words that people read. Outcomes are the flows' own words."""

from __future__ import annotations

from collections.abc import Mapping

from ivr.record.legs import Kind, Role
from web.page import N_

ROLES: Mapping[str, str] = {
    Role.CALLER: N_("Caller"),
    Role.CALLED: N_("Who was called"),
    Role.DESK: N_("Desk"),
    Role.AGENT: N_("Agent"),
    Role.EXPERT: N_("Expert"),
    Role.QUEUE: N_("Queue"),
    Role.ROOM: N_("Room"),
    Role.MAILBOX: N_("Mailbox"),
    "line": N_("The line"),
}
SEGMENTS: Mapping[str, str] = {
    Kind.TALK: N_("talks"),
    Kind.WAIT: N_("waits"),
    Kind.HOLD: N_("on hold"),
    Kind.MESSAGE: N_("leaves a message"),
}
CAUSES: Mapping[str, str] = {
    "normal": N_("hung up"),
    "busy": N_("busy"),
    "no_answer": N_("no answer"),
    "rejected": N_("rejected"),
    "unreachable": N_("no such number"),
    "congestion": N_("no line free"),
    "cancelled": N_("gave up before the answer"),
    "media_timeout": N_("the telephone fell silent"),
    "switch_lost": N_("the switch process was lost"),
    "engine_lost": N_("the engine was lost"),
    "transferred": N_("handed on"),
    "picked_up": N_("somebody else answered"),
    "left": N_("everybody left"),
    "error": N_("failed"),
}
EVENTS: Mapping[str, str] = {
    "number": N_("Number called"),
    "rang": N_("Rings"),
    "answered": N_("Answered"),
    "given": N_("Given to the flow"),
    "step": N_("Step"),
    "prompt": N_("Said"),
    "unspoken": N_("Could not be said"),
    "speak": N_("Language"),
    "keys": N_("Keys"),
    "no_input": N_("No key"),
    "too_soon": N_("Key too early to be meant"),
    "action": N_("Asked of the hospital"),
    "record": N_("Message"),
    "dial": N_("Put through"),
    "notify": N_("Notice"),
    "notice": N_("Notice"),
    "stopped": N_("Notice stopped"),
    "refused": N_("Refused"),
    "keys_in_band": N_("Keys heard in the sound"),
    "broke": N_("Failure"),
    "outcome": N_("Outcome"),
    "ended": N_("Ended"),
}
HOW: Mapping[str, str] = {
    "whole": N_("heard to the end"),
    "cut": N_("cut off"),
    "skipped": N_("skipped: keys were typed ahead"),
    "alone": N_("the caller had hung up"),
}
