"""A notice as a page says it: titles, what it tells, the words of its ladder and where they stand in the drawing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from notify.notices.addressee import Addressee, Kind
from notify.notices.by_hand import Acted
from notify.notices.course import Course, Place, Standing
from notify.notices.records import AttemptRecord, NoticeRecord
from notify.notices.rules import NoticeRules
from web.pages.notices import words
from web.paper import Paper

WIDTH, ROW, HEADING, TOP = 340, 38, 26, 8
"""Of the drawing, in its own units: a telephone's width."""


@dataclass(frozen=True, slots=True)
class Rung:
    """One rung of the drawn ladder, or (without a standing) the heading of a step. `y`: its middle."""

    y: int
    head: str
    told: str = ""
    standing: Standing | None = None


def title_of(kind: str, rules: NoticeRules, paper: Paper) -> str:
    """What a notice is about: its rule's title. A shipped one is translated."""
    rule = rules.rules.get(kind)
    title = rule.title if rule is not None else words.TITLES.get(kind, "")
    return paper.translate(title) if title else kind


def whom(addressee: Addressee, names: Mapping[str, Mapping[str, str]], paper: Paper) -> str:
    """Whom it is for; `names`: those of the wards."""
    if addressee.kind is Kind.WARD:
        name = named(names.get(addressee.key, {}), paper)
        return f"{addressee.key} {name}".strip()
    return f"{addressee.name} {addressee.key}".strip()


def named(names: Mapping[str, str], paper: Paper) -> str:
    """A name in the reader's language, else in English."""
    return names.get(paper.language) or names.get("en") or names.get("zh") or ""


def facts(notice: NoticeRecord, paper: Paper) -> list[tuple[str, str]]:
    """What it tells besides whom it is for, as pairs of a word and a value; what is empty or false is left out."""
    told = ((name, _value(value, paper)) for name, value in notice.variables.items() if name != "ward")
    return [(paper.translate(words.FACTS.get(name, name)), value) for name, value in told if value]


def brief(notice: NoticeRecord, paper: Paper) -> str:
    """The most important of what it tells, for a list."""
    _ = paper.translate
    bed, department = (_value(notice.variables.get(name, ""), paper) for name in ("bed", "department"))
    return " · ".join(filter(None, (_("Bed %(bed)s") % {"bed": bed} if bed else "", department)))


def _value(value: Any, paper: Paper) -> str:
    _ = paper.translate
    if isinstance(value, bool):
        return _("yes") if value else ""
    if isinstance(value, Mapping):
        name = value.get("name", "")
        return named(name, paper) if isinstance(name, Mapping) else str(name or value.get("code", ""))
    return str(value)


def role_of(place: Place, paper: Paper) -> str:
    """A role in words; a number that the rule names stands for itself."""
    return paper.translate(words.ROLES[place.role]) if place.role in words.ROLES else place.telephone


def how(call: AttemptRecord, over: bool, paper: Paper) -> str:
    """How a call went, in words."""
    _ = paper.translate
    if call.cause:
        return paper.translate(words.CAUSES.get(call.cause, call.cause))
    if over:
        return _("is ending")
    return _("is talking") if call.answered_at is not None else _("is being called")


def told_of(place: Place, course: Course, paper: Paper) -> str:
    """What is to be said of a rung beside its telephone."""
    _ = paper.translate
    match place.standing:
        case Standing.NOBODY:
            return _("no telephone")
        case Standing.NEXT:
            return _("next at %(at)s") % {"at": paper.clock(place.at)}
        case Standing.AHEAD:
            return _("else about %(at)s") % {"at": paper.clock(place.at)}
    assert place.attempt is not None
    return f"{paper.clock(place.at)}  {how(place.attempt, course.notice.state.over, paper)}"


def drawn(course: Course, paper: Paper) -> tuple[list[Rung], int]:
    """The rungs from top to bottom, and the height of the drawing."""
    rungs = list(_rungs(course, paper))
    return rungs, (rungs[-1].y + ROW // 2 + TOP if rungs else 0)


def _rungs(course: Course, paper: Paper) -> Iterator[Rung]:
    _ = paper.translate
    y, before = TOP, (0, 0)
    for place in course.places:
        if (place.step, place.round) != before:
            before = (place.step, place.round)
            y += HEADING
            said = _("Step %(step)s, round %(round)s") % {"step": place.step, "round": place.round}
            yield Rung(y - HEADING // 2, said)
        y += ROW
        head = f"{place.telephone}  {role_of(place, paper)}" if place.role in words.ROLES else place.telephone
        yield Rung(y - ROW // 2, head.strip(), told_of(place, course, paper), place.standing)


def refused(acted: Acted, paper: Paper) -> str:
    """Why something was not done."""
    values = {"by": acted.by, "at": paper.moment(acted.at), "later": acted.notice}
    return paper.translate(words.REFUSED[acted.came]) % values
