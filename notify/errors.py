"""What can go wrong in this room beyond the expected: one tree, translated once at the boundary.

A busy ward or a duplicate message is no error; it is a value.
"""

from __future__ import annotations

from collections.abc import Sequence

from prompts.errors import Mistake


class NotifyError(Exception):
    """Something in calling out went wrong."""


class RulesBroken(NotifyError):
    """The rules file can't be used; `mistakes` holds every fault of it, in the order of the file."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        super().__init__("\n".join(str(mistake) for mistake in mistakes))
        self.mistakes = tuple(mistakes)


class MessageBroken(NotifyError):
    """An HL7 message that can't be accepted.

    `answer` is AE (its content is wrong) or AR (it isn't for us at all), `code` an entry of HL7
    table 0357, `where` the location as ERR-2 wants it, the text a sentence without patient data.
    """

    def __init__(self, answer: str, code: str, sentence: str, where: str = "") -> None:
        super().__init__(sentence)
        self.answer = answer
        self.code = code
        self.sentence = sentence
        self.where = where
