"""A target of webhooks: where it is, what it is told, by which secrets its messages are signed."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from standardwebhooks import Webhook as Signer

from webhooks.address import Reach
from webhooks.what import What

PREFIX = "whsec_"
SHORTEST, LONGEST = 24, 64
"""Bytes of a secret, as the Standard Webhooks say."""


@dataclass(frozen=True, slots=True)
class Target:
    """One `[[webhooks]]` of the settings."""

    name: str
    url: str
    secrets: tuple[str, ...] = field(repr=False)
    """Each signs, so that a receiver may know either while they are changed."""
    events: tuple[What, ...] = tuple(What)
    reach: Reach = field(default_factory=Reach)
    ca_file: Path | None = None
    """Certificates that are believed instead of the system's."""
    off_after_hours: float = 72.0

    @property
    def place(self) -> SplitResult:
        """The URL in its parts."""
        return urlsplit(self.url)

    def headers(self, message: str, at: datetime, body: str) -> dict[str, str]:
        """What goes with a body: its id, when it was sent, and its signatures."""
        return {
            "content-type": "application/json",
            "user-agent": "Wardbell",
            "webhook-id": message,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": " ".join(Signer(secret).sign(message, at, body) for secret in self.secrets),
        }


def wrong_url(url: str, *, private: bool) -> str:
    """Why this URL cannot be a target's; empty when it can."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as wrong:
        return f'"{url}" is no URL: {wrong}'
    if parts.scheme not in ("https", "http") or not host:
        return f'"{url}" must begin with https:// (or http://, in the house) and name a host'
    if not url.isascii() or not url.isprintable() or " " in url:
        return f'"{url}" has a character that no URL has'
    if parts.username is not None or parts.password is not None or parts.fragment:
        return "a webhook's URL has neither a user, a password nor a #fragment"
    if parts.scheme == "http" and not private:
        return f'"{url}" is not encrypted: that is only for targets in the house (private = true, or networks)'
    return ""


def wrong_secrets(secrets: Sequence[str]) -> str:
    """Why a target cannot have these secrets; empty when it can. None is told."""
    if not 1 <= len(secrets) <= 3:
        return "a webhook has one secret, and two or three while they are changed"
    for secret in secrets:
        try:
            length = len(base64.b64decode(secret.removeprefix(PREFIX), validate=True))
        except (binascii.Error, ValueError):
            length = 0
        if not secret.startswith(PREFIX) or not SHORTEST <= length <= LONGEST:
            return f"a secret is {PREFIX} and {SHORTEST} to {LONGEST} random bytes in base64 (docs/webhooks.md)"
    return ""
