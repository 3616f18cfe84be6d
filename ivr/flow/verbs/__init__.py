"""The verbs of the flow language. A new one is a file here and a line in `VERBS`."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ivr.flow.defaults import Defaults
from ivr.flow.form import Form
from ivr.flow.language import Head, Step
from ivr.flow.verbs.ask import Ask
from ivr.flow.verbs.call import Call
from ivr.flow.verbs.choose import Choose
from ivr.flow.verbs.consult import Consult
from ivr.flow.verbs.dial import Dial
from ivr.flow.verbs.do import Do
from ivr.flow.verbs.endings import HangUp, Return
from ivr.flow.verbs.language import Language
from ivr.flow.verbs.menu import Menu
from ivr.flow.verbs.notify import Notify
from ivr.flow.verbs.pace import Pace
from ivr.flow.verbs.queue import Queue
from ivr.flow.verbs.record import Record
from ivr.flow.verbs.room import Room
from ivr.flow.verbs.say import Say
from ivr.flow.verbs.set import Set
from ivr.flow.verbs.when import When

VERBS: Mapping[str, Callable[[Form, Head, Defaults], Step]] = {
    "say": Say.read,
    "menu": Menu.read,
    "ask": Ask.read,
    "choose": Choose.read,
    "do": Do.read,
    "when": When.read,
    "set": Set.read,
    "call": Call.read,
    "language": Language.read,
    "pace": Pace.read,
    "record": Record.read,
    "dial": Dial.read,
    "notify": Notify.read,
    "queue": Queue.read,
    "consult": Consult.read,
    "room": Room.read,
    "hangup": HangUp.read,
    "return": Return.read,
}

LATER = frozenset({"queue", "consult", "room"})
"""Verbs that can be written, tried and tested, but that the line cannot carry out yet."""
