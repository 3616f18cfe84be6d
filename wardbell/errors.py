"""What may go wrong for reasons that the person at the keyboard can fix: reported in a sentence, without a
traceback."""

from __future__ import annotations

from accounts.errors import AccountsError
from db.errors import DatabaseError
from forms.errors import FilesError
from hospital.errors import HospitalError
from ivr.errors import IvrError
from notify.errors import NotifyError
from prompts.errors import PromptError
from wardbell.settings import SettingsError


class CannotStart(Exception):
    """The service cannot start; the message says why and what to do."""


FATAL = (
    AccountsError,
    CannotStart,
    DatabaseError,
    FilesError,
    HospitalError,
    IvrError,
    NotifyError,
    PromptError,
    SettingsError,
)
"""Every room's own root of errors. Anything else is a fault of ours and keeps its traceback."""
