"""The words of figures in the language of a page: headings of tables, outcomes that the line gives, ends of dials.

Outcomes that the hospital's flows give, and names of flows, steps, wards and rules, are the hospital's own words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from babel.dates import get_day_names

from ivr.numbers.hours import WEEKDAYS
from reports.asked import By
from reports.tables import shown
from web.page import N_
from web.pages.notices.words import TITLES

HEADINGS = {
    "hour": N_("hour"),
    "day": N_("day"),
    "week": N_("week from"),
    "month": N_("month"),
    "weekday": N_("weekday"),
    "total": N_("total"),
    "calls": N_("number of calls"),
    "answered": N_("answered"),
    "unanswered": N_("unanswered"),
    "waited": N_("waited"),
    "left while waiting": N_("left while waiting"),
    "talked with somebody": N_("talked with somebody"),
    "minutes on the line": N_("minutes on the line"),
    "minutes of talk": N_("minutes of talk"),
    "mean wait, s": N_("mean wait, s"),
    "half within, s": N_("half within, s"),
    "90 % within, s": N_("90 % within, s"),
    "99 % within, s": N_("99 % within, s"),
    "direction": N_("way"),
    "flow": N_("flow"),
    "outcome": N_("outcome"),
    "step": N_("step"),
    "asked": N_("asked"),
    "several keys": N_("several keys"),
    "no key": N_("no key"),
    "hung up": N_("hung up there"),
    "alerts": N_("alerts"),
    "confirmed": N_("confirmed"),
    "not confirmed": N_("not confirmed"),
    "cancelled": N_("cancelled"),
    "open": N_("still open"),
    "within a minute, %": N_("within a minute, %"),
    "ward": N_("ward"),
    "rule": N_("rule"),
    "rung": N_("who was rung"),
    "ended": N_("how it ended"),
    "dials": N_("dials"),
}
CELLS = {
    ("direction", "in"): N_("came in"),
    ("direction", "out"): N_("called out"),
    ("outcome", ""): N_("still going on"),
    ("outcome", "hung_up"): N_("caller hung up"),
    ("outcome", "refused"): N_("turned away"),
    ("outcome", "lost"): N_("lost in a restart"),
    ("rung", "station"): N_("nurses' station"),
    ("rung", "head_nurse"): N_("head nurse"),
    ("rung", "duty_manager"): N_("duty manager"),
    ("ended", "normal"): N_("talked"),
    ("ended", "busy"): N_("line busy"),
    ("ended", "no_answer"): N_("no answer"),
    ("ended", "rejected"): N_("rejected"),
    ("ended", "unreachable"): N_("no such number"),
    ("ended", "congestion"): N_("no line free"),
    ("ended", "cancelled"): N_("given up"),
    ("ended", "confirmed"): N_("confirmed"),
    ("ended", ""): N_("still going on"),
}
LINES = {
    By.HOUR: N_("hour of the day"),
    By.DAY: N_("day"),
    By.WEEK: N_("week"),
    By.MONTH: N_("month"),
    By.WEEKDAY: N_("weekday"),
}
Translate = Callable[[str], str]


def heading(column: str, translate: Translate) -> str:
    """A column's heading."""
    return translate(HEADINGS[column]) if column in HEADINGS else column


def cell(column: str, value: object, translate: Translate) -> object:
    """What stands in a column, in words where it is a word of the line's own."""
    if isinstance(value, str) and (column, value) in CELLS:
        return translate(CELLS[column, value])
    if column == "rule" and isinstance(value, str) and value in TITLES:
        return translate(TITLES[value])
    return value


def weekday(number: int, language: str) -> str:
    """Its short name."""
    names: dict[int, str] = dict(get_day_names("abbreviated", locale=language))
    return names[number]


def line(by: By, at: date | int, language: str) -> str:
    """The name of a line of a chart: short, for many stand side by side."""
    if by is By.WEEKDAY and isinstance(at, int):
        return weekday(at, language)
    if by is By.HOUR:
        return str(at)
    return shown(by, at)[5:] if by in (By.DAY, By.WEEK) else shown(by, at)


def first_cell(column: str, value: object, language: str, translate: Translate) -> object:
    """The name of a line in a table."""
    if value == "total":
        return translate(HEADINGS["total"])
    if column == "weekday" and isinstance(value, str) and value in WEEKDAYS:
        return weekday(WEEKDAYS.index(value), language)
    return cell(column, value, translate)
