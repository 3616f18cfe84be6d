"""How numbers stand, and why they cannot be switched, in words that pages translate."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ivr.numbers import Answer, Route
from ivr.numbers.switching import Why
from ivr.numbers.week import Door
from web.page import N_
from web.told import Told
from web.visit import Visit

DOORS = {
    Door.OPEN: (N_("open"), "good"),
    Door.CLOSED: (N_("closed by its hours"), ""),
    Door.BY_HAND: (N_("closed by hand"), "bad"),
    Door.REFUSED: (N_("call refused"), "warn"),
}
"""How a number stands: its word and the look of its badge; in the order of the drawing's looks."""
LOOKS = [Door.OPEN, Door.CLOSED, Door.REFUSED, Door.BY_HAND]
REFUSALS = {
    Why.NO_NUMBER: N_("There is no such number."),
    Why.NO_CLOSED: N_("It cannot be closed by hand: the file of numbers does not say what callers would get."),
    Why.NO_HOURS: N_(
        "A number without hours cannot be closed until they begin: say until when, or leave it open-ended."
    ),
    Why.NO_TIME: N_("There is no such time: write 18:00 or 2026-12-24 13:00."),
    Why.SKIPPED: N_("There is no such time: the clocks go forward past it."),
    Why.PASSED: N_("That time has passed."),
    Why.NO_REASON: N_("Say why: those who come after you read it."),
}
UNTIL = (
    ("opened", N_("until somebody opens it")),
    ("opening", N_("until its hours begin again")),
    ("time", N_("until")),
)


BECAUSE = Told(
    (
        N_("always"),
        N_("else"),
        N_("not listed"),
        N_("feature code"),
        N_("this caller may not use the code"),
        N_("callers %(name)s"),
        N_("hours %(name)s"),
        N_("holiday %(name)s"),
        N_("closed by %(who)s until %(when)s"),
        N_("closed by %(who)s"),
        N_("closed until %(when)s"),
        N_("closed"),
    )
)
"""Why a number is answered so, as `ivr.numbers.plan` tells it; several stand in a row with commas."""


@dataclass(frozen=True)
class AnswerWords:
    """What answers and why, in the visitor's words."""

    refused: str
    translate: Callable[[str], str]

    def of(self, answer: Answer | None) -> str:
        """What answers, in words."""
        if answer is None:
            return ""
        return f"{answer.flow} ({answer.language})" if isinstance(answer, Route) else self.refused

    def because(self, why: str) -> str:
        """Why, in words; names of lists and calendars are the file's."""
        return ", ".join(BECAUSE.say(one, self.translate) or one for one in why.split(", "))


def answers(visit: Visit) -> AnswerWords:
    """For one visitor."""
    return AnswerWords(visit._("call refused"), visit._)
