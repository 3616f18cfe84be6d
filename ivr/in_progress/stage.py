"""What a call in progress does, in a word. The words that people read are a page's."""

from __future__ import annotations

import enum

from ivr.flow.language import Step
from ivr.flow.verbs import VERBS
from ivr.record.legs import Kind, Role


class Stage(enum.StrEnum):
    """The string is what pages and the API say."""

    ARRIVING = "arriving"  # offered to us and not answered yet
    DIALLING = "dialling"  # we call; nothing rings yet
    RINGING = "ringing"  # the telephone that we called rings
    INTRO = "intro"  # answered; nothing has been asked yet
    LISTENING = "listening"  # hears something in between
    MENU = "menu"  # is to press one of some keys
    INPUT = "input"  # is to key in digits
    ASKING = "asking"  # the hospital is asked: a card, a booking
    RECORDING = "recording"
    CONNECTING = "connecting"  # waits while somebody else's telephone rings
    TALKING = "talking"  # with somebody
    HELD = "held"  # hears music, put aside by whoever it talked with
    QUEUE = "queue"
    ENDING = "ending"  # has hung up; the flow does what needs no caller


_OF_VERB = {
    "say": Stage.LISTENING,
    "menu": Stage.MENU,
    "choose": Stage.MENU,
    "ask": Stage.INPUT,
    "do": Stage.ASKING,
    "record": Stage.RECORDING,
    "dial": Stage.CONNECTING,
    "queue": Stage.QUEUE,
}
"""Steps of other verbs take no time that anybody sees."""
_ASKS = frozenset((Stage.MENU, Stage.INPUT, Stage.RECORDING))
_VERB: dict[object, str] = {step: verb for verb, step in VERBS.items()}


def verb_of(step: Step | None) -> str:
    """The verb of a step, as it stands in the file; empty for none."""
    return "" if step is None else _VERB.get(type(step), "")


def stage_at(verb: str, before: Stage) -> Stage:
    """The stage of a call that enters a step."""
    if before is Stage.ENDING:
        return before
    stage = _OF_VERB.get(verb, before)
    if before is Stage.INTRO and stage not in _ASKS and stage is not Stage.CONNECTING:
        return Stage.INTRO
    return stage


def stage_with(kind: Kind, other: str) -> Stage:
    """The stage of a call whose first leg is with another one of this role."""
    match kind:
        case Kind.WAIT:
            return Stage.QUEUE if other == Role.QUEUE else Stage.CONNECTING
        case Kind.HOLD:
            return Stage.HELD
        case Kind.MESSAGE:
            return Stage.RECORDING
        case Kind.TALK:
            return Stage.TALKING
