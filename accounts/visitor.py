"""Who asks: a user in a browser, or another system with a key. What they may do is `accounts.rights`."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.rights import Right, Role, may


@dataclass(frozen=True, slots=True)
class Visitor:
    """A user who is logged in."""

    user_id: int
    name: str
    shown: str
    role: Role
    wards: tuple[str, ...]
    """Codes of the wards that a nurse sees; of no meaning for other roles."""
    language: str
    """Empty: as the browser asks."""
    session_id: int
    csrf: str
    """What forms of this session carry."""
    totp_pending: bool
    """The password was right; until the second factor is, nothing may be done but to give it."""
    to_note: bool = False
    """The session's last use is to be noted: `accounts.visits.note_use`."""

    def may(self, right: Right) -> bool:
        """Whether he may do it now."""
        return not self.totp_pending and may(self.role, right)


@dataclass(frozen=True, slots=True)
class KeyHolder:
    """Another system, by its key."""

    key_id: int
    name: str
    rights: frozenset[Right]
    to_note: bool = False
    """The key's last use is to be noted: `accounts.keys.note_use`."""

    def may(self, right: Right) -> bool:
        """Whether it may do it."""
        return right in self.rights
