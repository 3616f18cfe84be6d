"""What can go wrong in the prompts room: one exception tree."""

from __future__ import annotations

CODES = {
    "P102": "a language that values cannot be read in",
    "P111": "an empty text",
    "P114": "a # that cuts off the rest of a text",
    "P202": "braces that hold no field",
    "P203": "a field of an unknown type",
    "P204": "a field with the wrong thing in brackets",
    "P205": "a part in a language that cannot be spoken",
    "P301": "a text that a language lacks",
    "P302": "a field that a language lacks",
    "P303": "a field that is of another kind in another language",
}
"""Every code of texts with what it means; the codes never change their meaning."""

RETIRED = {
    "P101": "E101",
    "P103": "E101",
    "P104": "E102, E103 or E113",
    "P105": "E101",
    "P106": "E105",
    "P107": "E111",
    "P108": "E104",
    "P109": "E108",
    "P110": "E107",
    "P112": "E109 or E305",
    "P113": "E101",
}
"""Codes that were, and what says the same now."""


class PromptError(Exception):
    """Something that should have been said cannot be."""


class NoSuchPrompt(PromptError):
    """No catalogue has this id in this language."""


class Unreadable(PromptError):
    """A value is missing or is not of the kind that its field reads aloud."""


class VoiceFailed(PromptError):
    """A voice could not speak a text: program missing, no network, time-out, nothing came out."""


class CannotSay(VoiceFailed):
    """A voice has no sounds for this text (letters that it does not know, too long); others it can speak."""


class SoundFailed(PromptError):
    """An audio file could not be brought into the form that telephones play."""


class StudioError(PromptError):
    """No recording and no configured voice gave a clip for a text; says what each of them answered."""
