"""What may be told. The word is the `type` of a message; it never changes its meaning."""

from __future__ import annotations

from enum import StrEnum


class What(StrEnum):
    """A kind of message. Its docstring is what docs/webhooks.md says of it."""

    CALL_BEGAN = "call.began"
    """A call came in, or the line dials one."""
    CALL_ENDED = "call.ended"
    """A call is over, with its outcome."""
    NOTICE_CONFIRMED = "notice.confirmed"
    """Somebody confirmed a notice; or, where its rule asks for no key, heard it."""
    NOTICE_FAILED = "notice.failed"
    """Nobody confirmed a notice: everybody was called in vain, or its time ran out."""
    NOTICE_CANCELLED = "notice.cancelled"
    """A notice was called off."""
    NOTICES_EXPIRED = "notices.expired"
    """So many notices ran out of time at once that they are told as a count, by kind and ward."""
    MESSAGE_LEFT = "message.left"
    """A caller left a message, and it is stored."""
    BOOKING_MADE = "booking.made"
    """A place was booked and paid."""
    BOOKING_CANCELLED = "booking.cancelled"
    """A booking was cancelled, and paid back."""
    EXAM_CALLED = "exam.called"
    """It is a patient's turn to be examined."""
    EXAM_MISSED = "exam.missed"
    """A patient whose turn it is was not there."""
    EXAM_DONE = "exam.done"
    """An examination was made."""
    EXAM_CANCELLED = "exam.cancelled"
    """An examination was cancelled."""


TEST = "test"
"""The type of what `wardbell webhooks test` sends."""
