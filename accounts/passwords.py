"""Passwords of users as they are kept, and which ones are too easy. How many wrong ones cost how much time is
`accounts.login`.

As with PINs: argon2id (RFC 9106; 19 MiB, 2 passes, 1 lane) over a digest that is keyed with the server's pepper, so a
stolen table alone is worth nothing. Two are checked at a time; the others wait for their turn, or are told to come
again: logins must not take the processor from calls.
"""

from __future__ import annotations

import hashlib
import hmac
import itertools
import secrets
import threading
from collections.abc import Callable
from enum import StrEnum
from typing import Protocol, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from accounts.common_passwords import COMMON

_T = TypeVar("_T")

SHORTEST = 10
LONGEST = 200
"""Characters. A longer one is no safer, only slower."""
AT_ONCE = 2
PATIENCE = 5.0
"""Seconds that a check waits for its turn."""
_FEWEST_KINDS = 5


class Weakness(StrEnum):
    """Why a password is not taken. Each page and command has its sentence."""

    SHORT = "short"
    LONG = "long"
    NAME = "name"
    """It holds the user's name."""
    COMMON = "common"
    """It is on everybody's list of passwords to try."""
    MONOTONOUS = "monotonous"
    """Few different characters, or a run of neighbours."""


SENTENCES = {
    Weakness.SHORT: f"a password has at least {SHORTEST} characters",
    Weakness.LONG: f"a password has at most {LONGEST} characters",
    Weakness.NAME: "the password must not hold the user's name",
    Weakness.COMMON: "this password is one of those that everybody tries first",
    Weakness.MONOTONOUS: "the password repeats itself",
}


def weakness(password: str, name: str) -> Weakness | None:
    """What is wrong with this password for this user; None: nothing that can be seen."""
    if len(password) < SHORTEST:
        return Weakness.SHORT
    if len(password) > LONGEST:
        return Weakness.LONG
    plain = password.casefold()
    if len(name) >= 3 and name.casefold() in plain:
        return Weakness.NAME
    if plain in COMMON or plain.rstrip("0123456789!?.") in COMMON:
        return Weakness.COMMON
    steps = {ord(after) - ord(before) for before, after in itertools.pairwise(plain)}
    if len(set(plain)) < _FEWEST_KINDS or len(steps) == 1:
        return Weakness.MONOTONOUS
    return None


class Crowded(Exception):
    """More logins at a time than can be checked: whoever asks may do so again in a moment."""


class Passwords(Protocol):
    """Makes and checks the hashes of passwords. Both are slow: for threads, never for a loop."""

    def hash(self, password: str) -> str:
        """What is stored. Raises Crowded."""

    def verify(self, password: str, stored: str | None) -> bool:
        """Whether it is the one that is stored. With nothing stored it takes the same time and is False. Raises
        Crowded."""


class PepperedPasswords:
    """The real ones. One object for all threads of a process: it holds the turns."""

    def __init__(self, pepper: bytes, at_once: int = AT_ONCE, patience: float = PATIENCE) -> None:
        self._pepper = pepper
        self._patience = patience
        self._free = threading.BoundedSemaphore(at_once)
        self._argon2 = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
        self._nobody = self._argon2.hash(secrets.token_hex(16))
        """Checked when there is no such user: its answer is always no, its time is the same."""

    def hash(self, password: str) -> str:
        """As `Passwords.hash`."""
        return self._in_turn(lambda: self._argon2.hash(self._keyed(password)))

    def verify(self, password: str, stored: str | None) -> bool:
        """As `Passwords.verify`."""
        try:
            right = self._in_turn(lambda: self._argon2.verify(stored or self._nobody, self._keyed(password)))
        except (VerificationError, InvalidHashError):
            return False
        return right and stored is not None

    def _in_turn(self, work: Callable[[], _T]) -> _T:
        if not self._free.acquire(timeout=self._patience):
            raise Crowded
        try:
            return work()
        finally:
            self._free.release()

    def _keyed(self, password: str) -> bytes:
        cut = password[: LONGEST + 1].encode("utf-8", "surrogatepass")
        return hmac.new(self._pepper, b"password:" + cut, hashlib.sha256).hexdigest().encode()


class PlainPasswords:
    """Quick and worthless, for tests: keeps passwords as they are and remembers each check in `checked`."""

    def __init__(self) -> None:
        self.checked: list[tuple[str, str | None]] = []

    def hash(self, password: str) -> str:
        """As `Passwords.hash`."""
        return f"plain:{password}"

    def verify(self, password: str, stored: str | None) -> bool:
        """As `Passwords.verify`."""
        self.checked.append((password, stored))
        return stored == self.hash(password)
