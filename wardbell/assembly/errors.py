"""What keeps the service from starting."""

from __future__ import annotations


class CannotStart(Exception):
    """The service cannot start; the message says why and what to do."""
