"""Secrets that are made here and shown once: what a table keeps of them is a digest.

They are 256 random bits, so a plain digest is enough: nobody guesses one, however quick the hash.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

LONGEST = 200
"""No longer secret is looked at."""


def new() -> str:
    """A fresh secret, fit for cookies and links."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """What is kept of it."""
    return hashlib.sha256(secret[: LONGEST + 1].encode("utf-8", "surrogatepass")).hexdigest()


def derived(secret: str, purpose: str) -> str:
    """Another secret that whoever holds the first one has too, and from which the first cannot be told."""
    return hmac.new(secret.encode(), purpose.encode(), hashlib.sha256).hexdigest()
