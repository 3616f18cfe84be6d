"""What can go wrong in this room beyond the expected: one tree, translated once at the boundary.

A busy ward or a duplicate message is no error; it is a value.
"""

from __future__ import annotations

CODES = {
    "N203": "an event that nothing sends",
    "N206": "a notice without steps",
    "N207": "a notice that expires before everybody was called",
    "N208": "a notice whose flow needs what no notice brings",
    "N209": "a notice to be confirmed whose flow never confirms it",
    "N210": "neither a role nor a number",
    "N211": "a step of a notice that calls nobody",
    "N213": "more than 20 rounds of calls",
    "N214": "not a telephone number",
    "N215": "not a time such as 30s or 5m",
    "N216": "a fact that an event does not have",
    "N217": "a value under `when` of the wrong kind",
    "N218": "a condition of a rule that can never be true",
    "N219": "emergencies that no rule takes",
    "N220": "a time that is too short or too long to be of use",
    "N221": "calls that follow each other at once",
    "N222": "a ward's role, although the event names no ward",
    "N224": "a rule that takes back or corrects what it cannot",
    "N225": "a telephone listed twice in one step",
    "N226": "an addressee of a notice that cannot be told",
    "N301": "not an ADT trigger",
    "N303": "not a field of HL7",
    "N304": "a ward that is read from nowhere",
    "N307": "a field that makes nothing urgent",
    "W401": "an event of the hospital system that no rule follows",
    "W402": "events that no rule takes",
    "W403": "two rules that tell the same people the same thing",
    "W404": "an event that no flow raises",
}
"""Every code of notices with what it means; the codes never change their meaning."""

RETIRED = {
    "N001": "E101",
    "N101": "E108",
    "N102": "E109",
    "N103": "E106",
    "N104": "E108",
    "N105": "E108 or E109",
    "N201": "E108",
    "N202": "E108",
    "N204": "E206",
    "N205": "E305",
    "N212": "E106",
    "N302": "E106",
    "N305": "E108 or E109",
    "N306": "E108",
}
"""Codes that were, and what says the same now."""


class NotifyError(Exception):
    """Something in calling out went wrong."""


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
