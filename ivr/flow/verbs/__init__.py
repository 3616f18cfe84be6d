"""The verbs of the flow language. A new one is a file here and a line in `VERBS`."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ivr.flow.defaults import Defaults
from ivr.flow.form import Form
from ivr.flow.language import Head, Step
from ivr.flow.verbs.ask import Ask
from ivr.flow.verbs.call import Call
from ivr.flow.verbs.choose import Choose
from ivr.flow.verbs.do import Do
from ivr.flow.verbs.endings import HangUp, Return
from ivr.flow.verbs.menu import Menu
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
    "hangup": HangUp.read,
    "return": Return.read,
}
