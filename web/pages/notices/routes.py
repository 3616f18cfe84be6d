"""Where the pages of notices are, and what they ask. Whoever has wards sees the notices of those only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from enum import StrEnum
from typing import Annotated, Any

from fastapi import Form, HTTPException, Path, Query
from fastapi.responses import Response
from pydantic import Field

from accounts.rights import Right, Role
from hospital.wards import wards as hospital_wards
from notify.notices import by_hand, listing
from notify.notices.by_hand import Acted, Came
from notify.notices.course import course
from notify.notices.mark import mark_of_notices
from notify.notices.states import State
from notify.notices.wards import phonebook
from web.errors import EngineAway
from web.fields import Below, Day, Words, begins, link
from web.page import N_, Page
from web.pages.notices import shown, words
from web.visit import Visit, Visiting

PAGE = Page("notices", N_("Notices"), "/notices", Right.NOTICES, group=N_("Wards"))

Number = Annotated[int, Path(ge=1, le=2**31 - 1)]
FormNumber = Annotated[int, Field(ge=1, le=2**31 - 1)]
Reason = Annotated[str, Form(max_length=by_hand.LONGEST_REASON)]
NAME = by_hand.LONGEST_NAME
NO_FILTER = {"state": "", "ward": "", "kind": "", "since": None, "until": None, "number": ""}
OVER = 286
"""Told to htmx, it asks no more."""


class Which(StrEnum):
    """Which notices of a list."""

    ALL = ""
    UNCONFIRMED = "unconfirmed"
    OPEN = "open"
    WAITING = "waiting"
    IN_AIR = "in_air"
    CONFIRMED = "confirmed"
    DELIVERED = "delivered"
    FAILED = "failed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"

    @property
    def states(self) -> Sequence[State]:
        """The states that are meant; none: all."""
        if self in (Which.ALL, Which.UNCONFIRMED):
            return ()
        return (State.WAITING, State.IN_AIR) if self is Which.OPEN else (State(self.value),)


WHICH: Mapping[Which, str] = {
    Which.ALL: N_("all"),
    Which.UNCONFIRMED: N_("unconfirmed"),
    Which.OPEN: N_("not over"),
    **{Which(state.value): word for state, word in words.STATES.items()},
}


def wards_of(visit: Visit) -> tuple[str, ...] | None:
    """The wards whose notices the visitor may see; None: all."""
    return visit.visitor.wards if visit.visitor.role is Role.NURSE else None


def names_of_wards(visit: Visit) -> Mapping[str, Mapping[str, str]]:
    """Code -> names of the wards that the visitor may see."""
    theirs = wards_of(visit)
    found = visit.site.database.run_now(hospital_wards.every)
    return {one.code: one.name for one in found if theirs is None or one.code in theirs}


@PAGE.get("/notices")
def notices(
    visit: Visiting,
    which: Annotated[Which, Query(alias="state")] = Which.ALL,
    ward: Words = "",
    kind: Words = "",
    since: Day = None,
    until: Day = None,
    number: Words = "",
    before: Below = None,
) -> Response:
    """The list, and what is red."""
    zone = visit.site.zone
    asked = listing.Asked(
        which.states,
        ward.strip(),
        kind.strip(),
        begins(since, zone),
        begins(until, zone, 1),
        which is Which.UNCONFIRMED,
        number.strip(),
    )
    given = {"state": which.value, "ward": ward, "kind": kind, "since": since, "until": until, "number": number}
    return _list(visit, asked, given, before)


def _list(
    visit: Visit,
    asked: listing.Asked,
    given: Mapping[str, Any],
    before: int | None,
    status: int = 200,
    told: Sequence[str] = (),
) -> Response:
    run, zone, theirs = visit.site.database.run_now, visit.site.zone, wards_of(visit)
    mark = run(mark_of_notices)
    found = run(listing.search, asked, theirs, before)
    rules, paper, names = visit.site.door.notice_rules(), visit.paper, names_of_wards(visit)
    today = visit.now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    return visit.render(
        "notices/rows.html" if visit.partial else "notices/list.html",
        status,
        told=told,
        mark=mark,
        found=found,
        unconfirmed=run(listing.count_unconfirmed, theirs),
        most=listing.MOST_COUNTED,
        given=given,
        filtered=any(value for value in given.values()),
        names=names,
        kinds=[(name, shown.title_of(name, rules, paper)) for name in rules.rules],
        which=WHICH,
        here=link("/notices", **given, before=before),
        first=link("/notices", **given) if before is not None else "",
        next=link("/notices", **given, before=found.before) if found.before else "",
        uncalled=run(listing.list_uncalled, today) if theirs is None else [],
        **_told(visit, names),
    )


@PAGE.post("/notices/acknowledge", right=Right.NOTICES_ACT)
def acknowledge_many(
    visit: Visiting,
    reason: Reason,
    notice: Annotated[list[FormNumber], Form(max_length=by_hand.MOST)],
    by: Annotated[str, Form(max_length=NAME)] = "",
) -> Response:
    """Somebody took notice of these, all of them or none that are his."""
    hand = visit.hand(reason.strip())
    acted = visit.site.database.run_now(by_hand.acknowledge_all, notice, hand, wards_of(visit), by)
    if any(one.came is Came.UNKNOWN for one in acted.values()):
        raise HTTPException(404)
    with suppress(EngineAway):
        visit.site.door.look_for_notices()
    told = [f"{number}: {shown.refused(one, visit.paper)}" for number, one in acted.items() if not one.done]
    return _list(visit, listing.Asked(), NO_FILTER, None, 409, told) if told else visit.go("/notices")


@PAGE.get("/notices/{number}")
def notice(visit: Visiting, number: Number) -> Response:
    """One notice with its ladder."""
    return _notice(visit, number)


@PAGE.post("/notices/{number}/acknowledge", right=Right.NOTICES_ACT)
def acknowledge(
    visit: Visiting, number: Number, reason: Reason, by: Annotated[str, Form(max_length=NAME)] = ""
) -> Response:
    """Somebody took notice without a telephone."""
    hand = visit.hand(reason.strip())
    return _acted(visit, number, visit.site.database.run_now(by_hand.acknowledge, number, hand, wards_of(visit), by))


@PAGE.post("/notices/{number}/cancel", right=Right.NOTICES_ACT)
def cancel(visit: Visiting, number: Number, reason: Reason) -> Response:
    """It is not told any more."""
    hand = visit.hand(reason.strip())
    return _acted(visit, number, visit.site.database.run_now(by_hand.call_off, number, hand, wards_of(visit)))


@PAGE.post("/notices/{number}/again", right=Right.NOTICES_ACT)
def again(visit: Visiting, number: Number, reason: Reason = "") -> Response:
    """It is told once more, by a notice of its own."""
    rules, hand = visit.site.door.notice_rules(), visit.hand(reason.strip())
    acted = visit.site.database.run_now(by_hand.call_again, rules, number, hand, wards_of(visit))
    return _acted(visit, acted.notice if acted.done and acted.notice else number, acted)


def _acted(visit: Visit, number: int, acted: Acted) -> Response:
    """What is shown after it: the notice as it is now, and why it was not done if it was not."""
    if acted.came is Came.UNKNOWN:
        raise HTTPException(404)
    if not acted.done:
        return _notice(visit, number, 409, shown.refused(acted, visit.paper))
    with suppress(EngineAway):  # it is written; the outbox looks by itself each second
        visit.site.door.look_for_notices()
    return visit.go(f"/notices/{number}")


def _notice(visit: Visit, number: int, status: int = 200, refused: str = "") -> Response:
    site, paper, rules = visit.site, visit.paper, visit.site.door.notice_rules()
    mark = site.database.run_now(mark_of_notices)
    found = site.database.run_now(course, rules, phonebook, number, visit.now, wards_of(visit))
    if found is None:
        raise HTTPException(404)
    rungs, height = shown.drawn(found, paper)
    return visit.render(
        "notices/part.html" if visit.partial else "notices/notice.html",
        OVER if visit.partial and found.notice.state.over else status,
        mark=mark,
        course=found,
        notice=found.notice,
        rungs=rungs,
        width=shown.WIDTH,
        height=height,
        facts=shown.facts(found.notice, paper),
        why=paper.translate(words.WHYS[found.why]) if found.why is not None else "",
        reasons=words.REASONS,
        refused=refused,
        calls=visit.may(Right.CALLS),
        role_of=lambda place: shown.role_of(place, paper),
        told_of=lambda place: shown.told_of(place, found, paper),
        **_told(visit, names_of_wards(visit)),
    )


def _told(visit: Visit, names: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """What the templates say notices with."""
    paper, rules = visit.paper, visit.site.door.notice_rules()
    return {
        "states": words.STATES,
        "badges": words.BADGES,
        "priorities": words.PRIORITIES,
        "acts": visit.may(Right.NOTICES_ACT),
        "title": lambda kind: shown.title_of(kind, rules, paper),
        "named": lambda names: shown.named(names, paper),
        "whom": lambda addressee: shown.whom(addressee, names, paper),
        "brief": lambda one: shown.brief(one, paper),
        "how": lambda call, over: shown.how(call, over, paper),
    }
