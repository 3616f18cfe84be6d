"""PINs as they are kept: argon2id over a keyed digest. Counting and delays are `hospital.cards.pin_entries`.

A PIN has at most a million values, so no hash, however slow, protects it from somebody who has stolen the table: the
pepper does, a secret of the server that is not in the database. The hash still costs the thief time once he has that
too.

The argon2 parameters are RFC 9106's id with 19 MiB, 2 passes, 1 lane (the OWASP minimum): 27 ms and one core here, so
two cores check 70 PINs a second, and a login stays far under the second that a caller notices. The library's
default takes 64 MiB and both cores.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from hospital.errors import BadPepper

PEPPER_BYTES = 32


class Pins(Protocol):
    """Makes and checks the hashes of PINs. Both are slow: not for the reactor's thread."""

    def hash(self, number: str, pin: str) -> str:
        """What is stored for this card and PIN."""

    def verify(self, number: str, pin: str, stored: str | None) -> bool:
        """Whether the PIN is the card's. With nothing stored it takes the same time and is False."""


class PepperedPins:
    """Argon2id over HMAC-SHA256 of card number and PIN under the pepper. A hash is worth nothing on another card."""

    def __init__(self, pepper: bytes) -> None:
        if len(pepper) < PEPPER_BYTES:
            raise BadPepper(f"the pepper has {len(pepper)} bytes and needs {PEPPER_BYTES}")
        self._pepper = pepper
        self._argon2 = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
        self._nobody = self._argon2.hash(secrets.token_hex(16))
        """Checked when there is no card: its answer is always no, its time is the same."""

    def hash(self, number: str, pin: str) -> str:
        """As `Pins.hash`."""
        return self._argon2.hash(self._keyed(number, pin))

    def verify(self, number: str, pin: str, stored: str | None) -> bool:
        """As `Pins.verify`."""
        try:
            return self._argon2.verify(stored or self._nobody, self._keyed(number, pin)) and stored is not None
        except (VerificationError, InvalidHashError):
            return False

    def _keyed(self, number: str, pin: str) -> bytes:
        return hmac.new(self._pepper, f"{number}:{pin}".encode(), hashlib.sha256).hexdigest().encode()


class PlainPins:
    """Quick and worthless, for tests: keeps PINs as they are and remembers each check in `checked`."""

    def __init__(self) -> None:
        self.checked: list[tuple[str, str | None]] = []
        self.before_answer: Callable[[], None] = lambda: None
        """Called inside each check, before its answer."""

    def hash(self, number: str, pin: str) -> str:
        """As `Pins.hash`."""
        return f"plain:{number}:{pin}"

    def verify(self, number: str, pin: str, stored: str | None) -> bool:
        """As `Pins.verify`."""
        self.checked.append((number, stored))
        self.before_answer()
        return stored == self.hash(number, pin)


def load_pepper(path: Path) -> bytes:
    """The pepper in `path` (hex digits), made on first use and readable by its owner only.

    Lost, every PIN has to be set anew. Raises BadPepper.
    """
    try:
        try:
            opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            written = path.read_text(encoding="ascii").strip()
        else:
            written = secrets.token_hex(PEPPER_BYTES)
            with os.fdopen(opened, "w", encoding="ascii") as file:
                file.write(written + "\n")
        pepper = bytes.fromhex(written)
    except OSError as error:
        raise BadPepper(f"cannot read the pepper: {error}") from error
    except ValueError as error:
        raise BadPepper(f"{path} does not hold a pepper of {PEPPER_BYTES * 2} hex digits") from error
    if len(pepper) < PEPPER_BYTES:
        raise BadPepper(f"{path} does not hold a pepper of {PEPPER_BYTES * 2} hex digits")
    return pepper
