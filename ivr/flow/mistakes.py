"""What can be wrong with flows: the codes, the report that gathers them, the errors that carry them.

A mistake is told as `flows/registration.yaml:17:9 E204 no step "generl" (did you mean "general"?)`.
Codes that begin with W are warnings: they are told, and the flows can be used all the same. Texts
(P) and notices (N) have tables of their own; `wardbell.codes` puts all together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from forms.mistake import Mistake
from forms.report import Mark, Report, did_you_mean

__all__ = ["CODES", "FlowError", "FlowErrors", "FlowMisused", "Mark", "Mistake", "Report", "did_you_mean"]

CODES = {
    "E101": "the file cannot be read: not UTF-8, too large, or not a map",
    "E102": "a tab",
    "E103": "not YAML",
    "E104": "an anchor, an alias, a tag or a second document",
    "E105": "a key that occurs twice",
    "E106": "an unknown key",
    "E107": "digits, or a word that YAML reads as something else, without quotes",
    "E108": "a value of the wrong kind",
    "E109": "something is missing",
    "E110": "a number out of range",
    "E111": "a name that is not allowed",
    "E112": "a file that must be there is missing",
    "E113": "Chinese punctuation or digits where the line needs : , \" or 0-9",
    "E114": "a file with more mistakes than are listed one by one",
    "E115": "a look-alike letter of another alphabet, or an invisible character, within a word",
    "E201": "a step without a verb",
    "E202": "a step with two verbs",
    "E204": "no such step",
    "E205": "a step that is never reached",
    "E206": "no such flow",
    "E207": "no such action",
    "E208": "an outcome without an exit",
    "E209": "an exit for an outcome that never comes",
    "E210": "a loop in which the caller presses no key",
    "E211": "a variable that is not set on every way to here",
    "E212": "a variable that nothing sets",
    "E213": "flows that call each other in a circle",
    "E214": "not a key of the telephone",
    "E215": "a list asked for by `do`, or `choose` from an action that gives none",
    "E216": "an outcome that no step returns",
    "E217": "a secret that would be spoken or copied",
    "E218": "a secret given to an action that does not keep it secret",
    "E219": "secret digits compared with something written in the file",
    "E220": "a verb that the line cannot carry out yet",
    "E221": "steps from which no way leads to an end of the flow",
    "E222": "times that contradict each other",
    "E223": "a flow that is started without a variable that it needs",
    "E224": "an event that no notice follows",
    "E225": "a number to dial that the caller keyed in",
    "E226": "`consent` or `identifies` names a key that the menu lacks, or that only repeats",
    "E227": "a consultation paid from a card that the caller only keyed in",
    "E231": "a paid step without a login before it",
    "E232": "a paid step without the price told before it",
    "E233": "a paid step without the caller's consent before it",
    "E234": "a recording without notice before it",
    "E235": "a text that must be heard (`tells`) and is not locked",
    "E236": "private words on an outgoing call before it is known who listens",
    "E237": "a part that a value does not have",
    "E238": "a word that is the name of a variable and lacks its =",
    "E301": "a text that no language has",
    "E302": "a text that a language lacks",
    "E303": "a text with a field that is not set here",
    "E304": "`with` gives what no text or action here takes",
    "E305": "a language without texts",
    "E306": "a key that the text names and the step lacks",
    "E307": "a value that a text cannot read aloud",
    "E308": "a list that is read without its keys",
    "E401": "a condition that is not CEL",
    "E402": "a condition or a list in it that is too long",
    "E403": "a function that conditions may not use",
    "E404": "a condition that is always the same",
    "E405": "a condition that occurs above already",
    "E406": "a condition that compares digits of the caller with a number",
    "E407": "a condition that is neither true nor false",
    "E501": "something that is not a time of day, or hours that are not written from-to",
    "E502": "a window of time that ends where it begins",
    "E503": "windows of time that overlap",
    "E504": "no such weekday",
    "E505": "a weekday that occurs twice",
    "E506": "no such hours",
    "E507": "no such list of callers",
    "E508": "no such calendar",
    "E509": "a date that does not exist, or dates that end before they begin",
    "E510": "a date that occurs twice in a calendar",
    "E511": "a time that does not exist on that day, because the clocks change",
    "E512": "two entries for one number",
    "E513": "a line of a number that is never reached",
    "E514": "a line of a number without a condition, or hours that never come",
    "E515": "a feature code that is also a number",
    "E516": "a feature code that everybody could use",
    "E517": "no such number",
    "E518": "a number that cannot be closed: nothing says what callers hear then",
    "E519": "a caller that is in the list already",
    "E520": "a rule of dialling under which numbers would mean two things",
    "W101": "a file of the folder that nothing reads",
    "W201": "a flow that no number, no notice and no other flow uses",
    "W202": "a variable that is set and never used",
    "W203": "an exit that is never taken",
    "W204": "a variable that a flow needs and never uses",
    "W301": "a key of a menu that its text does not name",
    "W302": "a text that is long to hear before a key can be chosen",
    "W303": "a text of the hospital that no flow says",
    "W304": "a text with a character that nobody can hear",
    "W305": "a text with words of another language",
    "W306": "a title that is longer than anybody reads",
    "W307": "hours or callers that no number uses",
    "W308": "a * within a number",
    "T101": "a line of a test that does nothing, or two things at once",
    "T102": "values that an answer of a test lacks, or that the outcome does not set",
    "T103": "a variable that the flow needs and the test does not give",
    "T104": "a length of time or a moment that is not written as one (8s; 2026-12-24 22:00)",
    "T105": "a line of a test that comes after the call has ended",
    "T106": "a number that no flow answers then",
}
"""Every code of flows and numbers with what it means; the codes never change their meaning."""


MOST_TOLD = 200
"""Mistakes of one file that are told one by one; nobody mends more at once."""


class FlowError(Exception):
    """Something is wrong with flows or with the way they are run."""


class FlowErrors(FlowError):
    """The flows cannot be used; `mistakes` holds everything that is wrong, `warnings` the rest, sorted by place.

    Of a file with very many mistakes the first are there, and one that counts the others.
    """

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        told = sorted(set(mistakes))
        self.mistakes: Sequence[Mistake] = tuple(_first([one for one in told if not one.is_warning]))
        self.warnings: Sequence[Mistake] = tuple(one for one in told if one.is_warning)
        super().__init__("\n".join(str(mistake) for mistake in self.mistakes))


def _first(told: Sequence[Mistake]) -> Iterator[Mistake]:
    """The first mistakes of each file; then one that counts the rest of it."""
    for _, group in groupby(told, lambda one: one.file):
        of_file = list(group)
        count = sum(one.code != "E114" for one in of_file) - MOST_TOLD
        if count <= 0:
            yield from of_file
            continue
        yield from of_file[:MOST_TOLD]
        sentence = f"and {count:,} more mistake{'s' * (count != 1)} in this file: fix those above first"
        yield replace(of_file[MOST_TOLD], code="E114", sentence=sentence)


class FlowMisused(FlowError):
    """The program, not the flow, is wrong: an unknown flow was started, an answer fits no question."""
