"""Links to recordings that open without a key for some minutes: signed here, for one key, and good on this engine until
it restarts. Whoever follows one is let in only if that key still may."""

from __future__ import annotations

import hashlib
import hmac
import secrets

LASTS = 300
"""Seconds."""


class Links:
    """Signs and checks."""

    def __init__(self, secret: bytes | None = None) -> None:
        self._secret = secret or secrets.token_bytes(32)

    def sign(self, recording: str, key: int, until: int) -> str:
        """What goes with a link."""
        return hmac.new(self._secret, f"{recording}\n{key}\n{until}".encode(), hashlib.sha256).hexdigest()

    def opens(self, recording: str, key: int, until: int, signature: str, now: float) -> bool:
        """Whether it is one of ours, and its time is not over."""
        return now <= until and hmac.compare_digest(self.sign(recording, key, until), signature)
