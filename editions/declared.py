"""What flows may ask of the hospital, of the line and of notices: every declared action, by its name."""

from __future__ import annotations

from collections.abc import Mapping

from actions.action import Declared
from hospital.actions import DECLARED as HOSPITAL
from ivr.numbers.line_actions import DECLARED as LINES
from notify.notices.actions import DECLARED as NOTICES

ACTIONS: Mapping[str, Declared] = {action.name: action for action in (*HOSPITAL, *LINES, *NOTICES)}
