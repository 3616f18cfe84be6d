"""What goes wrong on the line and cannot be expected, as one tree. What can be (busy, nobody answers) is a value.

    IvrError
      SwitchError         LineGone, NoLineFree, SwitchRefused (ivr.switch.line)
        SwitchRefused     NotDiallable (ivr.trunks.trunk)
      RecordingFailed     ivr.call.recording
      NotPosted           ivr.call.notice_board
      CannotDraw          ivr.drawing.program
      WrongCursor         ivr.record.cursor
      CannotDelete        ivr.recordings.messages

Mistakes in files are the forms' own.
"""

from __future__ import annotations


class IvrError(Exception):
    """The line could not do what was asked. In a flow it leads to the `error` exit."""
