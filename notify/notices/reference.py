"""The reference that travels through a call: which notice is told, in which attempt."""

from __future__ import annotations


def reference(notice_id: int, attempt_id: int) -> str:
    """What a flow holds in its variable `notice`."""
    return f"{notice_id}.{attempt_id}"


def read_reference(text: str) -> tuple[int, int] | None:
    """Notice and attempt of a reference, or None when it isn't one."""
    notice, _, attempt = text.partition(".")
    if notice.isascii() and notice.isdigit() and attempt.isascii() and attempt.isdigit() and len(text) < 40:
        return int(notice), int(attempt)
    return None
