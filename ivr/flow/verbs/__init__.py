"""The verbs of the flow language. A new one is a file here and a line in `VERBS`."""

from __future__ import annotations

from typing import Protocol

from ivr.flow.commands import Beyond
from ivr.flow.defaults import Defaults
from ivr.flow.form import FlowForm
from ivr.flow.language import Head, Step
from ivr.flow.verbs.ask import Ask
from ivr.flow.verbs.call import Call
from ivr.flow.verbs.choose import Choose
from ivr.flow.verbs.consult import Consult
from ivr.flow.verbs.dial import Dial
from ivr.flow.verbs.do import Do
from ivr.flow.verbs.endings import HangUp, Return
from ivr.flow.verbs.errand import Errand
from ivr.flow.verbs.language import Language
from ivr.flow.verbs.menu import Menu
from ivr.flow.verbs.notify import Notify
from ivr.flow.verbs.pace import Pace
from ivr.flow.verbs.queue import Queue
from ivr.flow.verbs.record import Record
from ivr.flow.verbs.room import Room
from ivr.flow.verbs.say import Say
from ivr.flow.verbs.schema import Known, VerbSchema
from ivr.flow.verbs.set import Set
from ivr.flow.verbs.when import When


class Verb(Protocol):
    """What the table of verbs knows of each: a kind of step."""

    def read(self, form: FlowForm, head: Head, defaults: Defaults) -> Step:
        """A step of it, from its form."""

    def schema(self, known: Known) -> VerbSchema:
        """What editors complete and explain of it: the keys that `read` asks for."""


VERBS: dict[str, Verb] = {
    "say": Say,
    "menu": Menu,
    "ask": Ask,
    "choose": Choose,
    "do": Do,
    "when": When,
    "set": Set,
    "call": Call,
    "language": Language,
    "pace": Pace,
    "record": Record,
    "dial": Dial,
    "notify": Notify,
    "queue": Queue,
    "consult": Consult,
    "room": Room,
    "hangup": HangUp,
    "return": Return,
}

LATER = frozenset({"queue", "consult", "room"})
"""Verbs that can be written, tried and tested, but that the line cannot carry out yet."""


def beyond_the_line() -> dict[str, type[Beyond]]:
    """Verb -> what it asks of somebody or something beyond the line, of those that do."""
    asked = (step.beyond for step in VERBS.values() if isinstance(step, type) and issubclass(step, Errand))
    return {one.verb: one for one in asked if one is not None}
