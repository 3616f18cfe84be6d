"""*Rota*: a week of one department, filled by keyboard or by paste from a spreadsheet; what nobody does is red.

What may be stored is `hospital.clinic.week`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from fastapi import HTTPException
from fastapi.responses import Response

from accounts.rights import Right
from hospital.clinic import departments
from hospital.clinic.calendar import HALVES, HospitalCalendar
from hospital.clinic.week import ExpertWeek, Filled, NotFilled, Refused, Why, days_of, fill, holes, monday_of, week
from hospital.money import parse_money, show_money
from web.page import N_, Page
from web.visit import Visit, Visiting

PAGE = Page("rota", N_("Rota"), "/rota", Right.ROTA, N_("Clinic"))
EMPTY_ROWS = 3
"""Rows for experts who were not on duty of late."""
MOST_ROWS = 400

HALF_DAYS = {"am": N_("a.m."), "pm": N_("p.m.")}
REFUSALS = {
    Why.CHANGED: N_("somebody else has changed this meanwhile: look again before you store it"),
    Why.BOOKED: N_("%(taken)s are booked already: cancel those first, or leave as many places"),
}


def _words() -> dict[Any, str]:
    """What is not there is empty on the page."""
    return defaultdict(str)


@dataclass
class Line:
    """One row of the grid as it is shown, or as the clerk left it."""

    expert: str = ""
    names: dict[str, str] = field(default_factory=_words)
    fee: str = ""
    places: dict[tuple[date, str], str] = field(default_factory=_words)
    was: dict[tuple[date, str], str] = field(default_factory=_words)
    taken: dict[tuple[date, str], int] = field(default_factory=lambda: defaultdict(int))
    wrong: dict[object, str] = field(default_factory=_words)
    """Field (a half day, or `expert`, `names`, `fee`) -> what is wrong with it."""
    known: bool = False


@PAGE.get("/rota")
def shows(visit: Visiting, department: str = "", day: date | None = None, stored: int | None = None) -> Response:
    """The week of `day`, or this one."""
    monday, chosen = _place(visit, department, day)
    lines = [_line(one) for one in visit.site.database.run_now(week, chosen, monday)] if chosen else []
    return _shown(visit, chosen, monday, lines, stored=stored)


@PAGE.post("/rota", right=Right.ROTA_EDIT)
def fills(visit: Visiting, department: str, day: date) -> Response:
    """Store what was changed, or show what stands in the way, with everything as it was typed."""
    monday, chosen = _place(visit, department, day)
    lines = list(_typed(visit, monday))
    fields = [one for line in lines for one in _fields(visit, line)]
    if any(line.wrong for line in lines):
        return _shown(visit, chosen, monday, lines, status=422)
    try:
        stored = visit.site.database.run_now(fill, chosen, fields, visit.hand())
    except NotFilled as refusals:
        _mark(visit, lines, refusals.refused)
        return _shown(visit, chosen, monday, lines, status=409)
    return visit.go(f"/rota?department={chosen}&day={monday}&stored={stored}")


def _place(visit: Visit, department: str, day: date | None) -> tuple[date, str]:
    codes = [one.code for one in visit.site.database.run_now(departments.every)]
    if department and department not in codes:
        raise HTTPException(404)
    today = HospitalCalendar(visit.site.zone).today(visit.now)
    wanted = day or today
    if abs(wanted - today) > timedelta(3650):
        raise HTTPException(422)
    return monday_of(wanted), department or next(iter(codes), "")


def _shown(
    visit: Visit,
    department: str,
    monday: date,
    lines: Sequence[Line],
    status: int = 200,
    stored: int | None = None,
) -> Response:
    today = HospitalCalendar(visit.site.zone).today(visit.now)
    may_edit = visit.may(Right.ROTA_EDIT)
    nobody = visit.site.database.run_now(holes, department, monday) if department else set()
    nobody = {(when, half) for when, half in nobody if when >= today}
    empty = [Line() for _ in range(EMPTY_ROWS)] if may_edit and status == 200 else []
    return visit.render(
        "rota/week.html",
        status,
        department=department,
        departments=[
            (one.code, one.name.get(visit.language) or one.name["en"])
            for one in visit.site.database.run_now(departments.every)
        ],
        monday=monday,
        before=monday - timedelta(7),
        after=monday + timedelta(7),
        today=today,
        days=days_of(monday),
        halves=HALVES,
        holes=nobody,
        open=len(nobody),
        short=HALF_DAYS,
        lines=[*lines, *empty],
        wrong=any(line.wrong for line in lines),
        may_edit=may_edit,
        stored=stored,
    )


def _line(one: ExpertWeek) -> Line:
    line = Line(one.expert, fee=show_money(one.fee), known=True)
    line.names.update(one.names)
    for when, duty in one.duties.items():
        line.places[when] = line.was[when] = str(duty.capacity)
        line.taken[when] = duty.taken
    return line


def _typed(visit: Visit, monday: date) -> Iterator[Line]:
    form = visit.form
    for n in range(MOST_ROWS):
        if f"expert-{n}" not in form:
            return
        said = {name: str(form.get(f"{name}-{n}", "")).strip() for name in ("expert", "zh", "en", "ru", "pl", "fee")}
        line = Line(said["expert"], fee=said["fee"])
        line.names.update({code: said[code] for code in ("zh", "en", "ru", "pl") if said[code]})
        line.known = form.get(f"known-{n}") == "yes"
        for day in days_of(monday):
            for half in HALVES:
                line.places[day, half] = str(form.get(f"places-{n}-{day}-{half}", "")).strip()
                line.was[day, half] = str(form.get(f"was-{n}-{day}-{half}", "")).strip()
        if any(said.values()) or any(line.places.values()):
            yield line


def _fields(visit: Visit, line: Line) -> Iterator[Filled]:
    """What is to be stored of one row; what is no number is noted in the row."""
    changed = {when: said for when, said in line.places.items() if said != line.was[when]}
    if not changed:
        return
    if not line.expert:
        line.wrong["expert"] = visit._("every row needs the expert's code")
    if not (line.names.get("zh") and line.names.get("en")):
        line.wrong["names"] = visit._("a name in Chinese and one in English are needed")
    fee = 0
    try:
        fee = parse_money(line.fee)
    except ValueError:
        line.wrong["fee"] = visit._("an amount such as 20.00")
    for (day, half), said in changed.items():
        if said and not (said.isascii() and said.isdigit() and len(said) <= 5):
            line.wrong[day, half] = visit._("a number of places, or nothing")
            continue
        was = line.was[day, half]
        places = int(said) if said and int(said) else None
        before = int(was) if was.isascii() and was.isdigit() else None
        yield Filled(line.expert, line.names, fee, day, half, places, before)


def _mark(visit: Visit, lines: Sequence[Line], refused: Sequence[Refused]) -> None:
    for one in refused:
        line = next(line for line in lines if line.expert == one.expert)
        sentence = REFUSALS.get(one.why)
        told = visit._(sentence) % {"taken": one.taken} if sentence else one.sentence
        line.wrong[one.day, one.half] = told
