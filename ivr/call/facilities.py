"""What a line can do besides talking and asking the hospital: record, put through, tell the notices."""

from __future__ import annotations

from dataclasses import dataclass

from ivr.call.dialler import Dialler
from ivr.call.notice_board import NoticeBoard
from ivr.call.recording import Recordings


@dataclass(frozen=True, slots=True)
class Facilities:
    """What is None is not there: steps that need it leave by `error`."""

    recordings: Recordings | None = None
    dialler: Dialler | None = None
    notices: NoticeBoard | None = None


TALK_ONLY = Facilities()
"""A line with none of them."""
