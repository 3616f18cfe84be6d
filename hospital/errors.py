"""What is unexpected in the hospital's rules, as one tree. A full clinic or a wrong PIN is a result, not an error."""

from __future__ import annotations


class HospitalError(Exception):
    """The hospital's records do not allow what was asked. The sentence is fit for a clerk."""


class Unknown(HospitalError):
    """No card, department, expert, duty, booking or ward of that name."""


class CardBlocked(HospitalError):
    """The card is blocked."""


class CardExists(HospitalError):
    """A card with this number is there already."""


class NotAllowed(HospitalError):
    """The change would break a rule: fewer places than are taken, a duty with bookings removed."""


class LedgerConflict(HospitalError):
    """The same key was used before for another movement of money."""


class BadPepper(HospitalError):
    """The pepper file cannot be used."""


class Mistakes(HospitalError):
    """Everything that is wrong with a file, one sentence each, as `file.csv:7: no department "neike2"`."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__("\n".join(sentences))
        self.sentences = sentences
