"""What is unexpected in the accounts' room, as one tree. A wrong password or an expired key is a result, not an
error."""

from __future__ import annotations


class AccountsError(Exception):
    """What was asked for cannot be done to a user or key. The sentence is fit for whoever asked."""


class Unknown(AccountsError):
    """No user, session or key of that name."""


class NameTaken(AccountsError):
    """There is a user or key of that name already."""


class NotAllowed(AccountsError):
    """The change would break a rule."""


class BadName(NotAllowed):
    """A name that cannot be typed."""


class BadShown(NotAllowed):
    """What people would read is no name."""


class WardsMissing(NotAllowed):
    """A nurse without wards would see nothing."""


class LastAdministrator(NotAllowed):
    """Nobody could look after users any more."""
