"""What a line can carry out, one file a command of a flow.

A new verb that waits brings a file here, and a line where the service puts its rooms together: `line.can(..., new)`.
"""

from __future__ import annotations

from typing import Any

from ivr.call.errands.ask_hospital import AskHospital
from ivr.call.errands.errand import Errand, Errands
from ivr.call.errands.keys import GatherKeys
from ivr.call.errands.say import SayTexts


def errands(*more: Errand[Any]) -> Errands:
    """The table of a line that talks, gathers keys, asks the hospital, and can do `more`."""
    # Of two for one command the latter counts: a line with a hospital behind it brings its own `AskHospital`.
    every: tuple[Errand[Any], ...] = (SayTexts(), GatherKeys(), AskHospital(), *more)
    return {one.of: one for one in every}


TALK_ONLY = errands()
"""A line that does nothing else."""
